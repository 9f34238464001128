"""Filters for lists, strict: a value of the wrong form is an error, never an unfiltered list."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.periods import NAMED_PERIODS, named_period

_MONEY = re.compile(r"[0-9]{1,13}(\.[0-9]{1,4})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CODE = re.compile(r"\d{1,9}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
# Among ids: the rows that have none.
NONE = "none"
_ID = {"type": "string", "format": "uuid"}
_DAY = {"type": "string", "format": "date"}


class _ParsedField(forms.CharField):
    """A text field whose value is parsed by a function that raises ValueError."""

    def __init__(self, *, parse: Callable[[str], Any], message: Any, **options: Any) -> None:
        super().__init__(**options)
        self.parse, self.message = parse, message

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            return self.parse(text)
        except (ValueError, OverflowError):
            raise ValidationError(self.message) from None


class _ParsedFilter(django_filters.Filter):
    """Attributes: schema: what it takes, as the description of the API says it; an array is separated by commas."""

    field_class = _ParsedField

    def __init__(
        self, *args: Any, parse: Callable[[str], Any], message: Any, schema: dict[str, Any], **options: Any
    ) -> None:
        super().__init__(*args, parse=parse, message=message, **options)
        self.schema = schema


def any_of(
    field: str, parse: Callable[[str], Any], message: Any, *, each: dict[str, Any], **options: Any
) -> django_filters.Filter:
    """Several values separated by commas mean any of them. Args: each: the schema of one."""

    def parse_all(text: str) -> list[Any]:
        return [parse(part) for part in text.split(",")]

    return _ParsedFilter(
        field_name=field, lookup_expr="in", parse=parse_all, message=message, schema=_array_of(each), **options
    )


def _array_of(each: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": each, "minItems": 1}


def texts(field: str, message: Any) -> django_filters.Filter:
    return any_of(field, str, message, each={"type": "string", "pattern": "^[^,]+$"})


def ids(field: str, **options: Any) -> django_filters.Filter:
    return any_of(field, _uuid, _("Enter ids, separated by commas."), each=_ID, **options)


class _OptionalIdsFilter(_ParsedFilter):
    def filter(self, qs: Any, value: list[uuid.UUID | None] | None) -> Any:
        if value is None:
            return qs
        wanted = Q(**{f"{self.field_name}__in": [each for each in value if each]})
        return qs.filter(wanted | Q(**{f"{self.field_name}__isnull": True}) if None in value else wanted)


def optional_ids(field: str) -> django_filters.Filter:
    """Ids of what a row may be without; `none` finds those that are."""

    def parse(text: str) -> list[uuid.UUID | None]:
        return [None if part == NONE else _uuid(part) for part in text.split(",")]

    message = _("Enter ids, or none, separated by commas.")
    each = {"anyOf": [_ID, {"const": NONE}]}
    return _OptionalIdsFilter(field_name=field, parse=parse, message=message, schema=_array_of(each))


def codes(field: str) -> django_filters.Filter:
    each = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    return any_of(field, _code, _("Enter codes, separated by commas."), each=each)


def currencies(field: str = "currency") -> django_filters.Filter:
    message = _("Enter currency codes such as EUR, separated by commas.")
    return any_of(field, _matching(_CURRENCY), message, each={"type": "string", "pattern": _whole(_CURRENCY)})


def words(field: str, choices: type[models.IntegerChoices]) -> django_filters.Filter:
    """The names of the choices, in lower case."""
    by_word = {choice.name.lower(): choice for choice in choices}

    def parse(text: str) -> Any:
        if text not in by_word:
            raise ValueError(text)
        return by_word[text]

    message = _("Enter one or more of these, separated by commas: %(words)s.")
    each = {"type": "string", "enum": list(by_word)}
    return any_of(field, parse, _Filled(message, words=", ".join(by_word)), each=each)


class _Filled:
    """A translated text whose placeholders are filled when it is shown."""

    def __init__(self, text: Any, **values: Any) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        return str(self.text) % self.values


def amount(field: str, lookup: str) -> django_filters.Filter:
    message = _("Enter an amount such as 1234.50.")
    schema = {"type": "string", "pattern": _whole(_MONEY)}
    return _ParsedFilter(field_name=field, lookup_expr=lookup, parse=_amount, message=message, schema=schema)


def days(field: str, lookup: str) -> django_filters.Filter:
    """For dates; `gte` and `lte` include the day."""
    return _ParsedFilter(field_name=field, lookup_expr=lookup, parse=_day, message=_day_message(), schema=_DAY)


def periods(field: str) -> django_filters.Filter:
    """A month, quarter or year by its name, as seen from the user's day: a link with it stays right as time goes by."""

    def parse(text: str) -> tuple[date, date]:
        if text not in NAMED_PERIODS:
            raise ValueError(text)
        period = named_period(text, clock.today())
        return period.first, period.last

    message = _Filled(_("Enter one of these: %(words)s."), words=", ".join(NAMED_PERIODS))
    schema = {"type": "string", "enum": list(NAMED_PERIODS)}
    return _ParsedFilter(field_name=field, lookup_expr="range", parse=parse, message=message, schema=schema)


def moments(field: str, lookup: str) -> django_filters.Filter:
    """For times; `gte` and `lte` include the moment. A date means the whole day where the user is."""
    edge = time.min if lookup == "gte" else time.max

    def parse(text: str) -> datetime:
        if _MOMENT.fullmatch(text):
            # PostgreSQL knows no offset of sixteen hours or more.
            return datetime.fromisoformat(text).astimezone(UTC)
        return timezone.make_aware(datetime.combine(_day(text), edge))

    message = _("Enter a date such as 2026-11-21, or a time such as 2026-11-21T09:30:00Z.")
    schema = {"anyOf": [_DAY, {"type": "string", "format": "date-time"}]}
    return _ParsedFilter(field_name=field, lookup_expr=lookup, parse=parse, message=message, schema=schema)


def _whole(pattern: re.Pattern[str]) -> str:
    return f"^{pattern.pattern}$"


def _day_message() -> Any:
    return _("Enter a date such as 2026-11-21.")


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return text

    return parse


def _uuid(text: str) -> uuid.UUID:
    return uuid.UUID(_matching(_UUID)(text))


def _code(text: str) -> int:
    return int(_matching(_CODE)(text))


def _amount(text: str) -> Decimal:
    return Decimal(_matching(_MONEY)(text))


def _day(text: str) -> date:
    return date.fromisoformat(_matching(_DATE)(text))
