"""Rules on values that hold wherever the value is typed; each answers with its sentences, or none."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Model, TextField
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm import clock
from crm.currencies import DECIMALS, MAX_AMOUNT, has_too_many_decimals
from crm.errors import Invalid
from crm.models import User
from crm.types import Text

# PostgreSQL stores no NUL, and UTF-8 has no lone surrogates.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Wherever a text is shown on one line, one of these would begin another. Of regular expressions, as the next one.
_BREAKS = r"\n\v\f\r\x1c-\x1e\x85\u2028\u2029"
# Spaces, controls, and what only steers the letters around it.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_LINE_BREAK, _SEEN = re.compile(f"[{_BREAKS}]"), re.compile(f"[^{_UNSEEN}]")
# What `line` lets pass, for descriptions of it; and what it lets pass as one that is required.
LINE = rf"^\s*[^{_BREAKS}]*\s*$"
REQUIRED_LINE = rf"^\s*[^{_BREAKS}]*[^{_UNSEEN}][^{_BREAKS}]*\s*$"
EARLIEST_DATE = date(1900, 1, 1)


class FieldChecks:
    """Collects what is wrong with the fields of one request, so that all of it is answered at once."""

    def __init__(self) -> None:
        self.errors: dict[str, list[Text]] = {}

    def refuse(self, field: str, *texts: Text) -> None:
        if texts:
            self.errors.setdefault(field, []).extend(texts)

    def refuse_columns(self, record: Model) -> None:
        """What the record's columns themselves refuse: missing, too long, none of the choices."""
        try:
            record.clean_fields()
        except ValidationError as error:
            for field, texts in error.message_dict.items():
                self.refuse(field, *texts)
        # What Django does not hold, or leaves to forms.
        for column in record._meta.concrete_fields:
            if column.name not in self.errors:
                self.refuse(column.name, *_column_text(column, getattr(record, column.attname)))

    @contextmanager
    def collecting(self, **renamed: str) -> Iterator[None]:
        """Takes over what the block finds invalid; fields by another name there are `renamed`."""
        try:
            yield
        except Invalid as invalid:
            for field, texts in invalid.errors.items():
                self.refuse(renamed.get(field, field), *texts)


@contextmanager
def field_checks() -> Iterator[FieldChecks]:
    """Raises: Invalid at the end, where any field was refused."""
    checks = FieldChecks()
    yield checks
    if checks.errors:
        raise Invalid(checks.errors)


def _column_text(column: Any, value: Any) -> list[Text]:
    if not isinstance(value, str) or column.max_length is None:
        return []
    if isinstance(column, CharField):
        return line(value, max_length=column.max_length, required=not column.blank)
    return text(value, max_length=column.max_length) if isinstance(column, TextField) else []


def money(amount: Decimal | None, currency: str) -> list[Text]:
    if amount is None:
        return []
    if texts := amount_range(amount):
        return texts
    return [_too_many_decimals(currency)] if has_too_many_decimals(amount, currency) else []


def amount_range(amount: Decimal) -> list[Text]:
    """What holds in every currency."""
    if amount.is_finite() and 0 <= amount <= MAX_AMOUNT:
        return []
    limit = formats.number_format(MAX_AMOUNT, force_grouping=True)
    return [_("Enter an amount from 0 to %(limit)s.") % {"limit": limit}]


def _too_many_decimals(currency: str) -> Text:
    decimals = DECIMALS[currency]
    if decimals == 0:
        return _("%(currency)s has no decimals. Enter a whole amount.") % {"currency": currency}
    return ngettext_lazy(
        "%(currency)s has %(decimals)d decimal. Enter the amount with no more.",
        "%(currency)s has %(decimals)d decimals. Enter the amount with no more.",
        decimals,
    ) % {"currency": currency, "decimals": decimals}


def not_ancient(value: date | None) -> list[Text]:
    """A day of a time in which these records were kept; the year 26 is a slip of the pen."""
    return [_("Enter a date from 1900-01-01 on.")] if value and value < EARLIEST_DATE else []


def past_date(value: date, actor: User) -> list[Text]:
    """A day that has come: for a user the day where he is, for a command the system's."""
    if value > clock.today(actor.time_zone):
        return [_("The close date cannot be in the future. Enter today or an earlier day.")]
    return not_ancient(value)


def text(value: str, *, max_length: int, required: bool = False) -> list[Text]:
    if UNSTORABLE.search(value):
        return [_("Leave out null characters and half characters: no text can hold them.")]
    if required and is_blank(value):
        return [_("This field is required.")]
    if len(value) > max_length:
        return [
            _("Shorten this to %(limit)d characters; it has %(length)d.") % {"limit": max_length, "length": len(value)}
        ]
    return []


def line(value: str, *, max_length: int, required: bool = False) -> list[Text]:
    """A text of one line: a topic, a name."""
    return text(value, max_length=max_length, required=required) or one_line(value)


def one_line(value: str) -> list[Text]:
    return [_("Write this in one line, without line breaks.")] if _LINE_BREAK.search(value) else []


def is_blank(value: str) -> bool:
    """Nothing that anyone could see or click."""
    return not _SEEN.search(value)
