"""Figures of won and lost deals, against a plain computation of the same."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm.models import User
from crm.periods import MONTH, QUARTER, Period, last_periods, period_of
from opportunities.analytics import (
    Tally,
    WinRate,
    over,
    percent_of,
    tallies,
    win_rate,
    win_rates,
    win_rates_by_month,
)
from opportunities.models import Opportunity, OpportunityClose, Outcome, SalesStage
from tests.expect import count_statements
from tests.factories import close_lost, close_won, make_account, make_opportunity, reopen

pytestmark = pytest.mark.django_db
CURRENCIES = ("USD", "DKK", "JPY")
amounts = st.integers(0, 10**6).map(Decimal)
deals = st.tuples(
    st.sampled_from(Outcome), st.sampled_from(CURRENCIES), st.none() | amounts, st.none() | amounts, st.booleans()
)


def rounded(part: Decimal | int, whole: Decimal | int) -> int | None:
    """Percent, a half rounded up, in exact fractions."""
    return int(Fraction(part) / Fraction(whole) * 100 + Fraction(1, 2)) if whole else None


def make_deal(owner: User, deal: tuple[Outcome, str, Decimal | None, Decimal | None, bool]) -> None:
    outcome, currency, estimated, actual, reopened = deal
    if outcome == Outcome.WON and actual is None and estimated is None:
        actual = Decimal(0)
    opportunity = make_opportunity(owner, currency=currency, estimated_revenue=estimated)
    close = {Outcome.WON: close_won, Outcome.LOST: close_lost}[outcome]
    close(opportunity, actual_revenue=actual)
    if reopened:
        reopen(opportunity)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deals, max_size=6))
@example([])
@example([(Outcome.LOST, "USD", None, None, False)])
@example([(Outcome.WON, "USD", Decimal(1), None, True)])
def test_the_win_rate_is_that_of_a_plain_computation(rep: User, given_deals: list) -> None:
    with transaction.atomic():
        for deal in given_deals:
            make_deal(rep, deal)
        rate = win_rate(OpportunityClose.objects.all())
        transaction.set_rollback(True)
    kept = [deal for *deal, reopened in given_deals if not reopened]
    numbers = Counter(outcome for outcome, *__ in kept)
    worth: dict[Outcome, Counter[str]] = {outcome: Counter() for outcome in Outcome}
    for outcome, code, estimated, actual in kept:
        worth[outcome][code] += (estimated or 0) if actual is None else actual
    assert (rate.won, rate.lost) == (numbers[Outcome.WON], numbers[Outcome.LOST])
    assert rate.percent == rounded(rate.won, rate.won + rate.lost)
    assert {code: value for code, value in rate.won_amounts.items() if value} == +worth[Outcome.WON]
    assert {code: value for code, value in rate.lost_amounts.items() if value} == +worth[Outcome.LOST]
    total = +(worth[Outcome.WON] + worth[Outcome.LOST])
    assert rate.percents_by_value == {code: rounded(worth[Outcome.WON][code], total[code]) for code in total}


def test_it_takes_one_statement(rep: User) -> None:
    for currency in CURRENCIES:
        make_opportunity(rep, state="won", currency=currency)
    with count_statements(1):
        assert win_rate(OpportunityClose.objects.all()).won == 3


def test_without_deals_there_is_no_rate() -> None:
    rate = win_rate(OpportunityClose.objects.all())
    assert (rate, rate.percent, rate.percents_by_value) == (WinRate(), None, {})


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (0, 3, 0), (1, 3, 33), (2, 3, 67), (1, 8, 13), (3, 8, 38), (3, 3, 100)]
)
def test_a_half_is_rounded_up(part: int, whole: int, percent: int | None) -> None:
    assert percent_of(part, whole) == percent


def test_the_other_side_wins_where_we_lose() -> None:
    ours = WinRate(1, 2, {"EUR": Decimal(10)}, {"EUR": Decimal(30)})
    assert (ours.reversed.percent, ours.reversed.percents_by_value) == (67, {"EUR": 75})
    assert ours.reversed.reversed == ours


def test_it_groups_by_a_field_and_by_a_path(rep: User, manager: User) -> None:
    account = make_account()
    make_opportunity(rep, state="won", account=account)
    make_opportunity(rep, state="lost", currency="EUR")
    make_opportunity(manager, state="lost")
    closes = OpportunityClose.objects.all()
    by_owner = {pk: (rate.won, rate.lost) for pk, rate in win_rates(closes, by="opportunity__owner").items()}
    assert by_owner == {rep.pk: (1, 1), manager.pk: (0, 1)}
    by_account = {pk: rate.deals for pk, rate in win_rates(closes, by="opportunity__account").items()}
    assert by_account == {account.pk: 1, None: 2}
    assert set(win_rates(closes, by="status_reason")) == {3, 4}


def test_periods_without_deals_are_there_too(rep: User) -> None:
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31)):
        make_opportunity(rep, state="won", close={"close_date": day})
    rates = win_rates_by_month(OpportunityClose.objects.all())
    months = last_periods(date(2026, 3, 31), MONTH, 3)
    assert [rate.won for __, rate in over(months, rates)] == [1, 0, 1]
    quarters = last_periods(date(2026, 3, 31), QUARTER, 2)
    assert [rate.won for __, rate in over(quarters, rates)] == [1, 2]


def test_tallies_have_every_part_of_every_stage(rep: User) -> None:
    for stage, currency, revenue in ((0, "EUR", 5), (0, "EUR", None), (0, "JPY", 7), (3, "DKK", None)):
        make_opportunity(rep, sales_stage=stage, currency=currency, estimated_revenue=revenue and Decimal(revenue))
    with count_statements(1):
        found = tallies(Opportunity.objects.all())
    assert found == {
        (SalesStage.QUALIFY, "all"): Tally(3, {"EUR": Decimal(5), "JPY": Decimal(7)}),
        (SalesStage.CLOSE, "all"): Tally(1),
    }


@pytest.mark.parametrize(
    ("day", "months", "first", "last"),
    [
        (date(2026, 11, 21), MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 11, 21), QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        (date(2024, 2, 29), MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 1, 1), QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_period_has_the_days_of_its_months(day: date, months: int, first: date, last: date) -> None:
    assert period_of(day, months) == Period(first, last)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)), st.sampled_from([MONTH, QUARTER]), st.integers(1, 20))
def test_periods_follow_each_other_without_a_gap(day: date, months: int, number: int) -> None:
    periods = last_periods(day, months, number)
    assert len(periods) == number
    assert periods[-1].first <= day <= periods[-1].last
    for before, after in pairwise(periods):
        assert (after.first - before.last).days == 1
