"""Steps that verbs share. Each assumes the locks, and works on many rows in as few statements as on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm import clock
from crm.events import event, store
from crm.models import Event, User
from crm.types import Values
from opportunities.models import Competitor, Opportunity, OpportunityClose, OpportunityCompetitor, Outcome
from opportunities.requests import CloseRequest
from quotes.actions.steps import close_locked_quotes
from quotes.models import Quote
from quotes.states import QuoteStatusReason


@dataclass(frozen=True)
class Closing:
    """One closing: what is, or was, written.

    `closed_quotes` are the quotes closed along; `moment` is when it was, where a history is told.
    """

    opportunity: Opportunity
    opportunity_close: OpportunityClose
    closed_quotes: list[Quote]
    moment: datetime | None = None


def close_locked_opportunities(closings: Sequence[Closing], request: CloseRequest, *, actor: User) -> None:
    """Write closings that were judged: quotes first, because the key from an open quote refuses a closed state."""
    quote_events = _close_quotes_along(closings, request, actor)
    OpportunityClose.objects.bulk_create([closing.opportunity_close for closing in closings])
    events = [_close_in_memory(closing, actor) for closing in closings]
    _add_competitors(closings)
    Opportunity.objects.write(
        [closing.opportunity for closing in closings], [*Opportunity.CLOSING_FIELDS, *Opportunity.TOUCHED_FIELDS]
    )
    store([*quote_events, *events])


def _close_quotes_along(closings: Sequence[Closing], request: CloseRequest, actor: User) -> list[Event]:
    if request.close_quotes is None:
        return []
    __, events = close_locked_quotes(
        [quote for closing in closings for quote in closing.closed_quotes],
        QuoteStatusReason(request.close_quotes),
        close_date=closings[0].opportunity_close.close_date,
        description=request.description,
        actor=actor,
    )
    return events


def _close_in_memory(closing: Closing, actor: User) -> Event:
    opportunity, close = closing.opportunity, closing.opportunity_close
    before = opportunity.facts()
    transition = {Outcome.WON: opportunity.win, Outcome.LOST: opportunity.lose}[Outcome(close.outcome)]
    with clock.at(closing.moment or clock.now()):
        transition(close)
        opportunity.open_quotes -= len(closing.closed_quotes)
        opportunity.touch()
        if close.competitor:
            _add_competitor_ref(opportunity, close.competitor)
        return _closing_event(closing, before, actor)


def _add_competitors(closings: Sequence[Closing]) -> None:
    """The competitor of a closing joins the opportunity's competitors, and stays there after a reopening."""
    OpportunityCompetitor.objects.bulk_create(
        [
            OpportunityCompetitor(opportunity=closing.opportunity, competitor=closing.opportunity_close.competitor)
            for closing in closings
            if closing.opportunity_close.competitor
        ],
        ignore_conflicts=True,
    )


def _add_competitor_ref(opportunity: Opportunity, competitor: Competitor) -> None:
    ref = {"id": str(competitor.pk), "name": competitor.name}
    others = [other for other in opportunity.competitor_refs if other["id"] != ref["id"]]
    opportunity.competitor_refs = sorted([*others, ref], key=lambda each: each["name"].lower())


def _closing_event(closing: Closing, before: Values, actor: User) -> Event:
    close = closing.opportunity_close
    return event(
        Outcome(close.outcome).name.lower(),
        closing.opportunity,
        actor=actor,
        before=before,
        after=closing.opportunity.facts(),
        data={"opportunity_close": str(close.pk)},
    )
