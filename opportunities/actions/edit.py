"""Create, edit, assign and delete opportunities."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.errors import Refusal
from crm.events import changed, event, store
from crm.models import Event, User
from crm.permissions import Privilege, require
from crm.transactions import deed, require_version
from crm.types import Values
from opportunities.actions.creation import plan_creation, require_creator, store_creations
from opportunities.actions.values import WRITABLE_FIELDS, References, apply_values, find_references
from opportunities.locks import lock_opportunity, require_open
from opportunities.models import Competitor, Opportunity, OpportunityCompetitor, State, StatusReason
from quotes.locks import lock_quotes_of
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteState


def create_opportunity(values: Mapping[str, Any], *, actor: User) -> Opportunity:
    """A new open opportunity; the owner is the actor unless given.

    Args:
        values: topic, and any other of `values.WRITABLE`, related records by id.

    Raises:
        Denied: the role does not let the actor create records for that owner.
        Invalid: all fields at once.
    """
    with deed():
        require_creator(actor)
        reason = StatusReason.objects.default_for(State.OPEN)
        creation = plan_creation(values, find_references(values, actor), actor=actor, status_reason=reason)
        store_creations([creation], actor=actor)
    return creation.opportunity


def edit_opportunity(
    pk: UUID, changes: Mapping[str, Any], *, actor: User, expected: frozenset[int] | None = None
) -> Opportunity:
    """Change fields, owner or competitors of an open opportunity. What changes nothing leaves version and log alone.

    Raises:
        NotFound, Denied, Stale.
        Refusal: opportunity_closed.
        Invalid: all fields at once.
    """
    with deed():
        opportunity = lock_opportunity(pk, actor=actor, privilege=Privilege.EDIT)
        references = find_references(changes, actor)
        events = change_locked_opportunity(opportunity, changes, references, actor=actor, expected=expected)
        if events:
            opportunity.save(update_fields=[*WRITABLE_FIELDS, *Opportunity.TOUCHED_FIELDS])
            _replace_competitors(opportunity, references.competitors)
            store(events)
    return opportunity


def change_locked_opportunity(
    opportunity: Opportunity,
    changes: Mapping[str, Any],
    references: References,
    *,
    actor: User,
    expected: frozenset[int] | None = None,
) -> list[Event]:
    """Change it in memory. Returns: the events, none where nothing changed.

    Raises:
        Denied, Stale.
        Refusal: opportunity_closed.
        Invalid: all fields at once.
    """
    if references.owner and references.owner != opportunity.owner:
        require(actor, Privilege.CREATE, references.owner)
    require_version(opportunity.version, expected)
    require_open(opportunity)
    before = opportunity.facts()
    has_quotes = "currency" in changes and Quote.objects.filter(opportunity=opportunity.pk).exists()
    apply_values(opportunity, changes, references, has_quotes=has_quotes)
    if opportunity.facts() == before:
        return []
    opportunity.touch()
    return _edit_events(opportunity, before, actor)


def delete_opportunity(pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> None:
    """Delete an open opportunity that nothing was ever closed on, with its draft quotes; the events remain.

    Raises:
        NotFound, Denied, Stale.
        Refusal: opportunity_not_deletable.
    """
    with deed():
        opportunity = lock_opportunity(pk, actor=actor, privilege=Privilege.EDIT, expected=expected)
        quotes = lock_quotes_of(opportunity)
        if not is_deletable(opportunity, quotes):
            raise Refusal("opportunity_not_deletable")
        records: list[Opportunity | Quote] = [*quotes, opportunity]
        for record in records:
            record.touch()
        events = [event("deleted", record, actor=actor, before=record.facts(), after={}) for record in records]
        Quote.objects.filter(pk__in=[quote.pk for quote in quotes]).delete()
        opportunity.delete()
        store(events)


def is_deletable(opportunity: Opportunity, quotes: list[Quote]) -> bool:
    return (
        opportunity.is_open
        and all(quote.state == QuoteState.DRAFT for quote in quotes)
        and not opportunity.closes.exists()
        and not QuoteClose.objects.filter(opportunity=opportunity.pk).exists()
    )


def _edit_events(opportunity: Opportunity, before: Values, actor: User) -> list[Event]:
    """A new owner is an event of its own beside the other changes: who subscribes to one is told of that one."""
    old, new = changed(before, opportunity.facts())
    owner = ({"owner": old.pop("owner")}, {"owner": new.pop("owner")}) if "owner" in new else None
    events = [event("updated", opportunity, actor=actor, before=old, after=new)] if new else []
    if owner:
        events.append(event("assigned", opportunity, actor=actor, before=owner[0], after=owner[1]))
    return events


def _replace_competitors(opportunity: Opportunity, competitors: list[Competitor] | None) -> None:
    if competitors is None:
        return
    links = OpportunityCompetitor.objects
    links.filter(opportunity=opportunity).exclude(competitor__in=competitors).delete()
    links.bulk_create(
        [OpportunityCompetitor(opportunity=opportunity, competitor=competitor) for competitor in competitors],
        ignore_conflicts=True,
    )
