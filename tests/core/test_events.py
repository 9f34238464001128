"""The log: one event for every change, in the change's own transaction."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from crm import clock, origin
from crm.events import changed, changed_since, last_change
from crm.models import Event
from crm.models.event import Origin
from opportunities.actions import delete_opportunity, edit_opportunity
from opportunities.models import Opportunity
from opportunities.timeline import last_deed, timeline_page
from quotes.actions import edit_quote, win_quote
from quotes.models import Quote, QuoteClose
from quotes.requests import QuoteWinRequest
from quotes.states import QuoteStatusReason
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen


def log(record):
    """The record's events, oldest first: type, version, before, after."""
    events = Event.objects.filter(record_id=record.pk).oldest_first()
    return [(event.type, event.version, event.before, event.after) for event in events]


def test_an_opportunitys_life(rep, teammate, manager):
    opportunity = make_opportunity(rep, topic="Ovens", probability=30)
    rival = make_competitor()
    edit_opportunity(
        opportunity.pk, {"topic": "Stoves", "estimated_revenue": Decimal("2.5"), "owner": teammate.pk}, actor=manager
    )
    won = close_won(opportunity, actor=manager, competitor=rival).opportunity_close
    reopen(opportunity, actor=manager, reason="Too early")
    lost = close_lost(opportunity, actor=manager).opportunity_close
    created, *rest = log(opportunity)
    assert created[:2] == ("opportunity.created", 1)
    assert set(created[2].values()) == {None}
    assert created[3] == {
        "topic": "Ovens",
        "owner": str(rep.pk),
        "currency": "USD",
        "estimated_revenue": "1000.00",
        "probability": 30,
        "rating": "warm",
        "sales_stage": "qualify",
        "description": "",
        "state": "open",
        "status_reason": 1,
        "forecast_category": "pipeline",
        "competitors": [],
    }
    today = won.close_date.isoformat()
    closed_as_won = {
        "state": "won",
        "status_reason": 3,
        "forecast_category": "won",
        "probability": 100,
        "actual_revenue": "2.50",
        "actual_close_date": today,
    }
    open_again = {
        "state": "open",
        "status_reason": 1,
        "forecast_category": "pipeline",
        "probability": 30,
        "actual_revenue": None,
        "actual_close_date": None,
    }
    closed_as_lost = {
        "state": "lost",
        "status_reason": 4,
        "forecast_category": "lost",
        "probability": 0,
        "actual_close_date": today,
    }
    assert rest == [
        (
            "opportunity.updated",
            2,
            {"topic": "Ovens", "estimated_revenue": "1000.00"},
            {"topic": "Stoves", "estimated_revenue": "2.50"},
        ),
        ("opportunity.assigned", 2, {"owner": str(rep.pk)}, {"owner": str(teammate.pk)}),
        ("opportunity.won", 3, open_again | {"competitors": []}, closed_as_won | {"competitors": [str(rival.pk)]}),
        ("opportunity.reopened", 4, closed_as_won, open_again),
        ("opportunity.lost", 5, {key: open_again[key] for key in closed_as_lost}, closed_as_lost),
    ]
    data = {event.type: event.data for event in Event.objects.filter(record_id=opportunity.pk)}
    assert data["opportunity.won"] == {"opportunity_close": str(won.pk)}
    assert data["opportunity.reopened"] == {"opportunity_close": str(won.pk), "reason": "Too early"}
    assert data["opportunity.lost"] == {"opportunity_close": str(lost.pk)}


def test_assigning_alone_is_one_event(rep, teammate):
    opportunity = make_opportunity(rep)
    edit_opportunity(opportunity.pk, {"owner": teammate.pk, "topic": opportunity.topic}, actor=teammate)
    assert [entry[:2] for entry in log(opportunity)] == [("opportunity.created", 1), ("opportunity.assigned", 2)]


def test_a_quotes_life(rep):
    opportunity = make_opportunity(rep)
    revised = make_quote(opportunity, "revised", name="Offer")
    successor = Quote.objects.get(number=revised.number, revision=1)
    edit_quote(successor.pk, {"total_amount": Decimal(7)}, actor=rep)
    close_lost(opportunity, close_quotes=QuoteStatusReason.CANCELED)
    created, activated, ended = log(revised)
    assert created[:2] == ("quote.created", 1)
    assert created[3]["opportunity"] == str(opportunity.pk)
    assert activated == (
        "quote.activated",
        2,
        {"state": "draft", "status_reason": 1},
        {"state": "active", "status_reason": 2},
    )
    assert ended[:2] == ("quote.revised", 3)
    assert ended[3]["status_reason"] == 7
    assert [entry[:2] for entry in log(successor)] == [("quote.created", 1), ("quote.updated", 2), ("quote.closed", 3)]
    assert log(successor)[1][2:] == ({"total_amount": "500.00"}, {"total_amount": "7.00"})
    assert Event.objects.get(record_id=revised.pk, type="quote.revised").data == {
        "quote_close": str(QuoteClose.objects.get(quote=revised).pk),
        "new_revision": str(successor.pk),
    }


