"""The colour that a state or an outcome has wherever it is shown."""

from __future__ import annotations

from typing import Any

from opportunities.models import Opportunity, OpportunityClose, Outcome, State
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteOutcome, QuoteState

_TONES: dict[type, tuple[str, dict[Any, str]]] = {
    Opportunity: ("state", {State.OPEN: "open", State.WON: "won", State.LOST: "lost"}),
    OpportunityClose: ("outcome", {Outcome.WON: "won", Outcome.LOST: "lost"}),
    Quote: ("state", {QuoteState.DRAFT: "draft", QuoteState.ACTIVE: "active", QuoteState.WON: "won"}),
    QuoteClose: ("outcome", {QuoteOutcome.WON: "won"}),
}


def tone(record: Any) -> str:
    """The tone of the badge that tells how the record stands, or how it ended."""
    field, tones = _TONES[type(record)]
    return tones.get(getattr(record, field), "neutral")
