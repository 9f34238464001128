"""Who races whom, and who wins: real threads and connections, started together, `RACE_ROUNDS` times each.

The controls show that the races are real: without lock and named constraint the promise breaks; without the
lock alone the database refuses, in the domain's words.
"""

from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from crm.models import Event
from opportunities.actions import close_opportunity, delete_opportunity, edit_opportunity, reopen_opportunity
from opportunities.models import Opportunity, OpportunityClose, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import activate_quote, close_quote, create_quote, edit_quote, revise_quote, win_quote
from quotes.models import Quote
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import QuoteStatusReason
from tests.core.racing import (
    ROUNDS,
    breaches,
    broken_stories,
    codes,
    dropped,
    held_up,
    meet,
    racers,
)
from tests.factories import make_account, make_competitor, make_opportunity, make_quote

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LOST = QuoteStatusReason.LOST
CREATED = {"name": "Raced", "total_amount": Decimal(1)}


class Scene:
    """The record raced for, with its quote where the race is about one, and the deeds."""

    def __init__(self, people, state="open", quote_state=None):
        self.people = people
        self.rep = people["rep"]
        self.pk = make_opportunity(self.rep, state=state).pk
        self.quote_pk = quote_state and make_quote(Opportunity.objects.get(pk=self.pk), quote_state).pk

    def win(self, **options):
        return close_opportunity(self.pk, CloseRequest(outcome=Outcome.WON), actor=self.rep, **options)

    def lose(self, **options):
        return close_opportunity(self.pk, CloseRequest(outcome=Outcome.LOST), actor=self.rep, **options)

    def lose_by_teammate(self):
        return close_opportunity(self.pk, CloseRequest(outcome=Outcome.LOST), actor=self.people["teammate"])

    def close_along(self, **values):
        request = CloseRequest(outcome=Outcome.LOST, close_quotes=LOST, **values)
        return close_opportunity(self.pk, request, actor=self.rep)

    def reopen(self, **options):
        return reopen_opportunity(self.pk, ReopenRequest(), actor=self.rep, **options)

    def edit(self, **options):
        return edit_opportunity(self.pk, {"probability": 42, "forecast_category": 3}, actor=self.rep, **options)

    def edit_topic(self, **options):
        return edit_opportunity(self.pk, {"topic": "Raced"}, actor=self.people["teammate"], **options)

    def edit_currency(self):
        return edit_opportunity(self.pk, {"currency": "EUR"}, actor=self.rep)

    def assign_away(self):
        return edit_opportunity(self.pk, {"owner": self.people["stranger"].pk}, actor=self.people["vp"])

    def delete(self):
        return delete_opportunity(self.pk, actor=self.rep)

    def create_quote(self):
        return create_quote(self.pk, CREATED, actor=self.rep)

    def edit_quote(self, **options):
        return edit_quote(self.quote_pk, {"name": "Raced"}, actor=self.rep, **options)

    def rename_quote(self, **options):
        return edit_quote(self.quote_pk, {"name": "Outrun"}, actor=self.rep, **options)

    def activate(self, **options):
        return activate_quote(self.quote_pk, actor=self.rep, **options)

    def revise(self, **options):
        return revise_quote(self.quote_pk, actor=self.rep, **options)

    def win_quote(self, **options):
        return win_quote(self.quote_pk, QuoteWinRequest(), actor=self.rep, **options)

    def close_quote(self, **options):
        return close_quote(self.quote_pk, QuoteCloseRequest(status_reason=LOST), actor=self.rep, **options)


