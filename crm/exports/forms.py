"""The forms that a file can have, and the question which one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.errors import Invalid
from crm.exports import cells
from crm.types import Text

# The value of `export` that asks which form it shall be.
CHOOSE = "choose"


@dataclass(frozen=True)
class FileForm:
    """How a list is written.

    Attributes:
        heading: of a column, given its name.
        cell: what a row has in the column.
        delimiter: between the cells.
        leading: columns that the list does not have, before its own.
    """

    label: Text
    heading: Callable[[str, Column], str]
    cell: Callable[[Column, Any], str]
    delimiter: Callable[[], str]
    leading: Mapping[str, Column] = field(default_factory=dict)


def _local_delimiter() -> str:
    """Spreadsheets expect a semicolon where the comma is the mark of decimals."""
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


# What programs know a row by; people know it by its name.
_ID = {"id": Column("id", lambda row: row.pk)}
FORMS = {
    "shown": FileForm(_("As shown"), lambda name, column: str(column.label), cells.shown, _local_delimiter),
    "raw": FileForm(_("Raw values (ISO)"), lambda name, column: name, cells.raw, lambda: ",", _ID),
}


def file_form(names: list[str]) -> FileForm:
    """Of the values of the parameter `export`.

    Raises: Invalid.
    """
    if len(names) == 1 and names[0] in FORMS:
        return FORMS[names[0]]
    raise Invalid({"export": [_("Choose one of these: %(names)s.") % {"names": ", ".join(FORMS)}]})


class ExportForm(forms.Form):
    export = forms.ChoiceField(
        label=_("Format"),
        choices=[(name, form.label) for name, form in FORMS.items()],
        initial="shown",
        widget=forms.RadioSelect,
        help_text=_("As shown is for spreadsheets in your language. Raw values are the same in every language."),
    )
