"""The beginning of every verb on an opportunity or its quotes: lock, then look, then judge, in the domain's order."""

from uuid import UUID

from crm.errors import NotFound, Refusal
from crm.models import User
from crm.permissions import Privilege, require
from crm.transactions import require_version
from opportunities.models import Opportunity


def lock_opportunity(
    pk: UUID, *, actor: User, privilege: Privilege, expected: frozenset[int] | None = None
) -> Opportunity:
    """The opportunity, locked until the transaction ends, if the actor may do this to it.

    Raises: NotFound, Denied, Stale (in this order).
    """
    opportunity = Opportunity.objects.visible_to(actor).locked(pk)
    if opportunity is None:
        raise NotFound
    require(actor, privilege, opportunity.owner)
    require_version(opportunity.version, expected)
    return opportunity


def find_opportunities(pks: list[UUID], *, actor: User, lock: bool) -> dict[UUID, Opportunity]:
    """Those of the opportunities that the actor may read, by id and in the order of the ids."""
    visible = Opportunity.objects.visible_to(actor)
    rows = visible.locked_rows(pks) if lock else visible.for_record().filter(pk__in=pks).order_by("pk")
    return {opportunity.pk: opportunity for opportunity in rows}


def require_open(opportunity: Opportunity) -> Opportunity:
    """The opportunity.

    Raises: Refusal `opportunity_closed`.
    """
    if not opportunity.is_open:
        raise Refusal("opportunity_closed")
    return opportunity
