from collections.abc import Sequence
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
    return find_quotes([opportunity], lock=True)[opportunity.pk]


def find_quotes(opportunities: Sequence[Opportunity], *, lock: bool) -> dict[UUID, list[Quote]]:
    """All quotes of each opportunity by id, in one statement. To lock them takes the locks of the opportunities."""
    by_pk = {opportunity.pk: opportunity for opportunity in opportunities}
    found: dict[UUID, list[Quote]] = {pk: [] for pk in by_pk}
    query = Quote.objects.filter(opportunity__in=by_pk).order_by("pk")
    for quote in query.select_for_update() if lock else query:
        quote.opportunity = by_pk[quote.opportunity_id]
        found[quote.opportunity_id].append(quote)
    return found
