"""The cells of a list as text: as its page shows them, or as programs want them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language

from crm.api.renderers import time_text
from crm.columns import Column
from crm.currencies import amount_text, number_shown
from crm.tabular import Figure


def shown(column: Column, row: Any) -> str:
    """In the reader's language and time zone."""
    match _bare(column.value(row)):
        case Decimal() as amount:
            return Figure(number_shown(amount, row.currency))
        case datetime() as moment if column.cell == "time":
            return Figure(date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT"))
        case datetime() as moment:
            return _day(timezone.localdate(moment), get_language())
        case date() as day:
            return _day(day, get_language())
        case int() as number:
            return Figure(number_format(number) + (" %" if column.cell == "percent" else ""))
        case value:
            return _text(value)


def raw(column: Column, row: Any) -> str:
    """The same in every language: ISO 8601 in UTC, plain decimals, the words of the API."""
    match _bare((column.raw or column.value)(row)):
        case Decimal() as amount:
            return Figure(amount_text(amount, row.currency) or "")
        case datetime() as moment:
            return Figure(time_text(moment))
        case date() as day:
            return Figure(day.isoformat())
        case IntEnum() as member:
            return member.name.lower()
        case int() as number:
            return Figure(number)
        case value:
            return _text(value)


@lru_cache(4096)
def _day(day: date, language: str | None) -> Figure:
    """Few days recur in many rows, and Django takes its time to write one."""
    return Figure(date_format(day, "SHORT_DATE_FORMAT"))


def _bare(value: Any) -> Any:
    """Without the address, tone or currency that a cell of the page has beside its value."""
    return value[0] if isinstance(value, tuple) else value


def _text(value: Any) -> str:
    return "" if value is None else str(value)
