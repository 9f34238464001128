"""The tale itself, without a database: the same on the same day, and good for every day."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from crm.currencies import has_too_many_decimals
from opportunities.demo.company import CUSTOMERS, PEOPLE, RIVALS, UNITS
from opportunities.demo.plan import DAYS, Step, plan_deals
from opportunities.demo.stage import Stage

TODAY = date(2026, 11, 21)
DAYS_OF_A_YEAR = [TODAY + timedelta(days=30 * number) for number in range(12)]


class Reader:
    """What a plan comes to: the open deals of each owner, and how many open quotes each of them has."""

    def __init__(self, steps: list[Step]) -> None:
        self.owner: dict[int, str] = {}
        self.open: set[int] = set()
        self.quotes: dict[int, set[str]] = defaultdict(set)
        self.verbs: dict[int, list[str]] = defaultdict(list)
        for step in steps:
            self.verbs[step.deal].append(step.verb)
            self._read(step, step.values)

    def _read(self, step: Step, values: Any) -> None:
        if step.verb == "create":
            self.owner[step.deal] = step.actor
        if step.verb in ("create", "reopen"):
            self.open.add(step.deal)
        if step.verb in ("close", "delete"):
            self.open.remove(step.deal)
        if step.verb in ("close", "close_quotes") or values.get("close_other_quotes"):
            self.quotes[step.deal].clear()
        if step.verb == "create_quote":
            self.quotes[step.deal].add(values["quote"])
        if step.verb in ("delete_quote", "close_quote", "win_quote"):
            self.quotes[step.deal].discard(values["quote"])
        self.owner[step.deal] = values.get("owner", self.owner[step.deal])

    def open_deals(self, owner: str) -> list[int]:
        return [deal for deal in self.open if self.owner[deal] == owner]


def test_it_is_the_same_on_the_same_day() -> None:
    assert plan_deals(TODAY) == plan_deals(TODAY)


def test_it_tells_two_years_before_today_in_order() -> None:
    moments = [step.moment for step in plan_deals(TODAY)]
    assert moments == sorted(moments)
    assert datetime(2024, 11, 18, tzinfo=UTC) < moments[0] < datetime(2024, 12, 31, tzinfo=UTC)
    assert moments[-1] < datetime(2026, 11, 21, tzinfo=UTC)
    assert moments[-1] - moments[0] < timedelta(days=DAYS)


def test_each_deal_moves_on_with_time() -> None:
    last: dict[int, datetime] = {}
    for step in plan_deals(TODAY):
        assert last.get(step.deal, step.moment - timedelta(1)) < step.moment
        assert step.moment.weekday() < 5
        assert 8 <= step.moment.hour < 18
        last[step.deal] = step.moment


def test_every_verb_can_be_played() -> None:
    verbs = {step.verb for step in plan_deals(TODAY)}
    assert verbs == {name for name in vars(Stage) if not name.startswith("_")} - {"play", "make_competitors"}


@pytest.mark.parametrize("today", DAYS_OF_A_YEAR, ids=str)
def test_the_rep_has_open_deals_with_and_without_open_quotes(today: date) -> None:
    plan = Reader(plan_deals(today))
    mine = plan.open_deals("rep")
    with_quotes = [deal for deal in mine if plan.quotes[deal]]
    assert len(mine) >= 12
    assert len(with_quotes) >= 4
    assert len(mine) - len(with_quotes) >= 6


@pytest.mark.parametrize("today", DAYS_OF_A_YEAR, ids=str)
def test_some_deals_are_closed_reopened_and_closed_again(today: date) -> None:
    plan = Reader(plan_deals(today))
    again = [verbs for verbs in plan.verbs.values() if verbs[-3:] == ["close", "reopen", "close"]]
    assert len(again) >= 5
    assert 390 <= len(plan.verbs) - sum("delete" in verbs for verbs in plan.verbs.values()) <= 400
    assert 80 <= len(plan.open) <= 160


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_amounts_fit_their_currency(settings: Settings, currency: str) -> None:
    settings.DEFAULT_CURRENCY = currency
    currencies: dict[int, str] = {}
    amounts = 0
    for step in plan_deals(TODAY):
        currencies.setdefault(step.deal, step.values.get("currency", ""))
        for amount in (value for value in step.values.values() if isinstance(value, Decimal)):
            amounts += 1
            assert not has_too_many_decimals(amount, currencies[step.deal])
    assert amounts > 400
    assert {"EUR", "DKK", "GBP", "JPY", currency} == set(currencies.values())
    assert list(currencies.values()).count(currency) > len(currencies) / 2


def test_the_company_is_complete() -> None:
    assert (len(UNITS), len(PEOPLE), len(RIVALS)) == (3, 12, 8)
    assert sum(len(customers) for customers in CUSTOMERS.values()) == 60
    roles = {person.username: (person.role, person.unit) for person in PEOPLE[:7]}
    assert roles == {
        "rep": ("salesperson", "Nordics"),
        "teammate": ("salesperson", "Nordics"),
        "member": ("sales_team_member", "Nordics"),
        "manager": ("sales_manager", "Nordics"),
        "stranger": ("salesperson", "Central Europe"),
        "vp": ("vice_president_of_sales", None),
        "admin": ("system_administrator", None),
    }
