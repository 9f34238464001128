"""Steps that verbs share. Each assumes the lock of the opportunity, and leaves its events to the verb to store."""

from collections.abc import Callable, Sequence
from datetime import date

from crm.events import event
from crm.models import Event, User
from crm.types import Values
from opportunities.models import Opportunity
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteOutcome, QuoteStatusReason

Ended = tuple[list[QuoteClose], list[Event]]


def close_locked_quotes(
    quotes: Sequence[Quote], status_reason: QuoteStatusReason, *, close_date: date, description: str, actor: User
) -> Ended:
    """Close open quotes as Lost or Canceled: two statements, however many."""

    def close(quote: Quote, closed_on: date) -> None:
        quote.close(status_reason, closed_on)

    return end_locked_quotes(quotes, "closed", close, close_date=close_date, description=description, actor=actor)


def end_locked_quotes(
    quotes: Sequence[Quote],
    verb: str,
    transition: Callable[[Quote, date], None],
    *,
    close_date: date,
    description: str,
    actor: User,
    data: Values | None = None,
) -> Ended:
    """Take quotes to their end, each with its Quote Close and its event (returned, not stored)."""
    closes, events = [], []
    for quote in quotes:
        before = quote.facts()
        transition(quote, close_date)
        quote.touch()
        closes.append(_quote_close(quote, close_date, description, actor))
        details = {"quote_close": str(closes[-1].pk)} | (data or {})
        events.append(event(verb, quote, actor=actor, before=before, after=quote.facts(), data=details))
    if quotes:
        Quote.objects.write(quotes, [*Quote.CLOSING_FIELDS, *Quote.TOUCHED_FIELDS])
        QuoteClose.objects.bulk_create(closes)
    return closes, events


def _quote_close(quote: Quote, close_date: date, description: str, actor: User) -> QuoteClose:
    return QuoteClose(
        quote=quote,
        opportunity_id=quote.opportunity_id,
        number=quote.number,
        revision=quote.revision,
        outcome=QuoteOutcome(quote.status_reason),
        currency=quote.currency,
        total_amount=quote.total_amount,
        close_date=close_date,
        description=description,
        closed_by=actor,
    )


def touch_opportunity(opportunity: Opportunity) -> None:
    """An opportunity's version counts the changes of its open quotes too."""
    touch_opportunities([opportunity])


def touch_opportunities(opportunities: Sequence[Opportunity]) -> None:
    for opportunity in opportunities:
        opportunity.touch()
    Opportunity.objects.write(opportunities, Opportunity.TOUCHED_FIELDS)
