"""What the pages of accounts and competitors tell beside the record itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from crm.models import User
from opportunities.models import OpportunityClose, Outcome


@dataclass(frozen=True)
class WinRate:
    """How a competitor did in the closings that name it and count. It wins where we lose."""

    closings: int
    won: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.won / self.closings) if self.closings else None

    @property
    def lost(self) -> int:
        return self.closings - self.won


def win_rate(competitor: UUID, user: User) -> WinRate:
    """Computed from the close records, one statement."""
    closings = OpportunityClose.objects.visible_to(user).completed().filter(competitor=competitor)
    return WinRate(**closings.aggregate(closings=Count("pk"), won=Count("pk", filter=Q(outcome=Outcome.LOST))))
