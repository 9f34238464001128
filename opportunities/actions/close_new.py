"""Close an opportunity and name a competitor that nobody has named before."""

from dataclasses import replace
from uuid import UUID

from crm.models import User
from crm.rules import field_checks
from crm.transactions import deed
from opportunities.actions.close import close_opportunity
from opportunities.actions.records import create_record
from opportunities.actions.steps import Closing
from opportunities.models import Competitor
from opportunities.requests import CloseRequest


def close_naming_competitor(
    pk: UUID, name: str, request: CloseRequest, *, actor: User, expected: frozenset[int] | None = None
) -> Closing:
    """Close it with the competitor of this name, who is created where there is none: both, or neither.

    Raises: as create_record and close_opportunity; what is wrong with the name is wrong with `competitor`.
    """
    with deed():
        competitor = _find_or_create(name, actor)
        return close_opportunity(pk, replace(request, competitor=competitor.pk), actor=actor, expected=expected)


def _find_or_create(name: str, actor: User) -> Competitor:
    """Someone may have created the same one since it was typed."""
    present = Competitor.objects.visible_to(actor).filter(name__iexact=name).first()
    if present is not None:
        return present
    with field_checks() as checks, checks.collecting(name="competitor"):
        return create_record(Competitor, {"name": name}, actor=actor)
