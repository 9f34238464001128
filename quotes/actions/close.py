"""Bring quotes to their end: won, lost or canceled, one or all open ones of an opportunity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from crm import clock, rules
from crm.errors import Refusal
from crm.events import store
from crm.models import User
from crm.permissions import Privilege
from crm.rules import field_checks
from crm.transactions import deed
from opportunities.locks import lock_opportunity, require_open
from opportunities.models import Opportunity
from opportunities.requests import MAX_DESCRIPTION
from quotes.actions.steps import close_locked_quotes, end_locked_quotes, touch_opportunities, touch_opportunity
from quotes.locks import lock_quote, lock_quotes_of
from quotes.models import Quote, QuoteClose
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import CLOSE_REASONS, QuoteState, QuoteStatusReason


@dataclass(frozen=True)
class ClosedQuotes:
    """What a verb brought to its end: the quotes and, in the same order, their close records."""

    opportunity: Opportunity
    quotes: list[Quote]
    quote_closes: list[QuoteClose]


def win_quote(
    pk: UUID, request: QuoteWinRequest, *, actor: User, expected: frozenset[int] | None = None
) -> ClosedQuotes:
    """Active → Won; where asked for, the other open quotes of the opportunity are closed as Lost along with it.

    Returns: the won quote first, then those closed along.

    Raises:
        Refusal: opportunity_closed, quote_not_active, quote_not_open, invalid.
    """
    with deed():
        opportunity, quote = lock_quote(pk, actor=actor, expected=expected)
        require_active(quote)
        close_date = find_close_date(request, actor)
        others = [other for other in lock_quotes_of(opportunity) if other.is_open and other.pk != quote.pk]
        others = others if request.close_other_quotes else []
        closes, events = end_locked_quotes(
            [quote], "won", Quote.win, close_date=close_date, description=request.description, actor=actor
        )
        lost, lost_events = close_locked_quotes(
            others, QuoteStatusReason.LOST, close_date=close_date, description=request.description, actor=actor
        )
        opportunity.open_quotes -= 1 + len(others)
        touch_opportunity(opportunity)
        store([*events, *lost_events])
    return ClosedQuotes(opportunity, [quote, *others], [*closes, *lost])


def close_quote(
    pk: UUID, request: QuoteCloseRequest, *, actor: User, expected: frozenset[int] | None = None
) -> ClosedQuotes:
    """Draft or Active → Closed as Lost or Canceled.

    Raises:
        Refusal: opportunity_closed, quote_not_open, invalid.
    """
    with deed():
        opportunity, quote = lock_quote(pk, actor=actor, expected=expected)
        if not quote.is_open:
            raise Refusal("quote_not_open")
        return _close([quote], opportunity, request, actor)


def close_open_quotes(
    opportunity_pk: UUID, request: QuoteCloseRequest, *, actor: User, expected: frozenset[int] | None = None
) -> ClosedQuotes:
    """All draft and active quotes of one opportunity at once. Where none is open nothing changes.

    Raises:
        Refusal: opportunity_closed, invalid.
    """
    with deed():
        opportunity = lock_opportunity(opportunity_pk, actor=actor, privilege=Privilege.EDIT, expected=expected)
        require_open(opportunity)
        quotes = [quote for quote in lock_quotes_of(opportunity) if quote.is_open]
        return _close(quotes, opportunity, request, actor)


def require_active(quote: Quote) -> None:
    """Raises: Refusal `quote_not_open` where it has ended, `quote_not_active` where it is a draft."""
    if not quote.is_open:
        raise Refusal("quote_not_open")
    if quote.state != QuoteState.ACTIVE:
        raise Refusal("quote_not_active")


def close_locked_quotes_of(
    opportunities: Sequence[Opportunity],
    quotes: Mapping[UUID, Sequence[Quote]],
    request: QuoteCloseRequest,
    *,
    close_date: date,
    actor: User,
) -> list[QuoteClose]:
    """Close these open quotes, by the ids of their opportunities; a few statements, however many."""
    if request.status_reason not in CLOSE_REASONS:
        raise ValueError(f"A quote is not closed as {request.status_reason!r}.")
    closes, events = close_locked_quotes(
        [quote for opportunity in opportunities for quote in quotes[opportunity.pk]],
        request.status_reason,
        close_date=close_date,
        description=request.description,
        actor=actor,
    )
    touched = [opportunity for opportunity in opportunities if quotes[opportunity.pk]]
    for opportunity in touched:
        opportunity.open_quotes -= len(quotes[opportunity.pk])
    touch_opportunities(touched)
    store(events)
    return closes


def find_close_date(request: QuoteCloseRequest | QuoteWinRequest, actor: User) -> date:
    """Raises: Invalid, for the date and the description at once."""
    close_date = request.close_date or clock.today(actor.time_zone)
    with field_checks() as checks:
        checks.refuse("close_date", *rules.past_date(close_date, actor))
        checks.refuse("description", *rules.text(request.description, max_length=MAX_DESCRIPTION))
    return close_date


def _close(quotes: list[Quote], opportunity: Opportunity, request: QuoteCloseRequest, actor: User) -> ClosedQuotes:
    close_date = find_close_date(request, actor)
    closes = close_locked_quotes_of(
        [opportunity], {opportunity.pk: quotes}, request, close_date=close_date, actor=actor
    )
    return ClosedQuotes(opportunity, quotes, closes)