# name: (state, quote's state, deeds, the outcomes that may be). None is a deed that went.
_ALREADY, _CLOSED, _ENDED = "opportunity_already_closed", "opportunity_closed", "quote_not_open"
_BLOCKED, _REOPENED = "opportunity_has_open_quotes", "opportunity_already_open"
RACES = {
    "win against lose": ("open", None, ("win", "lose"), {(None, _ALREADY), (_ALREADY, None)}),
    "win against win": ("open", None, ("win", "win"), {(None, _ALREADY), (_ALREADY, None)}),
    "reopen against reopen": ("won", None, ("reopen", "reopen"), {(None, _REOPENED), (_REOPENED, None)}),
    "reopen against close": ("won", None, ("reopen", "lose"), {(None, None), (None, _ALREADY)}),
    "close against create quote": ("open", None, ("win", "create_quote"), {(None, _CLOSED), (_BLOCKED, None)}),
    "close against edit": ("open", None, ("lose", "edit"), {(None, None), (None, _CLOSED)}),
    "close against delete": (
        "open",
        None,
        ("lose", "delete"),
        {(None, "opportunity_not_deletable"), ("not_found", None)},
    ),
    "close against activate": ("open", "draft", ("lose", "activate"), {(_BLOCKED, None)}),
    "close along against activate": ("open", "draft", ("close_along", "activate"), {(None, None), (None, _CLOSED)}),
    "close along against edit quote": (
        "open",
        "draft",
        ("close_along", "edit_quote"),
        {(None, None), (None, _CLOSED)},
    ),
    "close along against create": ("open", "draft", ("close_along", "create_quote"), {(None, None), (None, _CLOSED)}),
    "close along against revise": ("open", "active", ("close_along", "revise"), {(None, None), (None, _CLOSED)}),
    "close along against win quote": ("open", "active", ("close_along", "win_quote"), {(None, None), (None, _CLOSED)}),
    "close against close quote": ("open", "active", ("win", "close_quote"), {(None, None), (_BLOCKED, None)}),
    "close against assign away": (
        "open",
        None,
        ("lose_by_teammate", "assign_away"),
        {(None, _CLOSED), ("permission_denied", None)},
    ),
    "edit against assign away": (
        "open",
        None,
        ("edit_topic", "assign_away"),
        {(None, None), ("permission_denied", None)},
    ),
    "edit against edit": ("open", None, ("edit", "edit_topic"), {(None, None)}),
    "create quote against create quote": ("open", None, ("create_quote", "create_quote"), {(None, None)}),
    "create quote against delete": ("open", None, ("create_quote", "delete"), {(None, None), ("invalid", None)}),
    "create quote against currency": (
        "open",
        None,
        ("create_quote", "edit_currency"),
        {(None, None), (None, "invalid")},
    ),
    "win quote against close quote": ("open", "active", ("win_quote", "close_quote"), {(None, _ENDED), (_ENDED, None)}),
    "close quote against close quote": (
        "open",
        "active",
        ("close_quote", "close_quote"),
        {(None, _ENDED), (_ENDED, None)},
    ),
    "revise against revise": ("open", "active", ("revise", "revise"), {(None, _ENDED), (_ENDED, None)}),
    "revise against win quote": ("open", "active", ("revise", "win_quote"), {(None, _ENDED), (_ENDED, None)}),
    "activate against activate": (
        "open",
        "draft",
        ("activate", "activate"),
        {(None, "quote_not_draft"), ("quote_not_draft", None)},
    ),
    "activate against edit quote": (
        "open",
        "draft",
        ("activate", "edit_quote"),
        {(None, None), (None, "quote_not_draft")},
    ),
}
# The same version expected by both: exactly one may have it.
EXPECTING = {
    "close": ("open", None, ("win", "lose")),
    "close and edit": ("open", None, ("win", "edit")),
    "edit": ("open", None, ("edit", "edit_topic")),
    "reopen": ("won", None, ("reopen", "reopen")),
    "edit quote": ("open", "draft", ("edit_quote", "rename_quote")),
    "activate and edit quote": ("open", "draft", ("activate", "edit_quote")),
    "win and close quote": ("open", "active", ("win_quote", "close_quote")),
    "revise and revise": ("open", "active", ("revise", "revise")),
}


@pytest.mark.parametrize("name", RACES)
def test_race(people, name):
    state, quote_state, deeds, possible = RACES[name]
    seen = Counter()
    with racers() as race:
        for _round in range(ROUNDS):
            scene = Scene(people, state, quote_state)
            outcome = codes(race(*(getattr(scene, deed) for deed in deeds)))
            assert outcome in possible
            seen[outcome] += 1
    assert breaches() == broken_stories() == []
    assert seen.total() == ROUNDS


@pytest.mark.parametrize("name", EXPECTING)
def test_of_two_who_saw_the_same_version_one_is_stale(people, name):
    state, quote_state, deeds = EXPECTING[name]
    with racers() as race:
        for _round in range(ROUNDS):
            scene = Scene(people, state, quote_state)
            record = Quote.objects.get(pk=scene.quote_pk) if quote_state else Opportunity.objects.get(pk=scene.pk)
            expected = frozenset({record.version})
            outcomes = race(*(partial(getattr(scene, deed), expected=expected) for deed in deeds))
            assert sorted(codes(outcomes), key=str) == [None, "stale"]
            stale = next(outcome for outcome in outcomes if getattr(outcome, "code", "") == "stale")
            assert stale.facts == {"version": record.version + 1}
    assert breaches() == broken_stories() == []


def test_many_at_once(people):
    """Eight of all kinds on one record with a competitor and quotes: no deadlock, nobody waits in vain."""
    rival = make_competitor()
    with racers(8) as race:
        for _round in range(ROUNDS):
            scene = Scene(people, "open", "active")
            outcomes = race(
                partial(scene.close_along, competitor=rival.pk),
                scene.win,
                scene.create_quote,
                scene.revise,
                scene.win_quote,
                scene.edit,
                scene.reopen,
                scene.close_along,
            )
            assert "unavailable" not in codes(outcomes)
    assert breaches() == broken_stories() == []


@pytest.mark.parametrize("name", RACES)
def test_without_the_lock_the_database_refuses(people, name, without_locks):
    """Whatever goes wrong without the lock is refused, by the database or the state machine; the promise holds."""
    state, quote_state, deeds, __ = RACES[name]
    with racers() as race:
        for _round in range(ROUNDS):
            scene = Scene(people, state, quote_state)
            race(*(getattr(scene, deed) for deed in deeds))
    assert breaches() == []


