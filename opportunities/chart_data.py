"""Won and lost deals over time, as a chart with the lists behind its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.charts import Cell, ColumnChart, Group, Series
from crm.periods import Period
from crm.types import Text
from opportunities.analytics import Rates, WinRate
from opportunities.list_links import closed_within, opportunities_url


def won_and_lost(title: Text, rates: Rates, label: Callable[[Period], tuple[str, str]], **filters: Any) -> ColumnChart:
    """Each number leads to the list of its deals, which the filters and the period narrow."""
    total = sum((rate for __, rate in rates), WinRate())
    labels = [label(period) for period, __ in rates]
    return ColumnChart(
        name="closed",
        title=title,
        description=_("From %(first)s to %(last)s: %(won)d won, %(lost)d lost.")
        % {"first": labels[0][0], "last": labels[-1][0], "won": total.won, "lost": total.lost},
        series=[Series("won", _("Won")), Series("lost", _("Lost"))],
        groups=[
            Group(*names, _cells(rate, closed_within(period, filters)))
            for names, (period, rate) in zip(labels, rates, strict=True)
        ],
    )


def _cells(rate: WinRate, filters: dict[str, Any]) -> list[Cell]:
    numbers = {"won": rate.won, "lost": rate.lost}
    return [Cell(number, opportunities_url(view, **filters)) for view, number in numbers.items()]


def month_label(month: Period) -> tuple[str, str]:
    """`November 2026`, `Nov`."""
    return date_format(month.first, "F Y"), date_format(month.first, "M")


def quarter_label(quarter: Period) -> tuple[str, str]:
    """`Q4 2026`, `Q4 26`."""
    year = quarter.first.year
    text = pgettext("quarter of a year", "Q%(quarter)d %(year)s")
    return (
        text % {"quarter": quarter.quarter, "year": f"{year}"},
        text % {"quarter": quarter.quarter, "year": f"{year % 100:02}"},
    )
