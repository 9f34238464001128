"""Figures of won and lost deals, and of open ones: querysets in, small values out, one statement each.

Won and lost deals are read from the close records that count: a closing that was reopened is no deal. A deal is
worth what it brought, and a lost one for which nobody entered an actual revenue what it was estimated at. Amounts
of different currencies are never added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate, TruncMonth

from crm.periods import Period
from opportunities.models import Outcome
from opportunities.querysets import OpportunityCloseQuerySet

Sums = Mapping[str, Decimal]


def percent_of(part: int | Decimal, whole: int | Decimal) -> int | None:
    """A half is rounded up; None where there is no whole."""
    return int((100 * Decimal(part) / whole).quantize(Decimal(1), ROUND_HALF_UP)) if whole else None


def added(first: Sums, second: Sums) -> Sums:
    """Currency by currency."""
    return {code: first.get(code, Decimal()) + second.get(code, Decimal()) for code in sorted({*first, *second})}


@dataclass(frozen=True)
class Worth:
    """What the won and the lost deals of one currency are worth."""

    currency: str
    won: Decimal
    lost: Decimal

    @property
    def percent(self) -> int | None:
        """Of the value; None where the deals are worth nothing."""
        return percent_of(self.won, self.won + self.lost)


@dataclass(frozen=True)
class WinRate:
    """How many deals were won and lost, what they are worth by currency, and how many days they took all together.

    A currency stands among the amounts where one of its deals has a value, be it 0.
    """

    won: int = 0
    lost: int = 0
    won_amounts: Sums = field(default_factory=dict)
    lost_amounts: Sums = field(default_factory=dict)
    days: int = 0

    def __add__(self, other: WinRate) -> WinRate:
        return WinRate(
            self.won + other.won,
            self.lost + other.lost,
            added(self.won_amounts, other.won_amounts),
            added(self.lost_amounts, other.lost_amounts),
            self.days + other.days,
        )

    @property
    def deals(self) -> int:
        return self.won + self.lost

    @property
    def percent(self) -> int | None:
        """Of the deals; None where there is none."""
        return percent_of(self.won, self.deals)

    @property
    def worths(self) -> list[Worth]:
        """By currency."""
        won, lost = self.won_amounts, self.lost_amounts
        return [Worth(code, won.get(code, Decimal()), lost.get(code, Decimal())) for code in sorted({*won, *lost})]

    @property
    def percents_by_value(self) -> dict[str, int]:
        """Of the value of the deals, by currency; without those in which they are worth nothing."""
        return {worth.currency: worth.percent for worth in self.worths if worth.percent is not None}

    @property
    def average_days(self) -> Decimal | None:
        """From the day that a deal was created to its close date; to a tenth, None where there is no deal."""
        return (Decimal(self.days) / self.deals).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.deals else None

    @property
    def reversed(self) -> WinRate:
        """As the competitor sees it, who wins where we lose."""
        return WinRate(self.lost, self.won, self.lost_amounts, self.won_amounts, self.days)


class _Days(Func):
    """From the one date to the other. A deal that was entered after its close date took none."""

    template = "greatest(%(expressions)s, 0)"
    arg_joiner = " - "
    output_field = IntegerField()


Rates = Sequence[tuple[Period, WinRate]]


def win_rate(closes: OpportunityCloseQuerySet) -> WinRate:
    """Of those of the closings that count."""
    return sum(win_rates(closes, by="currency").values(), WinRate())


def win_rates(closes: OpportunityCloseQuerySet, *, by: Any) -> dict[Any, WinRate]:
    """One for each value that the closings have of it: a field such as `opportunity__owner`, or an expression."""
    named = {"group": by} if hasattr(by, "resolve_expression") else {}
    group = "group" if named else by
    won, lost = Q(outcome=Outcome.WON), Q(outcome=Outcome.LOST)
    worth = Coalesce("actual_revenue", "opportunity__estimated_revenue")
    # Named unlike any field, which `values` would refuse. Counted by what opportunity_close_figures holds.
    figures = {
        "number_won": Count("outcome", filter=won),
        "number_lost": Count("outcome", filter=lost),
        "amount_won": Sum("actual_revenue", filter=won),
        "amount_lost": Sum(worth, filter=lost),
        "days_taken": Sum(_Days("close_date", TruncDate("opportunity__created_at"))),
    }
    rows = closes.completed().annotate(**named).order_by().values(*{group, "currency"}).annotate(**figures)
    rates: dict[Any, WinRate] = defaultdict(WinRate)
    for row in rows:
        rates[row[group]] += WinRate(
            row["number_won"],
            row["number_lost"],
            _sums(row["currency"], row["amount_won"]),
            _sums(row["currency"], row["amount_lost"]),
            row["days_taken"],
        )
    return dict(rates)


def win_rates_by_month(closes: OpportunityCloseQuerySet) -> dict[date, WinRate]:
    """By the first day of each month in which a deal was closed."""
    return win_rates(closes, by=TruncMonth("close_date"))


def over(periods: Sequence[Period], months: Mapping[date, WinRate]) -> Rates:
    """The rates of the months put together to periods; also the periods in which nothing was closed."""
    return [
        (period, sum((rate for month, rate in months.items() if period.first <= month <= period.last), WinRate()))
        for period in periods
    ]


@dataclass(frozen=True)
class Tally:
    """How many, and how much by currency."""

    count: int = 0
    sums: Sums = field(default_factory=dict)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, added(self.sums, other.sums))


def tallies(opportunities: QuerySet[Any], **parts: Q) -> dict[tuple[int, str], Tally]:
    """Count and estimated revenue by sales stage and part: each part is a condition, `all` is none.

    Every stage that the opportunities have is there with every part.
    """
    conditions = {"all": Q(), **parts}
    counts = {f"{name}_count": Count("pk", filter=condition) for name, condition in conditions.items()}
    sums = {f"{name}_sum": Sum("estimated_revenue", filter=condition) for name, condition in conditions.items()}
    found: dict[tuple[int, str], Tally] = defaultdict(Tally)
    for row in opportunities.order_by().values("sales_stage", "currency").annotate(**counts, **sums):
        for name in conditions:
            tally = Tally(row[f"{name}_count"], _sums(row["currency"], row[f"{name}_sum"]))
            found[row["sales_stage"], name] += tally
    return dict(found)


def _sums(currency: str, amount: Decimal | None) -> Sums:
    return {} if amount is None else {currency: amount}
