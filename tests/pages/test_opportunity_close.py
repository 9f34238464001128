"""The Close Opportunity dialogs: prefilled, refused with reasons, nothing typed lost, nothing closed unasked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm import clock
from opportunities.actions import edit_opportunity
from opportunities.models import Opportunity, OpportunityClose, State, StatusReason
from quotes.models import Quote
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import nothing_changes
from tests.factories import close_lost, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements
from tests.pages.reading import HTMX, errors_of, form_of, send, text_of

OUTCOMES = ("won", "lost")


def url(opportunity, outcome="won"):
    return reverse(f"opportunity-close-as-{outcome}", args=[opportunity.pk])


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Forty machines", currency="EUR", estimated_revenue=Decimal("42000"))


def test_won_is_prefilled_from_the_estimate(rep, browse, opportunity):
    shown = form_of(browse(rep), url(opportunity))
    assert shown["status_reason"] == "3"
    assert shown["actual_revenue"] == "42,000.00"
    assert shown["close_date"] == clock.today().isoformat()
    assert shown["version"] == str(opportunity.version)
    assert "close_quotes" not in shown


def test_won_is_prefilled_from_the_won_quotes(rep, browse, opportunity):
    make_quote(opportunity, "won", total_amount=Decimal("41500.50"))
    assert form_of(browse(rep), url(opportunity))["actual_revenue"] == "41,500.50"


def test_what_an_emptied_revenue_becomes_is_said(rep, browse, opportunity):
    client, unknown = browse(rep), make_opportunity(rep, estimated_revenue=None)
    assert "Left empty, it is € 42,000.00." in text_of(client.get(url(opportunity)))
    for address in (url(opportunity, "lost"), url(unknown)):
        assert "Left empty" not in text_of(client.get(address))


def test_the_quote_that_won_is_closed_before(rep, browse, opportunity):
    make_quote(opportunity, "active")
    client = browse(rep)
    way = f'<a href="{opportunity.get_absolute_url()}?tab=quotes">Close it as won</a> first'
    assert way in client.get(url(opportunity)).content.decode()
    assert way not in client.get(url(opportunity, "lost")).content.decode()


def test_lost_leaves_the_revenue_empty(rep, browse, opportunity):
    shown = form_of(browse(rep), url(opportunity, "lost"))
    assert shown["status_reason"] == "4"
    assert not shown.get("actual_revenue")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_revenue_is_starred_only_where_it_is_required(rep, browse, outcome):
    unknown, known = make_opportunity(rep, estimated_revenue=None), make_opportunity(rep)
    client = browse(rep)
    required = [
        client.get(url(each, outcome)).context["form"].fields["actual_revenue"].required for each in (unknown, known)
    ]
    assert required == [outcome == "won", False]


@pytest.mark.parametrize(("outcome", "state"), [("won", State.WON), ("lost", State.LOST)])
def test_closing_redirects_to_the_record_and_names_the_outcome(rep, browse, opportunity, outcome, state):
    client = browse(rep)
    response = send(client, url(opportunity, outcome))
    assert response.status_code == 302
    assert response.url == opportunity.get_absolute_url()
    assert f"“Forty machines” was closed as {outcome}." in text_of(client.get(response.url))
    assert Opportunity.objects.get().state == state


def test_everything_typed_arrives(rep, browse, opportunity):
    competitor, day = make_competitor(), clock.today() - timedelta(days=3)
    send(
        browse(rep),
        url(opportunity, "lost"),
        status_reason="5",
        actual_revenue="1,234.50",
        close_date=day.isoformat(),
        competitor=str(competitor.pk),
        description="Line one\r\nLine two",
    )
    close = OpportunityClose.objects.get()
    assert (close.status_reason_id, close.actual_revenue, close.close_date) == (5, Decimal("1234.50"), day)
    assert (close.competitor, close.description, close.closed_by) == (competitor, "Line one\nLine two", rep)


def test_an_emptied_field_takes_its_default(rep, browse, opportunity):
    send(browse(rep), url(opportunity), status_reason="", actual_revenue="", close_date="")
    close = OpportunityClose.objects.get()
    assert (close.status_reason_id, close.actual_revenue, close.close_date) == (3, Decimal(42000), clock.today())


def test_htmx_gets_the_form_alone_and_is_sent_to_the_record(rep, browse, opportunity):
    client = browse(rep)
    part = client.get(url(opportunity), headers=HTMX)
    assert b"<html" not in part.content
    assert b'id="dialog-title"' in part.content
    response = client.post(url(opportunity), {"version": opportunity.version}, headers=HTMX)
    assert response.headers["HX-Redirect"] == opportunity.get_absolute_url()


@pytest.mark.parametrize("choice", ["", "no", "nonsense"])
def test_open_quotes_are_named_and_closed_only_when_asked(rep, browse, opportunity, choice):
    make_quote(opportunity, "active", name="Blocking <b>one</b>", total_amount=Decimal("1234.5"))
    client = browse(rep)
    with nothing_changes():
        response = send(client, url(opportunity), close_quotes=choice, description="Typed")
    assert response.status_code in (400, 409)
    shown = text_of(response).replace("\xa0", " ")
    for said in ("QUO-", "Blocking <b>one</b>", "Active", "€ 1,234.50"):
        assert said in shown
    assert response.context["form"]["description"].value() == "Typed"


def test_what_to_do_with_open_quotes_must_be_chosen(rep, browse, opportunity):
    make_quote(opportunity, "revised", name="Machines")
    draft = Quote.objects.get(state=QuoteState.DRAFT)
    response = send(browse(rep), url(opportunity))
    assert response.status_code == 400
    assert set(errors_of(response)) == {"close_quotes"}
    assert "Choose how the open quotes are to be closed" in errors_of(response)["close_quotes"]
    assert list(response.context["blocking_quotes"]) == [draft]


def test_the_choice_is_never_made_for_the_user(rep, browse, opportunity):
    make_quote(opportunity)
    page = browse(rep).get(url(opportunity)).content.decode()
    assert page.count('name="close_quotes"') == 2
    assert "checked" not in page


def test_without_open_quotes_there_is_no_such_choice(rep, browse, opportunity):
    make_quote(opportunity, "lost")
    assert 'name="close_quotes"' not in browse(rep).get(url(opportunity)).content.decode()


@pytest.mark.parametrize("reason", ["lost", "canceled"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_quotes_are_closed_along_as_chosen(rep, browse, opportunity, outcome, reason):
    make_quote(opportunity)
    make_quote(opportunity, "active")
    client = browse(rep)
    response = send(client, url(opportunity, outcome), close_quotes=reason)
    shown = text_of(client.get(response.url))
    assert f"was closed as {outcome}." in shown
    assert f"2 quotes were closed as {reason.capitalize()}." in shown
    reasons = Quote.objects.values_list("status_reason", flat=True)
    assert set(reasons) == {QuoteStatusReason[reason.upper()]}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"actual_revenue": "12.3456"}, "actual_revenue", "decimals"),
        ({"actual_revenue": "12.345"}, "actual_revenue", "Do you mean 12,345.00?"),
        ({"actual_revenue": "-1"}, "actual_revenue", "from 0 to"),
        ({"actual_revenue": "much"}, "actual_revenue", "Enter an amount"),
        ({"close_date": "2999-01-01"}, "close_date", "cannot be in the future"),
        ({"close_date": "1899-12-31"}, "close_date", "1900-01-01"),
        ({"close_date": "soon"}, "close_date", "valid date"),
        ({"status_reason": "4"}, "status_reason", "valid choice"),
        ({"status_reason": "x"}, "status_reason", "valid choice"),
        ({"competitor": "01900000-0000-7000-8000-000000000000"}, "competitor", "valid choice"),
        ({"competitor": "<script>"}, "competitor", "valid choice"),
        ({"description": "x" * 2001}, "description", "2000"),
        ({"description": "a\x00b"}, "description", "Null characters"),
    ],
)
def test_wrong_values_are_told_beside_their_field_and_kept(rep, browse, opportunity, typed, field, said):
    with nothing_changes():
        response = send(browse(rep), url(opportunity), **typed)
    assert response.status_code == 400
    assert said in errors_of(response)[field]
    assert response.context["form"][field].value() == typed[field]
    assert "Check what you entered" in text_of(response) or "Invalid values" in text_of(response)


def test_all_that_the_action_refuses_is_told_at_once(rep, browse, opportunity):
    StatusReason.objects.filter(pk=3).update(requires_competitor=True)
    response = send(browse(rep), url(opportunity), actual_revenue="-1", close_date="2999-01-01")
    assert set(errors_of(response)) == {"actual_revenue", "close_date", "competitor"}


def test_the_local_way_of_writing_amounts_is_read(rep, browse, opportunity):
    rep.language = "da"
    rep.save(update_fields=["language"])
    client = browse(rep)
    assert form_of(client, url(opportunity))["actual_revenue"] == "42.000,00"
    send(client, url(opportunity), actual_revenue="1.234,50")
    translation.activate("en")
    assert OpportunityClose.objects.get().actual_revenue == Decimal("1234.50")


def test_someone_closed_it_meanwhile(rep, teammate, browse, opportunity):
    client = browse(rep)
    typed = form_of(client, url(opportunity)) | {"description": "Typed with care"}
    close_lost(opportunity, actor=teammate)
    with nothing_changes():
        response = client.post(url(opportunity), typed)
    assert response.status_code == 409
    assert "closed" in errors_of(response)["form"]
    text = text_of(response)
    assert "Reopen it first" in text
    assert "What you typed was not saved: copy what you want to keep." in text
    (link,) = elements(response, "a", class_="button button--primary")
    assert link["href"] == opportunity.get_absolute_url()
    assert response.context["form"]["description"].value() == "Typed with care"
    (description,) = elements(response, "textarea", name="description")
    (reason,) = elements(response, "select", name="status_reason")
    assert "readonly" in description
    assert "disabled" in reason


def test_someone_closed_it_before_an_unversioned_form_was_sent(rep, teammate, browse, opportunity):
    close_lost(opportunity, actor=teammate)
    response = browse(rep).post(url(opportunity), {"description": "Typed"})
    assert response.status_code == 409
    assert "Teammate closed this opportunity as lost" in errors_of(response)["form"]


def test_after_a_change_of_someone_else_it_can_be_sent_again(rep, teammate, browse, opportunity):
    client = browse(rep)
    typed = form_of(client, url(opportunity))
    edit_opportunity(opportunity.pk, {"topic": "Renamed"}, actor=teammate)
    refused = client.post(url(opportunity), typed)
    assert refused.status_code == 412
    assert "Renamed" in text_of(refused)
    assert client.post(url(opportunity), typed | {"version": refused.context["version"]}).status_code == 302


@pytest.mark.parametrize("version", ["0", "x", "99999999999999999999", "9" * 5000, "-1", ""])
def test_a_version_that_is_none_closes_nothing(rep, browse, opportunity, version):
    with nothing_changes():
        assert browse(rep).post(url(opportunity), {"version": version}).status_code == 412


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404)])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_who_may_not_close_cannot(people, browse, opportunity, username, status, outcome):
    with nothing_changes():
        response = browse(people[username]).post(url(opportunity, outcome), {"description": "Typed"})
    assert response.status_code == status


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_opening_the_dialog_changes_nothing(rep, browse, opportunity, outcome):
    make_quote(opportunity)
    with nothing_changes():
        browse(rep).get(url(opportunity, outcome))
        browse(rep).get(url(opportunity, outcome), headers=HTMX)


def test_a_form_without_the_secret_of_the_session_is_refused(rep, opportunity):
    client = Client(enforce_csrf_checks=True)
    client.force_login(rep, backend="crm.authentication.UserBackend")
    with nothing_changes():
        assert client.post(url(opportunity)).status_code == 403


def test_the_day_is_the_users(rep, browse, opportunity):
    rep.time_zone = "Pacific/Kiritimati"
    rep.save(update_fields=["time_zone"])
    shown = form_of(browse(rep), url(opportunity))["close_date"]
    assert date.fromisoformat(str(shown)) == clock.today("Pacific/Kiritimati")
