"""The filters of a list as people see them: a field of the form "Edit filters", and a chip above the list.

What a filter means is read, and judged, by the list's FilterSet; here its text in the address gets a face.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.filters import NONE
from crm.forms import MoneyField
from crm.models import User
from crm.rules import amount_range
from crm.selection import read_ids
from crm.types import Text

Choices = list[tuple[str, Text]]
PERIODS: dict[str, Text] = {
    "this_month": _("This month"),
    "next_month": _("Next month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "next_quarter": _("Next quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    "last_12_months": _("Last 12 months"),
}


@dataclass(frozen=True)
class FilterField:
    """Plain text, as it stands in the address."""

    label: Text

    def form_field(self, user: User, present: str) -> forms.Field:
        """Its field, which shows what is set."""
        return forms.CharField(label=self.label, required=False, initial=present)

    def text(self, value: Any) -> str:
        """What the field read, as the address has it."""
        return str(value or "")

    def shown(self, text: str, user: User) -> str:
        """What the address has, in words; what is of the wrong form stays as it is."""
        return text


@dataclass(frozen=True)
class ChoiceFilter(FilterField):
    """One of several. An address may have more, separated by commas; the form keeps them."""

    choices: Callable[[User], Choices]

    def form_field(self, user: User, present: str) -> forms.Field:
        offered = self.choices(user)
        if present and present not in dict(offered):
            offered = [(present, self.shown(present, user)), *offered]
        return forms.ChoiceField(
            label=self.label, required=False, initial=present, choices=[("", pgettext_lazy("filter", "Any")), *offered]
        )

    def shown(self, text: str, user: User) -> str:
        names = self.names(text.split(","), user)
        return ", ".join(str(names.get(value, value)) for value in text.split(","))

    def names(self, values: list[str], user: User) -> dict[str, Text]:
        return dict(self.choices(user))


@dataclass(frozen=True)
class RecordFilter(ChoiceFilter):
    """One of the records that the user may read; only those of the address are read for a chip.

    Attributes:
        none: what finds the rows without one is called; empty where none are without.
    """

    choices: Callable[[User], Choices] = lambda user: []
    rows: Callable[[User], QuerySet[Any]] = lambda user: User.objects.none()
    none: Text = ""

    def form_field(self, user: User, present: str) -> forms.Field:
        offered: Choices = [*self._without().items(), *((str(row.pk), str(row)) for row in self.rows(user))]
        return ChoiceFilter(self.label, lambda user: offered).form_field(user, present)

    def names(self, values: list[str], user: User) -> dict[str, Text]:
        found = self.rows(user).filter(pk__in=read_ids(values))
        return self._without() | {str(row.pk): str(row) for row in found}

    def _without(self) -> dict[str, Text]:
        return {NONE: self.none} if self.none else {}


def words(label: Text, options: Any) -> ChoiceFilter:
    """Of an option set, by the words of the API."""
    return ChoiceFilter(label, lambda user: [(option.name.lower(), option.label) for option in options])


def period(label: Text) -> ChoiceFilter:
    return ChoiceFilter(label, lambda user: list(PERIODS.items()))


@dataclass(frozen=True)
class DayFilter(FilterField):
    def form_field(self, user: User, present: str) -> forms.Field:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=self.label, required=False, initial=present, widget=widget)

    def text(self, value: Any) -> str:
        return value.isoformat() if value else ""

    def shown(self, text: str, user: User) -> str:
        try:
            return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
        except ValueError:
            return text


@dataclass(frozen=True)
class AmountFilter(FilterField):
    """Typed the local way, in no currency: it compares the amounts of whatever currency."""

    def form_field(self, user: User, present: str) -> forms.Field:
        return MoneyField(label=self.label, required=False, initial=_amount(present), validators=[_in_range])

    def text(self, value: Any) -> str:
        return "" if value is None else format(value, "f")

    def shown(self, text: str, user: User) -> str:
        amount = _amount(text)
        return text if isinstance(amount, str) else number_format(amount, force_grouping=True)


def _in_range(amount: Decimal) -> None:
    if texts := amount_range(amount):
        raise forms.ValidationError([str(text) for text in texts])


def _amount(text: str) -> Decimal | str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return text
    return amount if amount.is_finite() else text
