"""The kinds of custom close fields. Each takes what a door gives, and stores it as JSON holds it exactly."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm import rules
from crm.types import Text, Values
from crm.written import read_day

MAX_TEXT = 300
# JavaScript reads whole numbers exactly up to 2⁵³; this is the round number below.
MAX_WHOLE = 10**15 - 1
MAX_DECIMAL, MAX_DECIMALS = Decimal(10**12), 6

_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


class FieldType(models.TextChoices):
    TEXT = "text", gettext_lazy("Text")
    WHOLE_NUMBER = "whole_number", gettext_lazy("Whole number")
    DECIMAL = "decimal", gettext_lazy("Decimal number")
    DATE = "date", gettext_lazy("Date")
    YES_NO = "yes_no", gettext_lazy("Yes or no")
    CHOICE = "choice", pgettext_lazy("type of field", "Choice")


class WrongValue(Exception):
    """A value that the field does not take, with what to do about it."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(*texts)
        self.texts = texts


class Kind:
    """One kind of field: text, and what the others change."""

    def read(self, value: Any, choices: list[str]) -> Any:
        """The value as it is stored.

        Args:
            value: as a form or a JSON body gives it, never None.
            choices: the values to choose from, where the field has such.

        Raises: WrongValue.
        """
        if not isinstance(value, str):
            raise WrongValue(_("Enter a text."))
        if problems := rules.line(value.strip(), max_length=MAX_TEXT):
            raise WrongValue(*problems)
        return value.strip()

    def schema(self) -> Values:
        """What it takes, in JSON Schema; what is left out aside."""
        return {"type": "string", "maxLength": MAX_TEXT, "pattern": rules.LINE}

    def kept_schema(self) -> Values:
        """What it stores."""
        return self.schema()

    def from_cell(self, text: str) -> Any:
        """What the text of a file's cell gives to `read`."""
        return text

    def show(self, value: Any) -> str:
        """A stored value in the reader's language."""
        return str(value)


class WholeNumber(Kind):
    def read(self, value: Any, choices: list[str]) -> Any:
        if type(value) is not int:
            raise WrongValue(_("Enter a whole number."))
        if abs(value) > MAX_WHOLE:
            limit = formats.number_format(MAX_WHOLE, force_grouping=True)
            raise WrongValue(_("Enter a whole number from -%(limit)s to %(limit)s.") % {"limit": limit})
        return value

    def schema(self) -> Values:
        return {"type": "integer", "minimum": -MAX_WHOLE, "maximum": MAX_WHOLE}

    def from_cell(self, text: str) -> Any:
        return int(text) if re.fullmatch(r"-?[0-9]{1,20}", text) else text

    def show(self, value: Any) -> str:
        return formats.number_format(value, force_grouping=True)


class DecimalNumber(Kind):
    def read(self, value: Any, choices: list[str]) -> Any:
        number = self._number(value)
        if not number.is_finite() or abs(number) > MAX_DECIMAL or number != round(number, MAX_DECIMALS):
            limit = formats.number_format(MAX_DECIMAL, force_grouping=True)
            text = _("Enter a number from -%(limit)s to %(limit)s with at most %(decimals)d decimals.")
            raise WrongValue(text % {"limit": limit, "decimals": MAX_DECIMALS})
        return f"{number.normalize():zf}"  # 1.50 and 1.5 are one number

    def schema(self) -> Values:
        limit = int(MAX_DECIMAL)
        return {"anyOf": [self.kept_schema(), {"type": "number", "minimum": -limit, "maximum": limit}]}

    def kept_schema(self) -> Values:
        return {"type": "string", "pattern": rf"^-?[0-9]{{1,13}}(\.[0-9]{{1,{MAX_DECIMALS}}})?$"}

    def _number(self, value: Any) -> Decimal:
        if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
            return Decimal(value.strip())
        if type(value) in (int, Decimal):
            return Decimal(value)
        raise WrongValue(_("Enter a number such as 1234.50."))

    def show(self, value: Any) -> str:
        return formats.number_format(Decimal(value), force_grouping=True)


class Day(Kind):
    def read(self, value: Any, choices: list[str]) -> Any:
        day = self._day(value)
        if problems := rules.not_ancient(day):
            raise WrongValue(*problems)
        return day.isoformat()

    def schema(self) -> Values:
        return {"type": "string", "format": "date"}

    def _day(self, value: Any) -> date:
        day = read_day(value) if isinstance(value, str) else value
        if type(day) is not date:
            raise WrongValue(_("Enter a date in the form YYYY-MM-DD."))
        return day

    def show(self, value: Any) -> str:
        return formats.date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")


class YesNo(Kind):
    def schema(self) -> Values:
        return {"type": "boolean"}

    def read(self, value: Any, choices: list[str]) -> Any:
        if not isinstance(value, bool):
            raise WrongValue(_("Enter true or false."))
        return value

    def from_cell(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text.lower(), text)

    def show(self, value: Any) -> str:
        return _("Yes") if value else _("No")


class Choice(Kind):
    def schema(self) -> Values:
        return {"type": "string"}

    def read(self, value: Any, choices: list[str]) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise WrongValue(_("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)})
        return value


KINDS: dict[str, Kind] = {
    FieldType.TEXT: Kind(),
    FieldType.WHOLE_NUMBER: WholeNumber(),
    FieldType.DECIMAL: DecimalNumber(),
    FieldType.DATE: Day(),
    FieldType.YES_NO: YesNo(),
    FieldType.CHOICE: Choice(),
}
