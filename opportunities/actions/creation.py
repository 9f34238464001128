"""The steps of creating opportunities: one is judged in memory, many are written in as few statements as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm import clock
from crm.errors import Denied
from crm.events import event, store
from crm.models import Depth, User
from crm.permissions import Privilege, denial, depth, require
from opportunities.actions.values import References, apply_values
from opportunities.models import Competitor, Opportunity, OpportunityCompetitor, StatusReason


@dataclass(frozen=True)
class Creation:
    """One new opportunity: what is, or was, written. Nobody else sees the row yet, so no lock is needed."""

    opportunity: Opportunity
    competitors: list[Competitor]


def plan_creation(
    values: Mapping[str, Any], references: References, *, actor: User, status_reason: StatusReason
) -> Creation:
    """The open opportunity that the values would give, not yet stored.

    Raises:
        Denied: the role does not let the actor create records for that owner.
        Invalid: all fields at once.
    """
    require_creator(actor)
    require(actor, Privilege.CREATE, references.owner or actor)
    opportunity = Opportunity(owner=actor, status_reason=status_reason)
    opportunity.competitor_refs, opportunity.open_quotes = [], 0
    apply_values(opportunity, values, references, has_quotes=False)
    return Creation(opportunity, references.competitors or [])


def require_creator(actor: User) -> None:
    """Raises: Denied where the role creates nothing at all."""
    if depth(actor, Privilege.CREATE) == Depth.NONE:
        raise Denied(denial(actor, Privilege.CREATE))


def store_creations(creations: Sequence[Creation], *, actor: User) -> None:
    """Write creations that were judged."""
    Opportunity.objects.bulk_create([creation.opportunity for creation in creations])
    OpportunityCompetitor.objects.bulk_create(
        OpportunityCompetitor(opportunity=creation.opportunity, competitor=competitor)
        for creation in creations
        for competitor in creation.competitors
    )
    events = []
    for creation in creations:
        opportunity = creation.opportunity
        with clock.at(opportunity.created_at):  # a history may give each its own
            events.append(event("created", opportunity, actor=actor, before={}, after=opportunity.facts()))
    store(events)
