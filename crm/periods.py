"""Months, quarters and years of the calendar."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH, QUARTER, YEAR = 1, 3, 12  # so many months

# By the length, whether it is the one that is, the one before or the one after it, and how many of them up to that one.
NAMED_PERIODS = {
    "this_month": (MONTH, 0, 1),
    "next_month": (MONTH, 1, 1),
    "last_month": (MONTH, -1, 1),
    "this_quarter": (QUARTER, 0, 1),
    "next_quarter": (QUARTER, 1, 1),
    "last_quarter": (QUARTER, -1, 1),
    "this_year": (YEAR, 0, 1),
    "last_year": (YEAR, -1, 1),
    "last_12_months": (MONTH, 0, 12),
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
    months, place, number = NAMED_PERIODS[name]
    last = period_of(day, months)
    if place:
        last = period_of((last.first if place < 0 else last.last) + timedelta(days=place), months)
    return Period(last_periods(last.first, months, number)[0].first, last.last)
