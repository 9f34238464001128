"""May this opportunity be closed, and with what? Pure questions over rows already read, asked by close and check."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import formats
from django.utils.translation import gettext as _

from crm.currencies import MAX_AMOUNT, amount_shown, amount_text
from crm.errors import Denied, Refusal
from crm.models import User
from crm.permissions import Privilege, allows, denial
from crm.types import Text, Values
from opportunities.models import Opportunity, OpportunityClose, Outcome
from quotes.models import Quote
from quotes.states import QuoteState


def close_refusals(
    opportunity: Opportunity, quotes: Sequence[Quote], *, actor: User, quotes_along: bool = False
) -> Iterator[Refusal]:
    """Everything that stands against closing, in the order in which it is judged; closing raises the first."""
    if not allows(actor, Privilege.EDIT, opportunity.owner):
        yield Denied(denial(actor, Privilege.EDIT))
    if not opportunity.is_open:
        yield already_closed(opportunity)
    blocking = [quote for quote in quotes if quote.is_open]
    if blocking and not quotes_along:
        yield has_open_quotes(blocking)


def already_closed(opportunity: Opportunity) -> Refusal:
    """Names who closed it, when and how."""
    close = present_close(opportunity)
    sentences = {
        Outcome.WON: _("%(name)s closed this opportunity as won on %(date)s."),
        Outcome.LOST: _("%(name)s closed this opportunity as lost on %(date)s."),
    }
    return Refusal(
        "opportunity_already_closed",
        sentences[Outcome(close.outcome)]
        % {"name": close.closed_by.name, "date": formats.date_format(close.close_date, "DATE_FORMAT")},
        closed_by={"id": str(close.closed_by.pk), "username": close.closed_by.username, "name": close.closed_by.name},
        closed_at=close.closed_at,
        outcome=Outcome(close.outcome).name.lower(),
    )


def present_close(opportunity: Opportunity) -> OpportunityClose:
    """The Completed close record of a closed opportunity."""
    load_closes([opportunity])
    assert opportunity.close is not None
    return opportunity.close


def load_closes(opportunities: Sequence[Opportunity]) -> None:
    """Put the close records of closed opportunities at hand: one statement, none for those that have theirs."""
    closed = [opportunity for opportunity in opportunities if not opportunity.is_open]
    prefetch_related_objects(closed, Prefetch("close", OpportunityClose.objects.for_list()))


def has_open_quotes(blocking: Sequence[Quote]) -> Refusal:
    names = ", ".join(quote_phrase(quote) for quote in blocking)
    return Refusal(
        "opportunity_has_open_quotes",
        _("These quotes are still open: %(quotes)s. Close them first, or along with the opportunity.")
        % {"quotes": names},
        blocking_quotes=[blocking_quote(quote) for quote in blocking],
    )


def quote_phrase(quote: Quote) -> str:
    state = QuoteState(quote.state).label.lower()
    return f"{quote} ({state}, {amount_shown(quote.total_amount, quote.currency)})"


def blocking_quote(quote: Quote) -> Values:
    return {
        "id": str(quote.pk),
        "number": quote.number,
        "revision": quote.revision,
        "name": quote.name,
        "state": QuoteState(quote.state).name.lower(),
        "total_amount": amount_text(quote.total_amount, quote.currency),
        "currency": quote.currency,
    }


def default_revenue(opportunity: Opportunity, quotes: Sequence[Quote], outcome: Outcome) -> Decimal | None:
    """Won: what the won quotes total, else the estimate. Lost: nothing. A total too large to be taken: nothing."""
    if outcome == Outcome.LOST:
        return None
    won = [quote.total_amount for quote in quotes if quote.state == QuoteState.WON]
    total = sum(won, Decimal(0)) if won else opportunity.estimated_revenue
    return total if total is None or total <= MAX_AMOUNT else None


def unknown_reason(outcome: Outcome) -> Text:
    if outcome == Outcome.WON:
        return _("Choose one of the status reasons of Won.")
    return _("Choose one of the status reasons of Lost.")
