"""What the page "My work" tells: the deals of one user or of his team, as of his today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q

from crm import clock
from crm.models import User
from crm.periods import MONTH, QUARTER, Period, last_periods, period_of
from crm.permissions import within_unit
from opportunities.analytics import Rates, Tally, WinRate, over, tallies, win_rates_by_month
from opportunities.models import Opportunity, OpportunityClose, SalesStage
from opportunities.querysets import OpportunityCloseQuerySet, OpportunityQuerySet

SHOWN, MONTHS = 5, 12


@dataclass(frozen=True)
class Scope:
    """Whose deals: the user's own, or those of his business unit and the units below it.

    Attributes:
        open_view: the view of their open opportunities.
        closed_filter: the filter of a list that finds the closed ones.
    """

    name: str
    owner: User

    @property
    def is_team(self) -> bool:
        return self.name == "team"

    @property
    def open_view(self) -> str:
        return "team-open" if self.is_team else "my-open"

    @property
    def closed_filter(self) -> dict[str, Any]:
        return {"business_unit_within": self.owner.business_unit_id} if self.is_team else {"owner": self.owner.pk}

    def opportunities(self) -> OpportunityQuerySet:
        return Opportunity.objects.visible_to(self.owner).filter(self._owned("owner"))

    def closes(self) -> OpportunityCloseQuerySet:
        return OpportunityClose.objects.visible_to(self.owner).filter(self._owned("opportunity__owner"))

    def _owned(self, path: str) -> Q:
        unit = self.owner.business_unit
        if self.is_team and unit:
            return within_unit(path, unit)
        return Q(**{path: self.owner})


def scopes_of(user: User) -> list[Scope]:
    """His own deals first; who belongs to no business unit has no team."""
    return [Scope(name, user) for name in (["mine", "team"] if user.business_unit else ["mine"])]


@dataclass(frozen=True)
class Work:
    """The figures, and the deals that ask for something: four statements.

    Attributes:
        stages: the open ones by sales stage.
        months: won and lost deals of each of the last months, oldest first.
        next_rows: overdue or expected to close this month, the earliest first.
        closed_rows: the ones closed last.
    """

    today: date
    month: Period
    quarter: Period
    stages: dict[SalesStage, Tally]
    due: Tally
    overdue: Tally
    months: Rates
    next_rows: list[Opportunity]
    closed_rows: list[Opportunity]

    @property
    def open(self) -> Tally:
        return sum(self.stages.values(), Tally())

    @property
    def win_rate(self) -> WinRate:
        """Of this quarter."""
        return sum((rate for month, rate in self.months if month.first >= self.quarter.first), WinRate())

    @property
    def is_empty(self) -> bool:
        return not self.open.count and not self.closed_rows


def read_work(scope: Scope) -> Work:
    today = clock.today(scope.owner.time_zone)
    *__, month = months = last_periods(today, MONTH, MONTHS)
    rows = scope.opportunities().select_related("account", "owner", "status_reason")
    expected = rows.open().filter(estimated_close_date__lte=month.last)
    open_ones = tallies(
        scope.opportunities().open(),
        due=Q(estimated_close_date__range=(month.first, month.last)),
        overdue=Q(estimated_close_date__lt=today),
    )
    return Work(
        today=today,
        month=month,
        quarter=period_of(today, QUARTER),
        stages={stage: open_ones.get((stage, "all"), Tally()) for stage in SalesStage},
        due=_over_all_stages(open_ones, "due"),
        overdue=_over_all_stages(open_ones, "overdue"),
        months=over(months, win_rates_by_month(scope.closes().filter(close_date__gte=months[0].first))),
        next_rows=list(expected.order_by("estimated_close_date", "pk")[:SHOWN]),
        closed_rows=list(rows.closed().order_by(F("actual_close_date").desc(nulls_last=True), "pk")[:SHOWN]),
    )


def _over_all_stages(found: dict[tuple[int, str], Tally], part: str) -> Tally:
    return sum((tally for (__, name), tally in found.items() if name == part), Tally())
