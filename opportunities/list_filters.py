"""The filters of opportunities as the list's page shows them; what they mean stands in opportunities.filters."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.currencies import DECIMALS
from crm.filter_fields import AmountFilter, ChoiceFilter, Choices, DayFilter, FilterField, RecordFilter, period, words
from crm.models import BusinessUnit, User
from crm.querysets import readable
from crm.types import Text
from opportunities.lists import states_of
from opportunities.models import Account, Competitor, ForecastCategory, Rating, SalesStage, State, StatusReason

NO_ACCOUNT, NO_COMPETITOR, NO_UNIT = _("No account"), _("No competitor"), _("No business unit")


def owners(user: User) -> Any:
    """Also whoever left: his records are still here."""
    return readable(User.objects.all(), user)


def accounts(user: User) -> Any:
    return Account.objects.visible_to(user)


def currencies(user: User) -> Choices:
    return [(code, code) for code in sorted(DECIMALS)]


def _competitors(user: User) -> Any:
    return Competitor.objects.visible_to(user)


def _units(user: User) -> Any:
    return readable(BusinessUnit.objects.all(), user)


def status_reasons(*states: State) -> ChoiceFilter:
    """Retired ones too, which old records have."""

    def choices(user: User) -> Choices:
        reasons = readable(StatusReason.objects.filter(state__in=states), user)
        return [(str(reason.code), reason.label) for reason in reasons]

    return ChoiceFilter(_("Status reason"), choices)


def close_dates(name: str, label: Text, first: Text, last: Text) -> dict[str, FilterField]:
    return {f"{name}_in": period(label), f"{name}_after": DayFilter(first), f"{name}_before": DayFilter(last)}


ESTIMATED: dict[str, FilterField] = {
    **close_dates("estimated_close_date", _("Est. close date"), _("Est. close date from"), _("Est. close date to")),
    "estimated_revenue_min": AmountFilter(_("Est. revenue from")),
    "estimated_revenue_max": AmountFilter(_("Est. revenue to")),
}
ACTUAL: dict[str, FilterField] = {
    **close_dates("actual_close_date", _("Actual close date"), _("Actual close date from"), _("Actual close date to")),
    "actual_revenue_min": AmountFilter(_("Actual revenue from")),
    "actual_revenue_max": AmountFilter(_("Actual revenue to")),
}
OPPORTUNITY_FILTERS: dict[str, FilterField] = {
    "owner": RecordFilter(_("Owner"), rows=owners),
    "account": RecordFilter(_("Account"), rows=accounts, none=NO_ACCOUNT),
    "state": words(_("State"), State),
    "status_reason": status_reasons(*State),
    "rating": words(_("Rating"), Rating),
    "sales_stage": words(_("Stage"), SalesStage),
    "forecast_category": words(_("Forecast category"), ForecastCategory),
    "competitor": RecordFilter(_("Competitor"), rows=_competitors),
    "business_unit_within": RecordFilter(_("Business unit and below"), rows=_units),
    "currency": ChoiceFilter(_("Currency"), currencies),
    **ACTUAL,
    **ESTIMATED,
}
# An address may have these; the form leaves them as they are.
UNOFFERED_FILTERS: dict[str, FilterField] = {
    "business_unit": RecordFilter(_("Business unit"), rows=_units, none=NO_UNIT),
    "close_competitor": RecordFilter(_("Competitor named at closing"), rows=_competitors, none=NO_COMPETITOR),
    "created_after": DayFilter(_("Created from")),
    "created_before": DayFilter(_("Created to")),
    "modified_after": DayFilter(_("Modified from")),
    "modified_before": DayFilter(_("Modified to")),
}


def filters_of(view: str) -> dict[str, FilterField]:
    """What makes sense in the view: none of the closing where everything is open, and no reason of other states."""
    states = states_of(view)
    fields = OPPORTUNITY_FILTERS | {"status_reason": status_reasons(*states)}
    senseless = {*(["state"] if len(states) == 1 else []), *(ACTUAL if states == {State.OPEN} else [])}
    return {name: each for name, each in fields.items() if name not in senseless}
