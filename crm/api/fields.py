"""Fields of the API. Inputs take exactly their JSON type; outputs have exactly one form."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.renderers import time_text
from crm.currencies import DECIMALS, MAX_AMOUNT, amount_text
from crm.written import read_amount, read_day

_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
# From 0 to MAX_AMOUNT, as `read_amount` takes it: a sign and any zeros that change nothing among it.
_AMOUNT_IN_RANGE = r"^(-0{1,40}(\.0{1,40})?|\+?0{0,27}([0-9]{1,12}(\.[0-9]{1,4}0{0,36})?|10{12}(\.0{1,40})?))$"


class TextField(serializers.CharField):
    """A text kept exactly as it is."""

    default_error_messages = {"invalid": _("Enter a text.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False} | options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        return super().run_validation(data)


class LineField(TextField):
    """A text of one line, without the spaces around it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=True, **options)


class WholeNumberField(serializers.IntegerField):
    default_error_messages = {"invalid": _("Enter a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class YesNoField(serializers.BooleanField):
    default_error_messages = {"invalid": _("Enter true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


@extend_schema_field({"type": "string", "format": "date", "pattern": "^(19|[2-9][0-9])[0-9]{2}-"})
class DayField(serializers.DateField):
    default_error_messages = {"invalid": _("Enter a date in the form YYYY-MM-DD.")}

    def to_internal_value(self, value: Any) -> date:
        day = read_day(value) if isinstance(value, str) else None
        return day or self.fail("invalid")


class IdField(serializers.UUIDField):
    default_error_messages = {"invalid": _("Enter an id such as 019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55.")}

    def to_internal_value(self, data: Any) -> UUID:
        found = read_id(data)
        if found is None:
            self.fail("invalid")
        return found


@extend_schema_field(
    {"type": "string", "enum": sorted(DECIMALS), "description": "ISO 4217."}, component_name="Currency"
)
class CurrencyField(LineField):
    """Which there are, the action judges."""


@extend_schema_field(
    {
        "anyOf": [
            {"type": "string", "pattern": _AMOUNT_IN_RANGE},
            {"type": "number", "minimum": 0, "maximum": int(MAX_AMOUNT)},
        ],
        "description": "With no more decimals than the currency has.",
        "examples": ["1234.50"],
    }
)
class MoneyField(serializers.Field):
    """A decimal string, or a JSON number read from its decimal text. What fits the currency, the action judges."""

    default_error_messages = {"invalid": _("Enter an amount such as 1234.50.")}

    def to_internal_value(self, data: Any) -> Decimal:
        amount: Any = read_amount(data) if isinstance(data, str) else data
        return Decimal(amount) if type(amount) in (int, Decimal) else self.fail("invalid")


class WordField(serializers.ChoiceField):
    """One of the words of an option set that is stored by code; the words are the names of its members.

    Args:
        words: the option set, or those of its members that can be chosen.
    """

    default_error_messages = {"invalid_choice": _("Choose one of: {words}.")}

    def __init__(self, words: Iterable[IntEnum], **options: Any) -> None:
        self.members = {member.name.lower(): member for member in words}
        super().__init__(choices=list(self.members), **options)

    def to_internal_value(self, data: Any) -> IntEnum:  # type: ignore[override]
        if not isinstance(data, str) or data not in self.members:
            self.fail("invalid_choice", words=", ".join(self.members))
        return self.members[data]

    def to_representation(self, value: int) -> str:  # type: ignore[override]
        return next(word for word, member in self.members.items() if member == value)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "examples": ["1234.50"]})
class AmountField(serializers.Field):
    """Output: the amount with exactly the decimals of the record's currency."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def get_attribute(self, instance: Any) -> Any:
        return instance

    def to_representation(self, value: Any) -> str | None:
        assert self.source is not None  # bound
        return amount_text(getattr(value, self.source), value.currency)


class ShownOnceField(serializers.CharField):
    """Output: a secret, in the first answer and in no other: one that is kept to be given again holds null instead."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)


@extend_schema_field(OpenApiTypes.DATETIME)
class TimeField(serializers.Field):
    """Output: UTC, to the second."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: datetime) -> str:
        return time_text(value)


def read_id(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) and _ID.fullmatch(text) else None
