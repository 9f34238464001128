"""What the doors ask of quotes."""

from dataclasses import dataclass
from datetime import date

from quotes.states import QuoteStatusReason


@dataclass(frozen=True, kw_only=True)
class QuoteCloseRequest:
    """How a quote, or all open ones of an opportunity, are to end. A date left out is today."""

    status_reason: QuoteStatusReason
    close_date: date | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class QuoteWinRequest:
    close_other_quotes: bool = False
    close_date: date | None = None
    description: str = ""
