"""Addresses of lists: a number on a page leads to exactly the rows that it counts."""

from __future__ import annotations

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
