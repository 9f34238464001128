from uuid import UUID

from crm import clock
from crm.events import event, store
from crm.models import User
from crm.transactions import deed
from quotes.actions.close import require_active
from quotes.actions.steps import end_locked_quotes, touch_opportunity
from quotes.locks import lock_quote
from quotes.models import Quote


def revise_quote(pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> tuple[Quote, Quote]:
    """Active → Closed (Revised), and a new draft with the same number and the next revision.

    Returns: the new draft, the revised quote.

    Raises:
        Refusal: opportunity_closed, quote_not_active, quote_not_open, quote_open_revision_exists.
    """
    with deed():
        opportunity, revised = lock_quote(pk, actor=actor, expected=expected)
        require_active(revised)
        draft = _next_revision(revised)
        __, events = end_locked_quotes(
            [revised],
            "revised",
            Quote.revise,
            close_date=clock.today(actor.time_zone),
            description="",
            actor=actor,
            data={"new_revision": str(draft.pk)},
        )
        draft.save(force_insert=True)
        touch_opportunity(opportunity)
        store([*events, event("created", draft, actor=actor, before={}, after=draft.facts())])
    return draft, revised


def _next_revision(quote: Quote) -> Quote:
    return Quote(
        number=quote.number,
        revision=quote.revision + 1,
        name=quote.name,
        opportunity=quote.opportunity,
        currency=quote.currency,
        total_amount=quote.total_amount,
        effective_from=quote.effective_from,
        effective_to=quote.effective_to,
    )
