"""The values that events hold, as people read them: labels for words and codes, names for ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import IntegerChoices, Model
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.currencies import amount_shown
from crm.models import Event
from crm.types import Text, Values
from opportunities.models import ForecastCategory, Opportunity, Rating, SalesStage, State
from quotes.models import Quote
from quotes.states import QuoteState, QuoteStatusReason

# The sentence tells these already; ids of the record itself tell nothing.
_STATE = ("state", "status_reason")
_NUMBER = ("number", "revision", "opportunity", "currency")
UNTOLD = {
    "opportunity.created": (*_STATE, "forecast_category", "rating", "sales_stage", "currency"),
    "quote.created": (*_STATE, *_NUMBER),
    "quote.deleted": (*_STATE, *_NUMBER, "effective_from", "effective_to"),
}

# Values with more letters than this together are folded.
FOLDED_FROM = 240


@dataclass(frozen=True)
class Change:
    """One changed value. An empty `before` or `after` means that there was or is none."""

    label: Text
    before: Text
    after: Text

    @property
    def is_long(self) -> bool:
        """More than an entry should show unasked."""
        return len(f"{self.before}{self.after}") > FOLDED_FROM


@dataclass(frozen=True)
class Names:
    """What ids and codes are called now."""

    users: Mapping[UUID, str]
    accounts: Mapping[UUID, str]
    competitors: Mapping[UUID, str]
    status_reasons: Mapping[int, str]

    def user(self, pk: UUID | str | None) -> str:
        return _name(self.users, pk)

    def account(self, pk: UUID | str | None) -> str:
        return _name(self.accounts, pk)

    def competitor_list(self, pks: list[str]) -> str:
        return ", ".join(sorted(_name(self.competitors, pk) for pk in pks))

    def status_reason(self, code: int) -> str:
        return self.status_reasons.get(code, str(code))

    def quote_reason(self, code: int | None) -> Text:
        return QuoteStatusReason(code).label if code else ""


def changes_of(event: Event, names: Names, currency: str) -> list[Change]:
    """In the order of the model's fields; what reads the same before and after is no news.

    Args: currency: that of the opportunity after the event.
    """
    untold = UNTOLD.get(event.type, ("state",))
    model: type[Model] = Quote if event.record_type == "quote" else Opportunity
    changes = [
        Change(
            capfirst(field.verbose_name),
            shown(event, field.name, event.before, names, currency),
            shown(event, field.name, event.after, names, currency),
        )
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.name in event.after and field.name not in untold
    ]
    return [change for change in changes if change.before != change.after]


def shown(event: Event, key: str, facts: Values, names: Names, currency: str) -> Text:
    """One value of an event in the reader's words; the empty text for none."""
    value = facts.get(key)
    if value in (None, "", []):
        return ""
    tellers: dict[str, Callable[[Any], Text]] = {
        "state": _word(QuoteState if event.record_type == "quote" else State),
        "owner": names.user,
        "account": names.account,
        "competitors": names.competitor_list,
        "status_reason": names.quote_reason if event.record_type == "quote" else names.status_reason,
    }
    if key in _AMOUNTS:
        return amount_shown(Decimal(value), facts.get("currency") or currency)
    return (tellers | _TELLERS).get(key, str)(value)


def _date(text: str) -> str:
    return formats.date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")


def _word(words: type[IntegerChoices]) -> Callable[[str], Text]:
    return lambda word: words[word.upper()].label


_AMOUNTS = ("estimated_revenue", "actual_revenue", "total_amount")
_TELLERS: dict[str, Callable[[Any], Text]] = {
    "rating": _word(Rating),
    "sales_stage": _word(SalesStage),
    "forecast_category": _word(ForecastCategory),
    "probability": lambda number: _("%(number)d %%") % {"number": number},
    **dict.fromkeys(
        ("estimated_close_date", "actual_close_date", "effective_from", "effective_to", "closed_on"), _date
    ),
}


def _name(names: Mapping[UUID, str], pk: UUID | str | None) -> str:
    return names.get(UUID(str(pk)), _("(deleted)")) if pk else ""
