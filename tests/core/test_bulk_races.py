"""Bulk verbs against each other and against single ones: no row twice, no deadlock, the promise kept."""

from functools import partial
from itertools import pairwise

import pytest

from opportunities.actions import bulk_assign, bulk_close, bulk_close_quotes, bulk_reopen
from opportunities.models import OpportunityClose, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import create_quote
from quotes.requests import QuoteCloseRequest
from quotes.states import QuoteStatusReason
from tests.core.racing import ROUNDS, breaches, broken_stories, codes, held_up, racers
from tests.core.test_races import CREATED
from tests.factories import make_opportunity, make_quote

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WON, LOST = CloseRequest(outcome=Outcome.WON), CloseRequest(outcome=Outcome.LOST)
ALONG = CloseRequest(outcome=Outcome.LOST, close_quotes=QuoteStatusReason.LOST)
QUOTES_LOST = QuoteCloseRequest(status_reason=QuoteStatusReason.LOST)
# Many rows stand for many rounds.
FEW = max(1, ROUNDS // 5)


def make_rows(rep, number, *, quotes=False):
    rows = [make_opportunity(rep) for __ in range(number)]
    if quotes:
        [make_quote(row) for row in rows]
    return [row.pk for row in rows]


def row_codes(results):
    return {result.id: result.refusal and result.refusal.code for result in results}


def test_of_two_bulk_closes_each_row_is_closed_by_one(rep, teammate):
    with racers() as race:
        for __ in range(FEW):
            ids = make_rows(rep, 50)
            first, second = race(
                partial(bulk_close, ids, WON, actor=rep), partial(bulk_close, ids[::-1], LOST, actor=teammate)
            )
            found = {pk: {row_codes(first)[pk], row_codes(second)[pk]} for pk in ids}
            assert all(each == {None, "opportunity_already_closed"} for each in found.values())
            assert OpportunityClose.objects.filter(opportunity__in=ids).count() == 50
    assert breaches() == broken_stories() == []


def test_overlapping_calls_wait_for_each_other_and_never_in_a_circle(rep):
    with racers(4) as race:
        for __ in range(FEW):
            ids = make_rows(rep, 40)
            parts = [ids[:25], ids[15:], ids[::-2], ids[20::-1]]
            outcomes = race(*(partial(bulk_close, part, LOST, actor=rep) for part in parts))
            closed = [pk for outcome in outcomes for pk, code in row_codes(outcome).items() if code is None]
            assert sorted(closed) == sorted(ids)
    assert breaches() == broken_stories() == []


@pytest.mark.parametrize("request_", [LOST, ALONG])
def test_a_bulk_close_against_new_quotes(rep, request_):
    with racers(3) as race:
        for __ in range(ROUNDS):
            ids = make_rows(rep, 5)
            create = [partial(create_quote, pk, CREATED, actor=rep) for pk in (ids[0], ids[3])]
            results, *created = race(partial(bulk_close, ids, request_, actor=rep), *create)
            of_row = row_codes(results)
            for pk, outcome in zip((ids[0], ids[3]), codes(created), strict=True):
                possible = {(None, "opportunity_closed"), ("opportunity_has_open_quotes", None)}
                assert (of_row[pk], outcome) in (possible if request_ is LOST else possible | {(None, None)})
            assert of_row[ids[1]] is of_row[ids[2]] is of_row[ids[4]] is None
    assert breaches() == broken_stories() == []


def everything_at_once(ids, rep, teammate, manager):
    return (
        partial(bulk_close, ids, ALONG, actor=rep),
        partial(bulk_reopen, ids[::-1], ReopenRequest(), actor=rep),
        partial(bulk_close_quotes, ids[1:], QUOTES_LOST, actor=teammate),
        partial(bulk_assign, ids[::-1], teammate.pk, actor=manager),
        *(partial(create_quote, pk, CREATED, actor=rep) for pk in ids[:2]),
    )


def test_all_verbs_at_once(rep, teammate, manager):
    with racers(6) as race:
        for __ in range(ROUNDS):
            ids = make_rows(rep, 6, quotes=True)
            outcomes = race(*everything_at_once(ids, rep, teammate, manager))
            assert "unavailable" not in codes(outcomes)
    assert breaches() == broken_stories() == []


def test_without_the_locks_the_database_refuses(rep, teammate, manager, without_locks):
    with racers(6) as race:
        for __ in range(ROUNDS):
            ids = make_rows(rep, 6, quotes=True)
            race(*everything_at_once(ids, rep, teammate, manager))
    assert breaches() == []


def test_who_waited_judges_by_what_he_finds_then(rep, teammate, stranger, vp):
    ids = make_rows(rep, 3)
    with held_up(partial(bulk_close, ids, LOST, actor=teammate)) as outcome:
        create_quote(ids[0], CREATED, actor=rep)
        bulk_assign([ids[1]], stranger.pk, actor=vp)
    assert list(row_codes(outcome()).values()) == ["opportunity_has_open_quotes", "permission_denied", None]
    assert breaches() == broken_stories() == []


def test_rows_are_taken_in_the_order_of_their_ids(rep):
    ids = make_rows(rep, 3)
    results = bulk_close(ids[::-1], LOST, actor=rep)
    assert [result.id for result in results] == ids[::-1]
    closes = OpportunityClose.objects.order_by("pk").values_list("opportunity", flat=True)
    assert all(first < second for first, second in pairwise(closes))
