"""Fields for the forms of opportunities and quotes. They parse; what is allowed the actions judge, all at once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from crm.types import Text

Choices = list[tuple[Any, Text]]


class DialogForm(forms.Form):
    """A form in a dialog; its ids differ from those of a form on the page below."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="dialog_%s", **options)


class LineField(forms.CharField):
    """One line; the browser is told the limit, the action judges it."""

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"maxlength": limit, "autocomplete": "off"}), **options)


class LongTextField(forms.CharField):
    """Several lines, kept exactly but for the line ends, which browsers send as CRLF."""

    def __init__(self, *, limit: int = 2000, rows: int = 3, **options: Any) -> None:
        widget = forms.Textarea(attrs={"maxlength": limit, "rows": rows})
        super().__init__(widget=widget, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class DayField(forms.DateField):
    """A day, picked or typed; travels as 2026-11-21 whatever the language."""

    def __init__(self, *, latest: date | None = None, **options: Any) -> None:
        attrs = {"max": latest.isoformat()} if latest else {}
        super().__init__(widget=forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d"), **options)


class CodeField(forms.TypedChoiceField):
    """One of an option set, by its code. None where nothing is chosen."""

    def __init__(self, *, choices: Any, optional: bool = False, **options: Any) -> None:
        offered = [("", "—"), *choices] if optional else list(choices)
        super().__init__(choices=offered, coerce=int, empty_value=None, **options)


class RecordField(forms.TypedChoiceField):
    """One of some records, by its id. None where nothing is chosen."""

    def __init__(self, *, choices: Choices, optional: bool = True, **options: Any) -> None:
        offered = [("", "—"), *choices] if optional else choices
        super().__init__(choices=offered, coerce=UUID, empty_value=None, **options)


class RecordsField(forms.TypedMultipleChoiceField):
    """Any number of records, by their ids."""

    def __init__(self, *, choices: Choices, **options: Any) -> None:
        super().__init__(choices=choices, coerce=UUID, empty_value=[], widget=forms.CheckboxSelectMultiple, **options)


def in_currency(field: Any, currency: str) -> None:
    """Show and read a form's money field in the currency that is known by now."""
    field.currency = field.widget.currency = currency