def test_the_timeline_tells_the_deeds_in_their_order(rep):
    """The opportunity's and its quotes' events share a group; what one deed writes is in order too."""
    opportunity = make_opportunity(rep)
    first, second = make_quote(opportunity, "active"), make_quote(opportunity)
    win_quote(first.pk, QuoteWinRequest(close_other_quotes=True), actor=rep)
    close_won(opportunity)
    newest = Event.objects.filter(group_id=opportunity.pk).newest_first()
    assert [(event.type, event.record_id) for event in newest] == [
        ("opportunity.won", opportunity.pk),
        ("quote.closed", second.pk),
        ("quote.won", first.pk),
        ("quote.created", second.pk),
        ("quote.activated", first.pk),
        ("quote.created", first.pk),
        ("opportunity.created", opportunity.pk),
    ]


def test_a_server_whose_clock_is_behind_turns_no_story_around(rep, teammate):
    """Each deed came later than the one before, and was dated earlier."""
    opportunity = make_opportunity(rep, topic="First", currency="EUR")
    deeds = [(rep, "Second", "JPY"), (rep, "Third", "EUR"), (teammate, "First", "JPY")]
    for days, (actor, topic, currency) in enumerate(deeds, 1):
        with clock.at(clock.now() - timedelta(days=days)):
            edit_opportunity(opportunity.pk, {"topic": topic, "currency": currency}, actor=actor)
    versions = Event.objects.filter(group_id=opportunity.pk).newest_first().values_list("version", flat=True)
    assert list(versions) == [4, 3, 2, 1]
    assert last_change(opportunity.pk).startswith("Teammate changed")
    assert "topic" not in changed_since(opportunity.pk, 1), "it is as it was"
    assert last_deed(opportunity.pk, uuid4(), 1).startswith("Teammate changed")
    page = timeline_page(Opportunity.objects.get(pk=opportunity.pk), [])
    assert [entry.event.version for entry in page.entries] == [4, 3, 2, 1]
    amounts = [str(change.after) for entry in page.entries for change in entry.changes if "€" in str(change.before)]
    assert amounts == ["¥\xa01,000", "¥\xa01,000"]
    third = page.entries[1].event.pk
    for bounds, told in (({"first": third}, [3, 2, 1]), ({"before": third}, [2, 1]), ({"before": uuid4()}, [])):
        older = timeline_page(opportunity, [], **bounds)
        assert [entry.event.version for entry in older.entries] == told


def test_a_timeline_is_read_in_the_order_of_its_index(rep):
    opportunity = make_opportunity(rep)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    plan = Event.objects.filter(group_id=opportunity.pk).newest_first()[:50].explain()
    assert "event_timeline" in plan
    assert "Sort" not in plan


def test_deleting_tells_all_that_was(rep):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity)
    facts = opportunity.facts()
    delete_opportunity(opportunity.pk, actor=rep)
    kind, version, before, after = log(opportunity)[-1]
    assert (kind, version) == ("opportunity.deleted", 3)
    assert before == {key: value for key, value in facts.items() if value is not None}
    assert set(after.values()) == {None}
    assert log(quote)[-1][0] == "quote.deleted"


def test_actor_and_origin(rep, teammate):
    opportunity = make_opportunity(rep)
    for door in (Origin.PAGE, Origin.API):
        with origin.through(door):
            edit_opportunity(opportunity.pk, {"topic": f"By {door}"}, actor=teammate)
    events = Event.objects.order_by("id")
    assert [(event.actor_id, event.origin) for event in events] == [
        (rep.pk, "command"),
        (teammate.pk, "page"),
        (teammate.pk, "api"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, ({}, {})),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, ({"b": 2}, {"b": 3})),
        ({}, {"a": 1, "b": None}, ({"a": None}, {"a": 1})),
        ({"a": 1, "b": None}, {}, ({"a": 1}, {"a": None})),
    ],
)
def test_only_what_changed_is_told_under_the_same_keys(before, after, expected):
    assert changed(before, after) == expected


def test_each_change_of_open_quotes_raises_the_opportunitys_version_once(rep):
    opportunity = make_opportunity(rep)
    versions = []
    for state in ("draft", "active", "won", "canceled", "revised"):
        make_quote(opportunity, state)
        opportunity.refresh_from_db()
        versions.append(opportunity.version)
    # create; create + activate; … + win; create + close; create + activate + revise
    assert versions == [2, 4, 7, 9, 12]
    assert close_won(opportunity, close_quotes=QuoteStatusReason.LOST).opportunity.version == 13
