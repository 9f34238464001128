"""What the cells of a list show, by kind: functions and no templates, because one page has hundreds of them.

Each takes the value of a column and answers HTML; whatever comes from a record is escaped by `crm.markup.fill`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

from crm.currencies import amount_shown
from crm.markup import fill
from crm.types import Text

Cell = Callable[[Any], SafeString]
NOTHING = SafeString()


def badge(text: Text, tone: str = "") -> SafeString:
    return fill('<span class="badge badge--{}">{}</span>', tone or "neutral", text)


def money(amount: Decimal | None, currency: str) -> SafeString:
    """A dash for no amount."""
    return fill('<span class="money">{}</span>', amount_shown(amount, currency))


def _badge(value: tuple[Text, str]) -> SafeString:
    return badge(*value)


def _day(value: date | None) -> SafeString:
    """Of a date, or of a time as the reader's clock has it."""
    if value is None:
        return NOTHING
    return _date(localtime(value).date() if isinstance(value, datetime) else value, get_language())


@lru_cache(maxsize=2048)
def _date(day: date, language: str | None) -> SafeString:
    """Rows have few days, which are slow to write."""
    return fill("{}", date_format(day, "SHORT_DATE_FORMAT"))


def _time(value: datetime | None) -> SafeString:
    return fill("{}", date_format(localtime(value), "SHORT_DATETIME_FORMAT")) if value else NOTHING


def _link(value: tuple[Text, Callable[[], str]] | None) -> SafeString:
    if not value:
        return NOTHING
    return fill('<a class="two-lines" href="{0}" title="{1}">{1}</a>', value[1](), value[0])


def _money(value: tuple[Decimal, str] | None) -> SafeString:
    return money(*value) if value else NOTHING


def _percent(value: int | None) -> SafeString:
    return NOTHING if value is None else fill("{} %", value)


def _rating(value: tuple[Text, str]) -> SafeString:
    return fill('<span class="rating rating--{}">{}</span>', value[1], value[0])


def _text(value: Any) -> SafeString:
    if value is None:
        return NOTHING
    text = str(localize(value))
    return fill('<span class="two-lines" title="{0}">{0}</span>', text) if text else NOTHING


def _website(value: str) -> SafeString:
    if not value:
        return NOTHING
    shown = value.partition("://")[2].rstrip("/")
    return fill('<a class="two-lines" href="{0}" title="{0}" rel="noopener noreferrer external">{1}</a>', value, shown)


CELLS: Mapping[str, Cell] = {
    "badge": _badge,
    "day": _day,
    "link": _link,
    "money": _money,
    "percent": _percent,
    "rating": _rating,
    "text": _text,
    "time": _time,
    "website": _website,
}
