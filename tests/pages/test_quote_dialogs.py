"""Quotes: create, edit, activate, win, close, revise, delete, each from its dialog."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from crm import clock
from quotes.actions import activate_quote, close_quote, edit_quote
from quotes.models import Quote, QuoteClose
from quotes.requests import QuoteCloseRequest
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import nothing_changes
from tests.factories import close_won, make_opportunity, make_quote
from tests.pages.reading import HTMX, errors_of, form_of, send, text_of


def url(quote, verb, at=""):
    address = reverse(f"quote-{verb}", args=[quote.pk])
    return f"{address}?at={at}" if at else address


def new(opportunity):
    return reverse("quote-new", args=[opportunity.pk])


def tab(opportunity):
    return f"{opportunity.get_absolute_url()}?tab=quotes"


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Forty machines", currency="EUR", estimated_revenue=Decimal("42000"))


# Create and edit


def test_a_new_quote_is_prefilled_from_the_opportunity(rep, browse, opportunity):
    shown = form_of(browse(rep), new(opportunity))
    assert (shown["name"], shown["total_amount"]) == ("Forty machines", "42,000.00")


def test_a_new_quote_is_a_draft_of_the_opportunity(rep, browse, opportunity):
    client = browse(rep)
    response = send(
        client,
        new(opportunity),
        name=" First ",
        total_amount="1,234.50",
        effective_from="2026-01-01",
        effective_to="2026-12-31",
    )
    quote = Quote.objects.get()
    assert response.url == tab(opportunity)
    assert f"The quote {quote.number} was created." in text_of(client.get(response.url))
    assert (quote.name, quote.total_amount, quote.currency) == ("First", Decimal("1234.50"), "EUR")
    assert (quote.effective_from, quote.effective_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert quote.state == QuoteState.DRAFT


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": " "}, "name", "required"),
        ({"name": "x" * 301}, "name", "300"),
        ({"total_amount": ""}, "total_amount", "required"),
        ({"total_amount": "-1"}, "total_amount", "from 0 to"),
        ({"total_amount": "1.0005"}, "total_amount", "decimals"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "effective_to", "before it begins"),
        ({"effective_from": "never"}, "effective_from", "valid date"),
    ],
)
@pytest.mark.parametrize("make", [True, False])
def test_wrong_values_are_told_beside_their_field_and_kept(rep, browse, opportunity, typed, field, said, make):
    address = new(opportunity) if make else url(make_quote(opportunity), "edit")
    with nothing_changes():
        response = send(browse(rep), address, **typed)
    assert response.status_code == 400
    assert said in errors_of(response)[field]
    assert {name: response.context["form"][name].value() for name in typed} == typed


def test_it_was_closed_while_the_quote_was_typed(rep, teammate, browse, opportunity):
    client = browse(rep)
    typed = {"name": "Typed", "total_amount": "5"}
    close_won(opportunity, actor=teammate)
    with nothing_changes():
        response = client.post(new(opportunity), typed)
    assert response.status_code == 409
    assert "A closed opportunity" in errors_of(response)["form"]
    assert response.context["form"]["name"].value() == "Typed"


def test_editing_a_draft(rep, browse, opportunity):
    quote = make_quote(opportunity, total_amount=Decimal(5))
    client = browse(rep)
    response = send(client, url(quote, "edit"), total_amount="6.50")
    assert f"The quote {quote.number} was saved." in text_of(client.get(response.url))
    quote.refresh_from_db()
    assert (quote.total_amount, quote.version) == (Decimal("6.50"), 2)


def test_an_edit_beside_someone_elses_is_merged(rep, teammate, browse, opportunity):
    quote = make_quote(opportunity, name="Before", total_amount=Decimal(5))
    client = browse(rep)
    typed = form_of(client, url(quote, "edit")) | {"name": "Mine"}
    changes = {"name": "Theirs", "total_amount": Decimal(6), "effective_to": date(2026, 12, 24)}
    edit_quote(quote.pk, changes, actor=teammate)
    refused = client.post(url(quote, "edit"), typed)
    assert refused.status_code == 412
    clashes, taken = refused.context["clashes"], refused.context["taken"]
    assert [(str(each.label), each.present, each.typed) for each in clashes] == [("Name", "Theirs", "Mine")]
    assert [(str(each.label), each.present) for each in taken] == [
        ("Total amount", "€\xa06.00"),
        ("Effective to", "12/24/2026"),
    ]
    assert "theirs: Theirs · yours: Mine" in text_of(refused)
    again = dict(refused.context["form"].data.lists()) | {"version": refused.context["version"]}
    assert client.post(url(quote, "edit"), again).status_code == 302
    quote.refresh_from_db()
    assert (quote.name, quote.total_amount, quote.effective_to) == ("Mine", Decimal(6), date(2026, 12, 24))


def test_an_edit_over_someone_elses_is_refused_and_kept(rep, teammate, browse, opportunity):
    quote = make_quote(opportunity, name="Before")
    client = browse(rep)
    typed = form_of(client, url(quote, "edit")) | {"name": "Mine"}
    typed = {name: value for name, value in typed.items() if value is not None}
    edit_quote(quote.pk, {"name": "Theirs"}, actor=teammate)
    response = client.post(url(quote, "edit"), typed)
    assert response.status_code == 412
    assert response.context["form"]["name"].value() == "Mine"
    assert client.post(url(quote, "edit"), typed | {"version": response.context["version"]}).status_code == 302


# The verbs


def test_activating(rep, browse, opportunity):
    quote = make_quote(opportunity)
    client = browse(rep)
    response = send(client, url(quote, "activate"))
    assert response.url == tab(opportunity)
    assert f"The quote {quote.number} was activated." in text_of(client.get(response.url))
    assert Quote.objects.get().state == QuoteState.ACTIVE


def test_winning_leaves_the_others_alone_unless_asked(rep, browse, opportunity):
    quote, other = make_quote(opportunity, "active"), make_quote(opportunity)
    client = browse(rep)
    response = send(client, url(quote, "win"))
    assert f"The quote {quote.number} was closed as won." in text_of(client.get(response.url))
    other.refresh_from_db()
    assert other.state == QuoteState.DRAFT


def test_winning_closes_the_others_and_goes_on_to_the_opportunity_where_asked(rep, browse, opportunity):
    quote = make_quote(opportunity, "active", total_amount=Decimal("41000"))
    make_quote(opportunity)
    make_quote(opportunity, "active")
    client = browse(rep)
    response = send(client, url(quote, "win"), close_other_quotes="on", close_opportunity="on", description="Signed")
    assert response.url == reverse("opportunity-close-as-won", args=[opportunity.pk])
    page = client.get(response.url)
    assert "2 quotes were closed as Lost." in text_of(page)
    assert page.context["form"]["actual_revenue"].value() == "41,000.00"
    assert set(QuoteClose.objects.values_list("description", flat=True)) == {"Signed"}


def test_nothing_is_ticked_at_first(rep, browse, opportunity):
    quote = make_quote(opportunity, "active")
    assert "checked" not in browse(rep).get(url(quote, "win")).content.decode()
    assert "checked" not in browse(rep).get(url(quote, "close")).content.decode()


@pytest.mark.parametrize("state", ["draft", "active"])
@pytest.mark.parametrize("reason", [QuoteStatusReason.LOST, QuoteStatusReason.CANCELED])
def test_closing(rep, browse, opportunity, state, reason):
    quote, day = make_quote(opportunity, state), clock.today() - timedelta(days=2)
    client = browse(rep)
    response = send(
        client, url(quote, "close"), status_reason=str(reason.value), close_date=day.isoformat(), description="Over"
    )
    assert f"The quote {quote.number} was closed as {reason.label}." in text_of(client.get(response.url))
    close = QuoteClose.objects.get()
    assert (close.outcome, close.close_date, close.description) == (reason, day, "Over")


@pytest.mark.parametrize("verb", ["close", "win"])
def test_a_day_to_come_is_refused(rep, browse, opportunity, verb):
    quote = make_quote(opportunity, "active")
    with nothing_changes():
        response = send(browse(rep), url(quote, verb), status_reason="5", close_date="2999-01-01")
    assert "cannot be in the future" in errors_of(response)["close_date"]


def test_revising_leads_to_the_new_draft(rep, browse, opportunity):
    quote = make_quote(opportunity, "active")
    client = browse(rep)
    response = send(client, url(quote, "revise"))
    draft = Quote.objects.get(state=QuoteState.DRAFT)
    assert response.url == draft.get_absolute_url()
    assert "was revised: revision 1 is the new draft." in text_of(client.get(response.url))


def test_what_is_told_names_the_revision(rep, browse, opportunity):
    make_quote(opportunity, "revised")
    draft = Quote.objects.get(state=QuoteState.DRAFT)
    client = browse(rep)
    told = text_of(client.get(send(client, url(draft, "activate")).url))
    assert f"The quote {draft.number}/1 was activated." in told


def test_closing_the_others_is_offered_where_there_are_others(rep, browse, opportunity):
    quote = make_quote(opportunity, "active")
    client = browse(rep)
    assert "close_other_quotes" not in client.get(url(quote, "win")).context["form"].fields
    make_quote(opportunity)
    assert "close_other_quotes" in client.get(url(quote, "win")).context["form"].fields


def test_from_the_dialog_one_goes_on_to_the_dialog_of_the_opportunity(rep, browse, opportunity):
    quote = make_quote(opportunity, "active")
    response = browse(rep).post(url(quote, "win"), {"close_opportunity": "on"}, headers=HTMX)
    assert response.headers["HX-Redirect"] == f"{opportunity.get_absolute_url()}#command-close-as-won"


def test_deleting_a_draft(rep, browse, opportunity):
    quote = make_quote(opportunity)
    client = browse(rep)
    response = send(client, url(quote, "delete", at="quote"))
    assert response.url == tab(opportunity)
    assert f"The quote {quote.number} was deleted." in text_of(client.get(response.url))
    assert not Quote.objects.exists()


# All


@pytest.mark.parametrize(("at", "back"), [("quote", "quote"), ("", "tab"), ("//evil.example", "tab")])
def test_one_comes_back_to_where_one_was(rep, browse, opportunity, at, back):
    quote = make_quote(opportunity)
    expected = {"quote": quote.get_absolute_url(), "tab": tab(opportunity)}[back]
    response = send(browse(rep), url(quote, "activate", at=at))
    assert response.url == expected


def test_the_quotes_own_page_leads_back_to_itself(rep, browse, opportunity):
    quote = make_quote(opportunity)
    commands = browse(rep).get(quote.get_absolute_url()).context["commands"]
    assert {command.url.partition("?")[2] for command in commands} == {"at=quote"}


@pytest.mark.parametrize(
    ("verb", "state", "typed"),
    [
        ("activate", "draft", {}),
        ("delete", "draft", {}),
        ("win", "active", {}),
        ("close", "active", {"status_reason": "5"}),
        ("revise", "active", {}),
    ],
)
def test_someone_else_was_faster(rep, teammate, browse, opportunity, verb, state, typed):
    quote = make_quote(opportunity, state)
    client = browse(rep)
    version = form_of(client, url(quote, verb))["version"]
    close_quote(quote.pk, QuoteCloseRequest(status_reason=QuoteStatusReason.LOST), actor=teammate)
    with nothing_changes():
        stale = client.post(url(quote, verb), typed | {"version": version})
        refused = client.post(url(quote, verb), typed | {"version": stale.context["version"]}, headers=HTMX)
    assert (stale.status_code, refused.status_code) == (409, 409)
    assert b"<html" not in refused.content
    assert errors_of(refused)["form"]


def test_a_draft_that_was_activated_meanwhile_is_not_edited(rep, teammate, browse, opportunity):
    quote = make_quote(opportunity)
    activate_quote(quote.pk, actor=teammate)
    response = browse(rep).post(url(quote, "edit"), {"name": "Typed", "total_amount": "5"})
    assert response.status_code == 409
    assert "Only a draft" in errors_of(response)["form"]


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404)])
@pytest.mark.parametrize("verb", ["new", "edit", "activate", "win", "close", "revise", "delete"])
def test_who_may_not_cannot(people, browse, opportunity, username, status, verb):
    quote = make_quote(opportunity, "active" if verb in ("win", "revise") else "draft")
    address = new(opportunity) if verb == "new" else url(quote, verb)
    typed = {"name": "Typed", "total_amount": "5", "status_reason": "5"}
    with nothing_changes():
        assert browse(people[username]).post(address, typed).status_code == status
