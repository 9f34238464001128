"""What the quotes of one opportunity come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm.types import Text
from quotes.models import Quote
from quotes.states import QuoteState


@dataclass(frozen=True)
class StateTotal:
    """The quotes in one state: how many, and how much. All are in the currency of their opportunity."""

    label: Text
    number_of: int
    amount: Decimal
    currency: str


def totals_of(quotes: Iterable[Quote]) -> list[StateTotal]:
    """One for each state that occurs, in the order of the states."""
    found: dict[int, list[Quote]] = {}
    for quote in quotes:
        found.setdefault(quote.state, []).append(quote)
    return [_total(QuoteState(state), found[state]) for state in sorted(found)]


def _total(state: QuoteState, quotes: list[Quote]) -> StateTotal:
    amount = sum((quote.total_amount for quote in quotes), Decimal(0))
    return StateTotal(state.label, len(quotes), amount, quotes[0].currency)
