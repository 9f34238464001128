"""The forms of opportunities. Each parses what was typed into what an action takes; the action judges it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.currencies import DECIMALS, amount_shown
from crm.forms import MoneyField, WholeNumberField
from crm.models import User
from crm.types import Values
from opportunities import form_choices
from opportunities.actions import CloseCheck
from opportunities.actions.reopen import REASON_MISSING, reopen_terms
from opportunities.actions.values import PLAIN_FIELDS
from opportunities.form_fields import (
    CodeField,
    DayField,
    DemandingSelect,
    DialogForm,
    LineField,
    LongTextField,
    NewRecord,
    RecordField,
    RecordsField,
    SearchedField,
    SearchedOrNewField,
    custom_field,
    in_currency,
)
from opportunities.models import Opportunity, Rating, SalesStage
from opportunities.models.choices import OPEN_FORECASTS
from opportunities.requests import MAX_DESCRIPTION, CloseRequest, ReopenRequest
from quotes.states import QuoteStatusReason


class OpportunityForm(forms.Form):
    """All that a user may write, of a new opportunity or of the given one."""

    topic = LineField(label=_("Topic"), limit=300)
    account = SearchedField(label=_("Account"), url=reverse_lazy("choices-accounts"), choices=list, required=False)
    owner = RecordField(label=_("Owner"), choices=[], optional=False)
    status_reason = CodeField(label=_("Status reason"), choices=[])
    currency = forms.ChoiceField(label=_("Currency"))
    estimated_revenue = MoneyField(label=_("Estimated revenue"), required=False)
    estimated_close_date = DayField(label=_("Estimated close date"), required=False)
    probability = WholeNumberField(label=_("Probability (%)"), required=False)
    rating = CodeField(label=_("Rating"), choices=Rating.choices)
    sales_stage = CodeField(label=_("Sales stage"), choices=SalesStage.choices)
    forecast_category = CodeField(
        label=_("Forecast category"), choices=[(each.value, each.label) for each in OPEN_FORECASTS]
    )
    competitors = RecordsField(label=_("Competitors"), choices=[], required=False)
    description = LongTextField(label=_("Description"), rows=5, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        opportunity: Opportunity,
        user: User,
        currency_fixed: bool,
        only: Collection[str] = (),
    ) -> None:
        """Args: only: the fields to write; all of them unless given."""
        super().__init__(data, initial=_initial(opportunity))
        for name in set(self.fields).difference(only or self.fields):
            del self.fields[name]
        saved = not opportunity._state.adding
        choices: dict[str, Callable[[], form_choices.Choices]] = {
            "account": lambda: form_choices.accounts(user),
            "owner": lambda: form_choices.owners(user, present=opportunity.owner if saved else None),
            "status_reason": lambda: form_choices.open_reasons(present=opportunity.status_reason if saved else None),
            "currency": form_choices.currencies,
            "competitors": lambda: form_choices.competitors(user),
        }
        for name in choices.keys() & self.fields.keys():
            self._offer(name, choices[name]())
        if "currency" in self.fields:
            self._read_amount_in(str((data or {}).get("currency", "")))
            self._fix_currency(currency_fixed)

    def _offer(self, name: str, offered: form_choices.Choices) -> None:
        field: Any = self.fields[name]
        field.choices = [("", "—"), *offered] if name == "account" else offered

    def _read_amount_in(self, chosen: str) -> None:
        """What is three decimals too many, and thousands elsewhere, depends on the currency."""
        revenue: Any = self.fields["estimated_revenue"]
        revenue.currency = chosen if chosen in DECIMALS else self.initial["currency"]

    def _fix_currency(self, fixed: bool) -> None:
        if fixed:
            self.fields["currency"].disabled = True
            in_currency(self.fields["estimated_revenue"], self.initial["currency"])
            self.fields["currency"].help_text = _("Fixed, because the opportunity has quotes.")


def _initial(opportunity: Opportunity) -> Values:
    return {field: getattr(opportunity, field) for field in PLAIN_FIELDS} | {
        "account": opportunity.account_id,
        "owner": opportunity.owner_id,
        "status_reason": opportunity.status_reason_id,
        "competitors": [UUID(ref["id"]) for ref in opportunity.competitor_refs],
    }


class CloseForm(DialogForm):
    """Close Opportunity, made from the close check: its fields, their labels, and what they hold at first."""

    competitor_field: type[SearchedField] = SearchedOrNewField

    def __init__(self, data: Any = None, *, check: CloseCheck, user: User) -> None:
        super().__init__(data, initial=check.defaults)
        self.check, self.user = check, user
        revenue = check.defaults["actual_revenue"]
        self.initial["actual_revenue"] = revenue and Decimal(revenue)
        self.fields["close_quotes"] = _close_along_field(required=bool(check.blocking_quotes))
        for spec in check.fields:
            if spec.get("custom"):
                self.fields[_CUSTOM + spec["name"]] = custom_field(spec)
            else:
                self.fields[spec["name"]] = self._field(spec)
        if not check.blocking_quotes:
            self.order_fields([name for name in self.fields if name != "close_quotes"])

    def _field(self, spec: Values) -> forms.Field:
        named = {"label": spec["label"], "help_text": spec["help"], "required": spec["required"]}
        if spec["type"] == "choice":
            return _reason_field(spec["choices"], **named)
        if spec["type"] == "competitor":
            first = [UUID(ref["id"]) for ref in self.check.known_competitors]
            offered = partial(form_choices.competitors, self.user, first=first)
            url = reverse("choices-competitors", query={"first": ",".join(map(str, first))} if first else None)
            return self.competitor_field(url=url, choices=offered, **named)
        if spec["type"] == "money":
            named["help_text"] = " ".join(filter(None, (spec["help"], self._default_told())))
            return MoneyField(currency=self.check.opportunity.currency, **named)
        if spec["type"] == "date":
            return DayField(**named)
        return LongTextField(limit=spec["max_length"], **named)

    def _default_told(self) -> str:
        """What an actual revenue that is left empty becomes; nothing where it stays empty, or must be typed."""
        revenue = self.initial["actual_revenue"]
        if revenue is None:
            return ""
        amount = amount_shown(revenue, self.check.opportunity.currency)
        return gettext("Left empty, it is %(amount)s.") % {"amount": amount}

    @property
    def new_competitor(self) -> str:
        """The name of a competitor that is to be created along with the closing."""
        chosen = self.cleaned_data["competitor"]
        return chosen.name if isinstance(chosen, NewRecord) else ""

    def request(self) -> CloseRequest:
        typed = dict(self.cleaned_data)
        if self.new_competitor:
            typed["competitor"] = None
        close_quotes = _ALONG.get(typed.pop("close_quotes"))
        custom = {name.removeprefix(_CUSTOM): typed.pop(name) for name in list(typed) if name.startswith(_CUSTOM)}
        return CloseRequest(outcome=self.check.outcome, close_quotes=close_quotes, custom=custom, **typed)


# What stands before the names of custom fields, in forms as in errors.
_CUSTOM = "custom."
_DEMANDED = ("competitor", "description")
_ALONG = {"lost": QuoteStatusReason.LOST, "canceled": QuoteStatusReason.CANCELED}


def _reason_field(choices: list[Values], **named: Any) -> CodeField:
    """Each reason marks the fields that it asks for."""
    demands = {
        choice["value"]: " ".join(field for field in _DEMANDED if choice.get(f"requires_{field}")) for choice in choices
    }
    offered = [(choice["value"], choice["label"]) for choice in choices]
    return CodeField(choices=offered, widget=DemandingSelect(demands), **named)


def _close_along_field(*, required: bool) -> forms.ChoiceField:
    """Nothing is chosen at first: quotes are closed along only where the user says so."""
    return forms.ChoiceField(
        label=_("Open quotes"),
        choices=[
            ("lost", _("Close as Lost along with the opportunity")),
            ("canceled", _("Close as Canceled along with the opportunity")),
        ],
        required=required,
        error_messages={"required": _("Choose how the open quotes are to be closed, or close them first.")},
        widget=forms.RadioSelect,
    )


class ReopenForm(DialogForm):
    status_reason = CodeField(label=_("Status reason"), choices=[])
    reason = LongTextField(
        label=_("Reason for reopening"), limit=MAX_DESCRIPTION, error_messages={"required": REASON_MISSING}
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        terms = reopen_terms()
        field: Any = self.fields["status_reason"]
        field.choices = [(reason.code, reason.label) for reason in terms.status_reasons]
        field.initial = terms.default.code
        self.fields["reason"].required = terms.reason_required

    def request(self) -> ReopenRequest:
        return ReopenRequest(**self.cleaned_data)


class AssignForm(DialogForm):
    owner = RecordField(label=_("New owner"), choices=[], optional=False)

    def __init__(self, data: Any = None, *, opportunity: Opportunity, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["owner"]
        field.choices = [("", "—"), *form_choices.new_owners(user, opportunity.owner)]
