"""Reopening, closing all quotes, assigning, deleting and undoing; what all dialogs have in common."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse

from crm import clock
from crm.models import Depth, Event, Role
from opportunities.actions import change_settings, edit_opportunity
from opportunities.models import Opportunity, OpportunityClose, State, StatusReason
from opportunities.undo import LASTS
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import nothing_changes
from tests.factories import close_lost, make_opportunity, make_quote, make_user, reopen
from tests.pages.html import elements
from tests.pages.reading import errors_of, form_of, send, text_of


def url(opportunity, verb):
    return reverse(f"opportunity-{verb}", args=[opportunity.pk])


# Reopen


def test_reopening_tells_and_keeps_the_reason(rep, browse):
    opportunity = make_opportunity(rep, topic="Forty machines", state="won")
    client = browse(rep)
    response = send(client, url(opportunity, "reopen"), status_reason="2", reason="They called\r\nback")
    assert response.url == opportunity.get_absolute_url()
    assert "“Forty machines” was reopened." in text_of(client.get(response.url))
    assert Opportunity.objects.get().status_reason_id == 2
    assert OpportunityClose.objects.get().reopen_reason == "They called\nback"


def test_reopening_offers_the_reasons_of_open(rep, browse):
    opportunity = make_opportunity(rep, state="lost")
    form = browse(rep).get(url(opportunity, "reopen")).context["form"]
    assert [label for __, label in form.fields["status_reason"].choices] == ["In Progress", "On Hold"]
    assert form["status_reason"].value() == 1


def test_reopening_what_was_reopened_meanwhile_is_refused_and_keeps_the_reason(rep, teammate, browse):
    opportunity = make_opportunity(rep, state="won")
    client = browse(rep)
    typed = form_of(client, url(opportunity, "reopen")) | {"reason": "Typed"}
    reopen(opportunity, actor=teammate)
    with nothing_changes():
        response = client.post(url(opportunity, "reopen"), typed)
    assert response.status_code == 409
    assert response.context["form"]["reason"].value() == "Typed"
    assert "is open" in errors_of(response)["form"]
    assert not elements(response, "button", type="submit", class_="button button--primary")
    assert "Open the opportunity" in text_of(response)


def test_a_reason_is_asked_for_where_an_administrator_wants_it(rep, admin, browse):
    opportunity = make_opportunity(rep, state="won")
    client = browse(rep)
    assert not client.get(url(opportunity, "reopen")).context["form"].fields["reason"].required
    change_settings({"reopen_reason_required": True}, actor=admin)
    assert "Reason for reopening *" in text_of(client.get(url(opportunity, "reopen")))
    for typed in ("", "  "):
        with nothing_changes():
            response = send(client, url(opportunity, "reopen"), reason=typed)
        assert (response.status_code, errors_of(response)) == (400, {"reason": "Say why it is reopened."})
    assert send(client, url(opportunity, "reopen"), reason="They called").url == opportunity.get_absolute_url()


def test_a_reason_that_is_too_long_is_told(rep, browse):
    opportunity = make_opportunity(rep, state="won")
    response = send(browse(rep), url(opportunity, "reopen"), reason="x" * 2001)
    assert "2000" in errors_of(response)["reason"]


# Close all quotes


@pytest.mark.parametrize("reason", [QuoteStatusReason.LOST, QuoteStatusReason.CANCELED])
def test_all_open_quotes_are_closed_at_once(rep, browse, reason):
    opportunity = make_opportunity(rep)
    for state in ("draft", "active", "won"):
        make_quote(opportunity, state)
    client, day = browse(rep), clock.today() - timedelta(days=1)
    listed = client.get(url(opportunity, "close-quotes")).context["blocking_quotes"]
    assert [quote.state for quote in listed] == [QuoteState.DRAFT, QuoteState.ACTIVE]
    response = send(
        client,
        url(opportunity, "close-quotes"),
        status_reason=str(reason.value),
        close_date=day.isoformat(),
        description="Over",
    )
    assert response.url == f"{opportunity.get_absolute_url()}?tab=quotes"
    assert f"2 quotes were closed as {reason.label}." in text_of(client.get(response.url))
    closes = QuoteClose.objects.filter(outcome=reason.value)
    assert set(closes.values_list("close_date", "description")) == {(day, "Over")}


def test_how_they_end_must_be_chosen(rep, browse):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    client = browse(rep)
    assert "checked" not in client.get(url(opportunity, "close-quotes")).content.decode()
    with nothing_changes():
        response = send(client, url(opportunity, "close-quotes"), description="Typed")
    assert response.status_code == 400
    assert set(errors_of(response)) == {"status_reason"}


@pytest.mark.parametrize("reason", ["4", "7", "x"])
def test_a_quote_is_not_closed_as_anything_else(rep, browse, reason):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    with nothing_changes():
        response = send(browse(rep), url(opportunity, "close-quotes"), status_reason=reason)
    assert set(errors_of(response)) == {"status_reason"}


def test_none_left_to_close_is_said(rep, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    response = client.post(url(opportunity, "close-quotes"), {"status_reason": "5"})
    assert "There was no open quote to close." in text_of(client.get(response.url))


def test_the_dialog_costs_the_same_however_many_quotes(rep, browse, count_statements):
    opportunity = make_opportunity(rep)
    for __ in range(5):
        make_quote(opportunity)
    client = browse(rep)
    with count_statements(8):
        client.get(url(opportunity, "close-quotes"))
    with count_statements(9):
        client.get(url(opportunity, "close-as-won"))


# Assign


def test_assigning_names_the_new_owner(rep, teammate, manager, browse):
    opportunity = make_opportunity(rep, topic="Forty machines")
    client = browse(manager)
    response = send(client, url(opportunity, "assign"), owner=str(teammate.pk))
    assert "“Forty machines” is assigned to Teammate." in text_of(client.get(response.url))
    assert Opportunity.objects.get().owner == teammate


def test_only_active_users_within_reach_are_offered(rep, teammate, manager, stranger, units, browse):
    make_user("gone", "salesperson", units.north, is_active=False)
    opportunity = make_opportunity(rep)
    form = browse(manager).get(url(opportunity, "assign")).context["form"]
    offered = ["—", "Manager (Sales Manager)", "Teammate (Salesperson)"]
    assert [label for __, label in form.fields["owner"].choices] == offered
    assert form["owner"].value() is None


def test_a_salesperson_takes_a_record_over_but_gives_none_away(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    form = browse(teammate).get(url(opportunity, "assign")).context["form"]
    assert [label for __, label in form.fields["owner"].choices] == ["—", "Teammate (Salesperson)"]
    assert send(browse(teammate), url(opportunity, "assign"), owner=str(teammate.pk)).status_code == 302


def test_a_new_owner_out_of_reach_is_refused(rep, stranger, browse):
    opportunity = make_opportunity(rep)
    with nothing_changes():
        response = browse(rep).post(url(opportunity, "assign"), {"owner": str(stranger.pk)})
    assert response.status_code == 400


# Delete


def test_deleting_asks_first_and_leads_to_the_list(rep, browse):
    opportunity = make_opportunity(rep, topic="Forty machines")
    make_quote(opportunity)
    client = browse(rep)
    assert "This cannot be undone." in text_of(client.get(url(opportunity, "delete")))
    response = send(client, url(opportunity, "delete"))
    assert response.url == reverse("opportunities")
    assert "“Forty machines” was deleted." in text_of(client.get(response.url))
    assert not Opportunity.objects.exists()
    assert not Quote.objects.exists()


@pytest.mark.parametrize("state", ["won", "lost"])
def test_what_was_closed_is_not_deleted(rep, browse, state):
    opportunity = make_opportunity(rep, state=state)
    with nothing_changes():
        response = browse(rep).post(url(opportunity, "delete"), {"version": opportunity.version})
    assert response.status_code in (409, 412)


def test_deleting_after_a_change_of_someone_else_is_refused(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    edit_opportunity(opportunity.pk, {"topic": "Renamed"}, actor=teammate)
    response = browse(rep).post(url(opportunity, "delete"), {"version": "1"})
    assert response.status_code == 412
    assert Opportunity.objects.get().state == State.OPEN


# Undo


def close_and_look(client, opportunity, outcome="won", **typed):
    """Close it in the dialog. Returns the page that follows, and the address that undoes the closing, if offered."""
    page = client.get(send(client, url(opportunity, f"close-as-{outcome}"), **typed).url)
    offers = [form["action"] for form in elements(page, "form", method="post") if "undo" in form["action"]]
    return page, *(offers or [""])


def test_a_closing_can_be_undone(rep, browse):
    opportunity, client = make_opportunity(rep, topic="Forty machines", probability=40), browse(rep)
    __, undo = close_and_look(client, opportunity)
    response = client.post(undo)
    assert response.url == opportunity.get_absolute_url()
    assert "“Forty machines” was reopened." in text_of(client.get(response.url))
    assert (Opportunity.objects.get().state, Opportunity.objects.get().probability) == (State.OPEN, 40)
    assert OpportunityClose.objects.get().reopen_reason == "Undone"


def test_undo_says_why_in_the_users_language_also_where_a_reason_is_required(rep, admin, browse):
    change_settings({"reopen_reason_required": True}, actor=admin)
    rep.language = "da"
    rep.save(update_fields=["language"])
    client = browse(rep)
    page, undo = close_and_look(client, make_opportunity(rep), "lost")
    assert "Fortryd" in text_of(page)
    client.post(undo)
    assert OpportunityClose.objects.get().reopen_reason == "Fortrudt"


def test_undo_is_told_to_leave_quotes_closed_and_does(rep, browse):
    opportunity, client = make_opportunity(rep), browse(rep)
    make_quote(opportunity)
    page, undo = close_and_look(client, opportunity, close_quotes="lost")
    assert "1 quote was closed as Lost. Undo leaves it closed." in text_of(page)
    client.post(undo)
    assert Opportunity.objects.get().state == State.OPEN
    assert Quote.objects.get().state == QuoteState.CLOSED


def test_undo_is_offered_once_and_only_to_who_may_reopen(rep, browse):
    opportunity, client = make_opportunity(rep), browse(rep)
    assert close_and_look(client, opportunity)[1]
    assert "undo" not in client.get(opportunity.get_absolute_url()).content.decode()
    Role.objects.filter(pk=rep.role_id).update(reopen=Depth.NONE)
    other = make_opportunity(rep)
    make_quote(other)
    page, undo = close_and_look(browse(rep), other, close_quotes="lost")
    assert not undo
    assert "was closed as won." in text_of(page)
    assert "Undo" not in text_of(page)


def test_looking_at_its_address_undoes_nothing(rep, browse):
    opportunity, client = make_opportunity(rep), browse(rep)
    __, undo = close_and_look(client, opportunity)
    with nothing_changes():
        assert client.get(undo).url == opportunity.get_absolute_url()


@pytest.mark.parametrize(("seconds", "state"), [(LASTS - 1, State.OPEN), (LASTS + 1, State.WON)])
def test_it_can_be_undone_for_a_minute(rep, browse, monkeypatch, seconds, state):
    opportunity, client, now = make_opportunity(rep), browse(rep), int(time.time())
    monkeypatch.setattr("django.core.signing.time.time", lambda: now)
    __, undo = close_and_look(client, opportunity)
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + seconds)
    response = client.post(undo)
    assert Opportunity.objects.get().state == state
    if state == State.WON:
        assert response.url == url(opportunity, "reopen")
        assert "too late to undo" in text_of(client.get(response.url))


def test_an_address_that_was_never_offered_undoes_nothing(rep, browse):
    mine, other = make_opportunity(rep), make_opportunity(rep, state="won")
    client = browse(rep)
    __, undo = close_and_look(client, mine)
    for address in (undo.replace(str(mine.pk), str(other.pk)), f"{undo[:-2]}x/"):
        with nothing_changes():
            assert "/reopen/" in client.post(address).url


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404)])
def test_only_who_may_reopen_undoes(rep, people, browse, username, status):
    __, undo = close_and_look(browse(rep), make_opportunity(rep))
    with nothing_changes():
        assert browse(people[username]).post(undo).status_code == status


def test_what_someone_else_changed_since_is_not_undone(rep, teammate, browse):
    opportunity, client = make_opportunity(rep), browse(rep)
    __, undo = close_and_look(client, opportunity)
    reopen(opportunity, actor=teammate)
    with nothing_changes():
        response = client.post(undo)
    assert response.status_code == 409
    assert "is open" in text_of(response)
    close_lost(opportunity, actor=teammate)
    with nothing_changes():
        response = client.post(undo)
    assert response.status_code == 412
    assert "Teammate changed this record" in text_of(response)
    assert elements(response, "a", href=opportunity.get_absolute_url())


def test_a_second_click_on_undo_undoes_once(rep, browse):
    opportunity, client = make_opportunity(rep), browse(rep)
    __, undo = close_and_look(client, opportunity)
    assert [client.post(undo).status_code for __ in range(2)] == [302, 409]
    assert Event.objects.filter(type="opportunity.reopened").count() == 1


# All


@pytest.mark.parametrize("verb", ["close-as-won", "close-quotes", "reopen", "assign"])
def test_the_first_field_has_the_focus(manager, browse, verb):
    opportunity = make_opportunity(manager, state="won" if verb == "reopen" else "open")
    make_quote(opportunity) if verb == "close-quotes" else None
    page = browse(manager).get(url(opportunity, verb))
    first = next(iter(page.context["form"].visible_fields()))
    assert [each["name"] for each in elements(page, autofocus="")][:1] == [first.html_name]


def test_the_first_wrong_field_has_it_after_a_refusal(rep, browse):
    response = send(
        browse(rep), url(make_opportunity(rep), "close-as-won"), actual_revenue="-1", close_date="2999-01-01"
    )
    (focused,) = elements(response, autofocus="")
    assert (focused["name"], focused["aria-invalid"]) == ("actual_revenue", "true")
    help_text, errors = focused["aria-describedby"].split()
    assert elements(response, "ul", id=errors)
    assert elements(response, "p", id=help_text)
    assert elements(response, "a", href=f"#{focused['id']}")


def test_what_is_wrong_with_no_field_has_it_itself(rep, browse):
    opportunity = make_opportunity(rep, state="won")
    response = browse(rep).post(url(opportunity, "close-as-won"), {"version": opportunity.version})
    assert [each["class"] for each in elements(response, autofocus="")] == ["error-summary"]


def test_a_reason_names_the_fields_that_it_asks_for(rep, browse):
    StatusReason.objects.filter(pk=5).update(requires_competitor=True, requires_description=True)
    page = browse(rep).get(url(make_opportunity(rep), "close-as-lost"))
    asked = {option["value"]: option.get("data-requires") for option in elements(page, "option")}
    assert (asked["4"], asked["5"]) == (None, "competitor description")
    form = page.context["form"]
    assert not any(form.fields[name].required for name in ("competitor", "description"))


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404)])
@pytest.mark.parametrize(
    ("verb", "state", "typed"),
    [
        ("reopen", "won", {"status_reason": "1"}),
        ("close-quotes", "open", {"status_reason": "5"}),
        ("delete", "open", {}),
    ],
)
def test_who_may_not_cannot(rep, people, browse, username, status, verb, state, typed):
    opportunity = make_opportunity(rep, state=state)
    with nothing_changes():
        assert browse(people[username]).post(url(opportunity, verb), typed).status_code == status


@pytest.mark.parametrize("verb", ["reopen", "close-quotes", "assign", "delete", "close-as-won", "edit"])
def test_other_methods_are_not_offered(rep, browse, verb):
    opportunity = make_opportunity(rep)
    for method in ("put", "patch", "delete"):
        assert getattr(browse(rep), method)(url(opportunity, verb)).status_code == 405
