"""The opportunities that one call names: each is taken, or refused with the reason that a single verb would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from crm.errors import Invalid, NotFound, Refusal
from crm.models import User
from crm.permissions import Privilege, require
from opportunities.locks import find_opportunities
from opportunities.models import Opportunity

MAX_ROWS = 1000

Plan = TypeVar("Plan")


@dataclass(frozen=True)
class RowResult:
    """What came of one row; `refusal` is None where it went."""

    id: UUID
    refusal: Refusal | None

    @property
    def ok(self) -> bool:
        return self.refusal is None

    @property
    def detail(self) -> str:
        """Why not; of values that cannot be accepted every sentence."""
        if isinstance(self.refusal, Invalid):
            return " ".join(str(text) for texts in self.refusal.errors.values() for text in texts)
        return str(self.refusal or "")


class Batch:
    """Rows read at once, under their locks unless it is a dry run.

    Attributes:
        rows: those that the actor may read, in the order of their ids.
        results: of every row in the order asked, a repeated id at its first place; complete after `plan`.
    """

    def __init__(self, ids: Sequence[UUID], *, actor: User, dry_run: bool) -> None:
        """Raises: Invalid, where there are too few or too many."""
        if not 1 <= len(ids) <= MAX_ROWS:
            raise Invalid({"ids": [_("Name from 1 to %(limit)d opportunities.") % {"limit": MAX_ROWS}]})
        self.actor, self.lock = actor, not dry_run
        self._ids = list(dict.fromkeys(ids))
        self._found = find_opportunities(self._ids, actor=actor, lock=self.lock)
        self._refusals: dict[UUID, Refusal] = {pk: NotFound() for pk in self._ids if pk not in self._found}

    @property
    def rows(self) -> list[Opportunity]:
        return list(self._found.values())

    @property
    def results(self) -> list[RowResult]:
        return [RowResult(pk, self._refusals.get(pk)) for pk in self._ids]

    def plan(self, privilege: Privilege, judge: Callable[[Opportunity], Plan]) -> list[Plan]:
        """What the judge makes of the rows; whom it refuses, or the role does, is left out."""
        plans = []
        for opportunity in self.rows:
            try:
                require(self.actor, privilege, opportunity.owner)
                plans.append(judge(opportunity))
            except Refusal as refusal:
                self._refusals[opportunity.pk] = refusal
        return plans
