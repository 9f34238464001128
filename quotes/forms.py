"""The forms of quotes. Each parses what was typed into what an action takes; the action judges it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms import MoneyField
from opportunities.form_fields import DayField, DialogForm, LineField, LongTextField, in_currency
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import CLOSE_REASONS, QuoteStatusReason


class QuoteForm(DialogForm):
    name = LineField(label=_("Name"), limit=300)
    total_amount = MoneyField(label=_("Total amount"))
    effective_from = DayField(label=_("Effective from"), required=False)
    effective_to = DayField(label=_("Effective to"), required=False)

    def __init__(self, data: Any = None, *, currency: str, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        in_currency(self.fields["total_amount"], currency)


class QuoteEndForm(DialogForm):
    """What is told of every end of a quote."""

    close_date = DayField(label=_("Close date"), required=False)
    description = LongTextField(label=_("Description"), required=False)

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"close_date": today})


class QuoteCloseForm(QuoteEndForm):
    status_reason = forms.TypedChoiceField(
        label=_("Status reason"),
        choices=[(reason.value, reason.label) for reason in CLOSE_REASONS],
        coerce=lambda code: QuoteStatusReason(int(code)),
        widget=forms.RadioSelect,
    )
    field_order = ("status_reason", "close_date", "description")

    def request(self) -> QuoteCloseRequest:
        return QuoteCloseRequest(**self.cleaned_data)


class QuoteWinForm(QuoteEndForm):
    close_other_quotes = forms.BooleanField(
        label=_("Close the other open quotes of the opportunity as Lost"), required=False
    )
    close_opportunity = forms.BooleanField(label=_("Close the opportunity as won next"), required=False)

    def __init__(self, data: Any = None, *, today: date, others: bool) -> None:
        super().__init__(data, today=today)
        if not others:
            del self.fields["close_other_quotes"]

    @property
    def close_opportunity_next(self) -> bool:
        return self.cleaned_data["close_opportunity"]

    def request(self) -> QuoteWinRequest:
        typed = {name: value for name, value in self.cleaned_data.items() if name != "close_opportunity"}
        return QuoteWinRequest(**typed)
