"""Reopening, closing all quotes, assigning and deleting."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm import clock
from opportunities.actions import change_settings, edit_opportunity
from opportunities.models import Opportunity, OpportunityClose, State
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import nothing_changes
from tests.factories import make_opportunity, make_quote, make_user, reopen
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
    assert "Back to the opportunity" in text_of(response)


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


# All


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
