"""The verbs on many: what each row gets, what refuses the call, and that nothing differs from the single verb."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from crm import clock
from crm.errors import Refusal
from crm.models import Event
from opportunities.actions import (
    bulk_assign,
    bulk_close,
    bulk_close_quotes,
    bulk_reopen,
    close_opportunity,
    edit_opportunity,
    reopen_opportunity,
)
from opportunities.models import Opportunity, OpportunityClose, OpportunityCompetitor, Outcome, StatusReason
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import close_open_quotes
from quotes.models import Quote, QuoteClose
from quotes.requests import QuoteCloseRequest
from quotes.states import QuoteStatusReason
from tests.expect import check_deferred, invalid, nothing_changes, refused
from tests.factories import make_competitor, make_opportunity, make_quote

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WON, LOST = CloseRequest(outcome=Outcome.WON), CloseRequest(outcome=Outcome.LOST)
QUOTES_LOST = QuoteCloseRequest(status_reason=QuoteStatusReason.LOST)


def codes(results):
    return [result.refusal and result.refusal.code for result in results]


def pks(*opportunities):
    return [opportunity.pk for opportunity in opportunities]


# Everything that the single verbs tell apart.


def plain(rep, **values):
    return make_opportunity(rep, topic="Twin", probability=30, forecast_category=2, **values)


def with_quotes(*states):
    def make(people, rival):
        opportunity = plain(people["rep"])
        for state in states:
            make_quote(opportunity, state, name="Offer")
        return opportunity

    return make


# What no two rows have in common: not compared.
OWN = ("id", "sequence")
SCENES = {
    "plain": lambda people, rival: plain(people["rep"]),
    "no estimate": lambda people, rival: plain(people["rep"], estimated_revenue=None),
    "euro": lambda people, rival: plain(people["rep"], currency="EUR"),
    "yen": lambda people, rival: plain(people["rep"], currency="JPY"),
    "competitor": lambda people, rival: plain(people["rep"], competitors=[rival]),
    "teammate's": lambda people, rival: plain(people["teammate"]),
    "stranger's": lambda people, rival: plain(people["stranger"]),
    "won": lambda people, rival: plain(people["rep"], state="won", close={"actual_revenue": Decimal(7)}),
    "lost": lambda people, rival: plain(people["rep"], state="lost", close={"competitor": rival}),
    "stranger's won": lambda people, rival: plain(people["stranger"], state="won"),
    "draft": with_quotes("draft"),
    "drafts and active": with_quotes("draft", "draft", "active"),
    "won quotes": with_quotes("won", "won"),
    "won and active": with_quotes("won", "active"),
    "ended quotes": with_quotes("lost", "canceled"),
    "revised": with_quotes("revised"),
}


CLOSINGS = {
    "won": {"outcome": Outcome.WON},
    "lost": {"outcome": Outcome.LOST},
    "lost for a reason": {"outcome": Outcome.LOST, "status_reason": 5, "description": "Too dear\n"},
    "won on a day": {"outcome": Outcome.WON, "close_date": date(2026, 2, 3)},
    "won for an amount": {"outcome": Outcome.WON, "actual_revenue": Decimal("12.50"), "currency": "USD"},
    "lost for an amount": {"outcome": Outcome.LOST, "actual_revenue": Decimal(0), "currency": "JPY"},
    "won too finely": {"outcome": Outcome.WON, "actual_revenue": Decimal("1.234"), "currency": "USD"},
    "won with quotes": {"outcome": Outcome.WON, "close_quotes": QuoteStatusReason.CANCELED},
    "lost with quotes": {
        "outcome": Outcome.LOST,
        "close_quotes": QuoteStatusReason.LOST,
        "close_date": date(2026, 1, 2),
        "description": "No",
    },
}
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def story(opportunity, known):
    """All that is stored of it, with the ids and numbers of its own called by the order in which they come."""
    pk = opportunity.pk
    stored = [
        Opportunity.objects.filter(pk=pk),
        OpportunityClose.objects.filter(opportunity=pk).order_by("pk"),
        OpportunityCompetitor.objects.filter(opportunity=pk).order_by("competitor"),
        Quote.objects.filter(opportunity=pk).order_by("pk"),
        QuoteClose.objects.filter(opportunity=pk).order_by("pk"),
        Event.objects.filter(group_id=pk).order_by("pk"),
    ]
    values = [
        [{key: value for key, value in row.items() if key not in OWN} for row in rows.values()] for rows in stored
    ]
    return anonymous(json.dumps(values, default=str, indent=1), known)


def anonymous(text, known):
    names = {str(record.pk): record.pk for record in known}
    return re.sub(rf"{_UUID}|QUO-\d+", lambda match: str(names.setdefault(match[0], f"#{len(names)}")), text)


def said(refusal, known):
    if refusal is None:
        return None
    errors = refusal.facts.get("errors", {})
    detail = " ".join(str(text) for texts in errors.values() for text in texts) or str(refusal)
    return refusal.code, anonymous(detail, known)


def outcome_of(deed):
    try:
        deed()
    except Refusal as refusal:
        return refusal
    return None


def compare(people, single, bulk):
    """One of each twin by the single verb, the others by one call: what came of them, and all that is stored."""
    rival = make_competitor("Rival")
    known = [*people.values(), rival]
    with clock.at(NOON):
        alone = {name: make(people, rival) for name, make in SCENES.items()}
        together = {name: make(people, rival) for name, make in SCENES.items()}
        one_by_one = {name: outcome_of(lambda row=row: single(row.pk, rival)) for name, row in alone.items()}
        results = bulk(pks(*together.values()), rival)
    check_deferred()
    assert [result.id for result in results] == pks(*together.values())
    refusals = {name: result.refusal for name, result in zip(SCENES, results, strict=True)}
    found = {name: said(refusal, known) for name, refusal in refusals.items()}
    assert found == {name: said(refusal, known) for name, refusal in one_by_one.items()}
    assert {result.detail for result in results if not result.ok}.isdisjoint({""})
    for name in SCENES:
        assert story(together[name], known) == story(alone[name], known), name
    return refusals


class TestEqualToTheSingleVerb:
    @pytest.mark.parametrize("name", CLOSINGS)
    def test_closing(self, people, name):
        request = CloseRequest(**CLOSINGS[name])
        refusals = compare(
            people,
            lambda pk, rival: close_opportunity(pk, request, actor=people["rep"]),
            lambda ids, rival: bulk_close(ids, request, actor=people["rep"]),
        )
        assert refusals["stranger's"].code == "permission_denied"
        assert refusals["won"].code == refusals["lost"].code == "opportunity_already_closed"

    def test_closing_with_a_competitor(self, people):
        compare(
            people,
            lambda pk, rival: close_opportunity(
                pk, CloseRequest(outcome=Outcome.LOST, competitor=rival.pk), actor=people["rep"]
            ),
            lambda ids, rival: bulk_close(
                ids, CloseRequest(outcome=Outcome.LOST, competitor=rival.pk), actor=people["rep"]
            ),
        )

    @pytest.mark.parametrize("request_", [ReopenRequest(), ReopenRequest(status_reason=2, reason="They came back")])
    def test_reopening(self, people, request_):
        refusals = compare(
            people,
            lambda pk, rival: reopen_opportunity(pk, request_, actor=people["rep"]),
            lambda ids, rival: bulk_reopen(ids, request_, actor=people["rep"]),
        )
        assert [name for name, refusal in refusals.items() if refusal is None] == ["won", "lost"]

    def test_closing_quotes(self, people):
        request = QuoteCloseRequest(status_reason=QuoteStatusReason.CANCELED, description="Withdrawn")
        refusals = compare(
            people,
            lambda pk, rival: close_open_quotes(pk, request, actor=people["rep"]),
            lambda ids, rival: bulk_close_quotes(ids, request, actor=people["rep"]),
        )
        assert refusals["draft"] is refusals["plain"] is None
        assert refusals["won"].code == "opportunity_closed"

    @pytest.mark.parametrize(("actor", "owner"), [("manager", "teammate"), ("rep", "rep"), ("vp", "stranger")])
    def test_assigning(self, people, actor, owner):
        changes = {"owner": people[owner].pk}
        refusals = compare(
            people,
            lambda pk, rival: edit_opportunity(pk, changes, actor=people[actor]),
            lambda ids, rival: bulk_assign(ids, changes["owner"], actor=people[actor]),
        )
        assert refusals["plain"] is None


def test_verify_finds_nothing_after_them(people):
    rival = make_competitor()
    ids = pks(*[make(people, rival) for make in SCENES.values()])
    request = CloseRequest(outcome=Outcome.LOST, competitor=rival.pk, close_quotes=QuoteStatusReason.LOST)
    actor = people["vp"]
    bulk_assign(ids, people["teammate"].pk, actor=actor)
    bulk_close(ids, WON, actor=actor)
    bulk_reopen(ids, ReopenRequest(reason="Again"), actor=actor)
    bulk_close_quotes(ids[::2], QUOTES_LOST, actor=actor)
    assert {result.ok for result in bulk_close(ids, request, actor=actor)} == {True}
    call_command("verify", stdout=StringIO())


class TestEveryRowIsAnswered:
    def test_in_the_order_asked_and_a_repeated_one_once(self, rep, stranger):
        first, second = make_opportunity(rep), make_opportunity(rep)
        closed, theirs = make_opportunity(rep, state="won"), make_opportunity(stranger)
        absent = uuid4()
        ids = [second.pk, absent, closed.pk, second.pk, theirs.pk, first.pk, absent]
        results = bulk_close(ids, LOST, actor=rep)
        assert [result.id for result in results] == [second.pk, absent, closed.pk, theirs.pk, first.pk]
        assert codes(results) == [None, "not_found", "opportunity_already_closed", "permission_denied", None]
        assert OpportunityClose.objects.filter(opportunity=second.pk).count() == 1

    def test_a_second_time_closes_nothing_twice(self, rep):
        ids = pks(*[make_opportunity(rep) for __ in range(3)])
        bulk_close(ids, WON, actor=rep)
        with nothing_changes():
            assert codes(bulk_close(ids, WON, actor=rep)) == ["opportunity_already_closed"] * 3

    def test_what_a_row_lacks_refuses_that_row(self, rep):
        rows = [make_opportunity(rep, estimated_revenue=estimate) for estimate in (None, Decimal(5))]
        results = bulk_close(pks(*rows), WON, actor=rep)
        assert codes(results) == ["invalid", None]
        assert results[0].detail == "Enter the actual revenue: there is no won quote and no estimate."

    def test_each_takes_its_own_default(self, rep):
        rows = [make_opportunity(rep, estimated_revenue=Decimal(amount)) for amount in (5, 6)]
        make_quote(rows[1], "won", total_amount=Decimal(70))
        bulk_close(pks(*rows), WON, actor=rep)
        revenues = [Opportunity.objects.get(pk=row.pk).actual_revenue for row in rows]
        assert revenues == [Decimal(5), Decimal(70)]

    def test_who_reads_nothing_finds_nothing(self, rep, nobody):
        assert codes(bulk_close(pks(make_opportunity(rep)), LOST, actor=nobody)) == ["not_found"]

    def test_assigning_to_the_present_owner_changes_nothing(self, rep):
        opportunity = make_opportunity(rep)
        with nothing_changes():
            assert codes(bulk_assign([opportunity.pk], rep.pk, actor=rep)) == [None]

    def test_assigning_asks_for_the_right_to_create_for_the_new_owner(self, rep, teammate, stranger, manager):
        rows = [make_opportunity(owner) for owner in (rep, teammate, stranger)]
        assert codes(bulk_assign(pks(*rows), teammate.pk, actor=rep)) == [
            "permission_denied",
            None,
            "permission_denied",
        ]
        assert codes(bulk_assign(pks(*rows), teammate.pk, actor=manager)) == [None, None, "permission_denied"]


VERBS = {
    "close": lambda ids, **options: bulk_close(ids, LOST, **options),
    "reopen": lambda ids, **options: bulk_reopen(ids, ReopenRequest(), **options),
    "close quotes": lambda ids, **options: bulk_close_quotes(ids, QUOTES_LOST, **options),
    "assign": lambda ids, **options: bulk_assign(ids, options["actor"].pk, **options),
}


class TestTheCallIsRefused:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("number", [0, 1001])
    def test_for_too_few_or_too_many(self, rep, verb, number):
        with invalid(ids="from 1 to 1000"):
            VERBS[verb]([uuid4() for __ in range(number)], actor=rep)

    @pytest.mark.parametrize(
        ("values", "errors"),
        [
            ({"status_reason": 3}, {"status_reason": "Lost"}),
            ({"competitor": uuid4()}, {"competitor": "no such"}),
            ({"close_date": date(9999, 1, 1)}, {"close_date": "future"}),
            ({"close_date": date(1899, 1, 1), "description": "x" * 2001}, {"close_date": "1900", "description": 1}),
            ({"actual_revenue": Decimal(-1)}, {"actual_revenue": 1}),
            ({"actual_revenue": Decimal("1e13"), "status_reason": 99}, {"actual_revenue": 1, "status_reason": 1}),
        ],
    )
    def test_for_what_is_wrong_for_all(self, rep, values, errors):
        ids = [make_opportunity(rep).pk, make_opportunity(rep, state="won").pk, uuid4()]
        with invalid(**errors):
            bulk_close(ids, CloseRequest(outcome=Outcome.LOST, **values), actor=rep)

    def test_for_what_the_reason_asks_for(self, rep):
        StatusReason.objects.filter(pk=5).update(requires_competitor=True, requires_description=True)
        ids = [make_opportunity(rep).pk]
        with invalid(competitor="asks", description="asks"):
            bulk_close(ids, CloseRequest(outcome=Outcome.LOST, status_reason=5), actor=rep)

    def test_for_one_amount_in_several_currencies(self, rep):
        ids = pks(make_opportunity(rep), make_opportunity(rep, currency="EUR"))
        with invalid(actual_revenue="several currencies"):
            bulk_close(ids, CloseRequest(outcome=Outcome.WON, actual_revenue=Decimal(5)), actor=rep)
        named = CloseRequest(outcome=Outcome.WON, actual_revenue=Decimal(5), currency="EUR")
        assert codes(bulk_close(ids, named, actor=rep)) == ["currency_mismatch", None]

    def test_for_the_other_forms(self, rep, stranger):
        ids = [make_opportunity(rep, state="won").pk]
        with invalid(status_reason="Open", reason=1):
            bulk_reopen(ids, ReopenRequest(status_reason=3, reason="x" * 2001), actor=rep)
        wrong = QuoteCloseRequest(
            status_reason=QuoteStatusReason.LOST, close_date=date(9999, 1, 1), description="x" * 2001
        )
        with invalid(close_date="future", description=1):
            bulk_close_quotes(ids, wrong, actor=rep)
        stranger.is_active = False
        stranger.save(update_fields=["is_active"])
        for owner in (stranger.pk, uuid4()):
            with invalid(owner="active user"):
                bulk_assign(ids, owner, actor=rep)


class TestAllOrNothing:
    @pytest.mark.parametrize("verb", ["close", "reopen", "close quotes", "assign"])
    def test_a_failure_at_the_last_step_leaves_everything(self, people, verb, monkeypatch):
        owner, state = people["teammate"], "won" if verb == "reopen" else "open"
        rows = [make_opportunity(owner, state=state) for __ in range(3)]
        for row in rows:
            if verb == "close quotes":
                make_quote(row)

        def fail(events):
            raise RuntimeError

        module = {"close": "opportunities.actions.steps", "reopen": "opportunities.actions.reopen"}
        module |= {"close quotes": "quotes.actions.close", "assign": "opportunities.actions.bulk"}
        monkeypatch.setattr(f"{module[verb]}.store", fail)
        with nothing_changes(), pytest.raises(RuntimeError):
            VERBS[verb](pks(*rows), actor=people["manager"])

    def test_what_the_database_refuses_refuses_the_call(self, rep, monkeypatch):
        rows = [make_opportunity(rep) for __ in range(3)]
        make_quote(rows[1])
        monkeypatch.setattr("opportunities.actions.bulk.find_quotes", lambda rows, lock: {row.pk: [] for row in rows})
        with refused("opportunity_has_open_quotes"):
            bulk_close(pks(*rows), LOST, actor=rep)

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_dry_run_answers_the_same_and_writes_nothing(self, people, verb):
        rival = make_competitor()
        ids = [*pks(*[make(people, rival) for make in SCENES.values()]), uuid4()]
        with nothing_changes():
            foretold = VERBS[verb](ids, actor=people["rep"], dry_run=True)
        results = VERBS[verb](ids, actor=people["rep"])
        assert [(each.id, each.ok, each.detail) for each in foretold] == [
            (each.id, each.ok, each.detail) for each in results
        ]
        assert {each.ok for each in results} == {True, False}
