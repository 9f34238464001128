"""Months, quarters and years of the calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, QUARTER, YEAR = 1, 3, 12  # so many months

# By the length, and whether it is the one that is, the one before or the one after it.
NAMED_PERIODS = {
    "this_month": (MONTH, 0),
    "next_month": (MONTH, 1),
    "last_month": (MONTH, -1),
    "this_quarter": (QUARTER, 0),
    "next_quarter": (QUARTER, 1),
    "last_quarter": (QUARTER, -1),
    "this_year": (YEAR, 0),
    "last_year": (YEAR, -1),
}


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def quarter(self) -> int:
        return (self.first.month - 1) // QUARTER + 1


def period_of(day: date, months: int) -> Period:
    """The month, the quarter or the year in which the day lies."""
    first = date(day.year, day.month - (day.month - 1) % months, 1)
    last_month = first.month + months - 1
    return Period(first, date(first.year, last_month, monthrange(first.year, last_month)[1]))


def last_periods(day: date, months: int, number: int) -> list[Period]:
    """So many months or quarters, oldest first; the last is the one in which the day lies."""
    periods = [period_of(day, months)]
    while len(periods) < number:
        periods.insert(0, period_of(periods[0].first - timedelta(days=1), months))
    return periods


def named_period(name: str, day: date) -> Period:
    """One of NAMED_PERIODS, as seen from the day. Raises: KeyError."""
    months, number = NAMED_PERIODS[name]
    present = period_of(day, months)
    if number < 0:
        return period_of(present.first - timedelta(days=1), months)
    return period_of(present.last + timedelta(days=1), months) if number else present
