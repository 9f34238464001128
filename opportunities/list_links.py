"""Addresses of lists: a number on a page leads to exactly the rows that it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from crm.periods import Period


def opportunities_url(view: str, **filters: Any) -> str:
    """Of the view, narrowed by the filters of opportunities.filters."""
    return f"{reverse('opportunities')}?{urlencode({'view': view, **filters}, safe=',')}"


def estimated_in(period: Period) -> dict[str, date]:
    return {"estimated_close_date_after": period.first, "estimated_close_date_before": period.last}


def estimated_before(day: date) -> dict[str, date]:
    return {"estimated_close_date_before": day - timedelta(days=1)}


def closed_in(period: Period) -> dict[str, date]:
    return {"actual_close_date_after": period.first, "actual_close_date_before": period.last}


def closed_within(period: Period, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters, with those of the close date narrowed to the period."""
    first, last = (day.isoformat() for day in (period.first, period.last))
    after, before = filters.get("actual_close_date_after", first), filters.get("actual_close_date_before", last)
    return {**filters, "actual_close_date_after": max(first, after), "actual_close_date_before": min(last, before)}
