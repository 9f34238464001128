"""Months and quarters of the calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, QUARTER = 1, 3  # so many months


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def quarter(self) -> int:
        return (self.first.month - 1) // QUARTER + 1


def period_of(day: date, months: int) -> Period:
    """The month or the quarter in which the day lies."""
    first = date(day.year, day.month - (day.month - 1) % months, 1)
    last_month = first.month + months - 1
    return Period(first, date(first.year, last_month, monthrange(first.year, last_month)[1]))


def last_periods(day: date, months: int, number: int) -> list[Period]:
    """So many months or quarters, oldest first; the last is the one in which the day lies."""
    periods = [period_of(day, months)]
    while len(periods) < number:
        periods.insert(0, period_of(periods[0].first - timedelta(days=1), months))
    return periods
