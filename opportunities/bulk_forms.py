"""The forms of the verbs on many: those of the verbs on one, with what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.currencies import amount_shown
from crm.forms import amount_input
from crm.models import User
from crm.types import Text
from opportunities import form_choices
from opportunities.actions import CloseCheck, several_currencies
from opportunities.form_fields import DialogForm, RecordField, SearchedField, in_currency
from opportunities.forms import CloseForm
from opportunities.models import Outcome
from opportunities.requests import CloseRequest


class BulkCloseForm(CloseForm):
    """Close Opportunity for many, made from `check_close_of_many`: the fields of the dialog.

    What is one opportunity's own is not prefilled: an actual revenue left empty is each one's default.
    """

    competitor_field = SearchedField

    def __init__(self, data: Any = None, *, check: CloseCheck, user: User, currencies: Collection[str]) -> None:
        defaults = check.defaults | {"actual_revenue": None}
        super().__init__(data, check=replace(check, defaults=defaults, blocking_quotes=[]), user=user)
        self.currency = next(iter(currencies)) if len(currencies) == 1 else ""
        revenue: Any = self.fields["actual_revenue"]
        revenue.required = revenue.widget.is_required = False
        revenue.help_text = self._revenue_help(check.outcome, currencies)
        in_currency(revenue, self.currency)
        # What empty fields mean.
        self.when_empty: dict[str, Text] = {}
        if check.outcome == Outcome.WON:
            self.when_empty["actual_revenue"] = _("Of each its own: the total of its won quotes, else the estimate")
        self._offer_to_leave_quotes()

    def _offer_to_leave_quotes(self) -> None:
        field: Any = self.fields["close_quotes"]
        field.choices = [("", _("Leave them open: opportunities that have any are refused")), *field.choices]
        field.initial = ""

    @staticmethod
    def _revenue_help(outcome: Outcome, currencies: Collection[str]) -> str:
        sentences = {
            Outcome.WON: _("Left empty, each gets its own: the total of its won quotes, else its estimated revenue."),
            Outcome.LOST: _("Left empty, it stays empty. What you enter is written to each of them."),
        }
        return f"{several_currencies()} {sentences[outcome]}" if len(currencies) > 1 else str(sentences[outcome])

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("actual_revenue") is not None and not self.currency:
            self.add_error("actual_revenue", str(several_currencies()))
        return self.cleaned_data

    def request(self) -> CloseRequest:
        """An amount names its currency: several calls must not take it for several currencies."""
        request = super().request()
        return request if request.actual_revenue is None else replace(request, currency=self.currency)


class BulkAssignForm(DialogForm):
    owner = RecordField(label=_("New owner"), choices=[], optional=False)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["owner"]
        field.choices = [("", "—"), *form_choices.new_owners(user)]


def shown_values(form: forms.Form) -> Iterator[tuple[Text, str]]:
    """What a valid form says, as labels and texts. What was left empty is told where it means something."""
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value not in (None, "", []):
            yield field.label or name, _shown(field, value, getattr(form, "currency", ""))
        elif name in getattr(form, "when_empty", {}):
            yield field.label or name, str(form.when_empty[name])  # type: ignore[attr-defined]


def _shown(field: Any, value: Any, currency: str) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    choices = {str(choice): label for choice, label in getattr(field, "choices", ())}
    if choices:
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(choices.get(str(each), each)) for each in values)
    if isinstance(value, Decimal):
        return amount_shown(value, currency) if currency else amount_input(value)
    return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else str(value)