class TestAfterWaiting:
    """Who had to wait for the lock must judge and log by what he finds then, not by what he saw before."""

    def test_a_closing_tells_the_competitors_that_joined_meanwhile(self, people):
        first, second = make_competitor("First"), make_competitor("Second")
        scene = Scene(people)
        with held_up(partial(scene.close_along, competitor=second.pk)) as outcome:
            edit_opportunity(scene.pk, {"competitors": [first.pk]}, actor=scene.rep)
        assert [ref["name"] for ref in outcome().opportunity.competitor_refs] == ["First", "Second"]
        assert breaches() == broken_stories() == []

    def test_a_new_quote_counts_the_one_made_meanwhile(self, people):
        scene = Scene(people)
        with held_up(scene.create_quote) as outcome:
            scene.create_quote()
        assert outcome().opportunity.open_quotes == 2

    def test_an_edit_finds_the_account_and_the_reason_of_now(self, people):
        account = make_account()
        scene = Scene(people)
        with held_up(scene.edit_topic) as outcome:
            edit_opportunity(scene.pk, {"account": account.pk, "status_reason": 2}, actor=scene.rep)
        assert (outcome().account, outcome().status_reason.pk) == (account, 2)
        assert broken_stories() == []

    def test_the_right_is_judged_by_the_owner_of_now(self, people):
        scene = Scene(people)
        with held_up(scene.lose_by_teammate) as outcome:
            scene.assign_away()
        assert codes([outcome()]) == ("permission_denied",)
        scene = Scene(people)
        with held_up(partial(scene.edit, expected=frozenset({1}))) as outcome:
            edit_opportunity(scene.pk, {"owner": people["teammate"].pk}, actor=people["teammate"])
        assert codes([outcome()]) == ("stale",)

    def test_a_deleted_one_is_not_found(self, people):
        scene = Scene(people)
        with held_up(scene.win) as outcome:
            scene.delete()
        assert codes([outcome()]) == ("not_found",)

    @pytest.mark.parametrize("verb", ["edit_quote", "activate", "win_quote", "close_quote", "revise"])
    def test_a_quotes_verb_finds_the_closed_opportunity(self, people, verb):
        scene = Scene(people, "open", "active")
        with held_up(getattr(scene, verb)) as outcome:
            scene.close_along()
        assert codes([outcome()]) == ("opportunity_closed",)


CLOSING = "opportunities.actions.close.close_locked_opportunities"
REOPENING = "opportunities.actions.reopen.reopen_locked_opportunities"
NUMBERING = "quotes.querysets.QuoteQuerySet.next_number"
ENDING = "quotes.actions.close.close_locked_quotes"
QUOTE_KEY = (Quote, "quote_needs_open_opportunity")
ONE_COMPLETED = (OpportunityClose, "opportunity_close_one_completed")
ONE_EVENT = (Event, "event_once_per_version")


class TestControls:
    """Both have looked before either writes: the one moment that a lock is for."""

    @pytest.mark.parametrize(
        ("state", "deeds", "meeting", "refusals"),
        [
            ("open", ("win", "create_quote"), (CLOSING, NUMBERING), {_CLOSED, _BLOCKED}),
            ("open", ("win", "lose"), (CLOSING, CLOSING), {_ALREADY}),
            ("open", ("win", "win"), (CLOSING, CLOSING), {_ALREADY}),
            ("won", ("reopen", "reopen"), (REOPENING, REOPENING), {_REOPENED}),
        ],
    )
    def test_without_the_lock_alone_one_is_refused(
        self,
        people,
        monkeypatch,
        without_locks,
        state,
        deeds,
        meeting,
        refusals,
    ):
        scene = Scene(people, state)
        meet(monkeypatch, *meeting)
        with racers() as race:
            outcome = codes(race(*(getattr(scene, deed) for deed in deeds)))
        assert sorted(code is None for code in outcome) == [False, True]
        assert set(outcome) - {None} <= refusals
        assert breaches() == []

    @pytest.mark.parametrize(
        ("deeds", "meeting", "constraints", "breach"),
        [
            (("win", "create_quote"), (CLOSING, NUMBERING), [QUOTE_KEY], "an open quote on a closed opportunity"),
            (("win", "win"), (CLOSING, CLOSING), [ONE_COMPLETED, ONE_EVENT], "exactly one Completed record"),
        ],
    )
    def test_without_lock_and_constraint_the_promise_breaks(
        self,
        people,
        monkeypatch,
        without_locks,
        deeds,
        meeting,
        constraints,
        breach,
    ):
        with dropped(*constraints):
            scene = Scene(people)
            meet(monkeypatch, *meeting)
            with racers() as race:
                outcome = codes(race(*(getattr(scene, deed) for deed in deeds)))
            assert outcome == (None, None)
            assert any(breach in found for found in breaches())
        assert breaches() == []

    def test_without_the_lock_updates_are_lost(self, people, monkeypatch, without_locks):
        """The rule that watches the lock's own promise can fail, too."""
        with dropped(ONE_EVENT):
            scene = Scene(people)
            meet(monkeypatch, *["opportunities.actions.edit.apply_values"] * 2)
            with racers() as race:
                assert codes(race(scene.edit, scene.edit_topic)) == (None, None)
            assert broken_stories() != []
