from uuid import UUID

from crm.errors import NotFound
from crm.models import User
from crm.permissions import Privilege
from crm.transactions import require_version
from opportunities.locks import lock_opportunity, require_open
from opportunities.models import Opportunity
from quotes.models import Quote


def lock_quote(pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> tuple[Opportunity, Quote]:
    """The quote's opportunity and the quote, locked in this order, if the actor may change them.

    Raises: NotFound, Denied, Stale, Refusal `opportunity_closed` (in this order).
    """
    opportunity_id = Quote.objects.visible_to(actor).filter(pk=pk).values_list("opportunity", flat=True).first()
    if opportunity_id is None:
        raise NotFound
    opportunity = lock_opportunity(opportunity_id, actor=actor, privilege=Privilege.EDIT)
    quote = Quote.objects.filter(pk=pk).select_for_update().first()
    if quote is None:
        raise NotFound
    quote.opportunity = opportunity
    require_version(quote.version, expected)
    require_open(opportunity)
    return opportunity, quote


def lock_quotes_of(opportunity: Opportunity) -> list[Quote]:
    """All quotes of a locked opportunity, locked by id."""
    quotes = list(Quote.objects.filter(opportunity=opportunity.pk).order_by("pk").select_for_update())
    for quote in quotes:
        quote.opportunity = opportunity
    return quotes
