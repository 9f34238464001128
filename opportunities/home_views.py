"""The page that a user begins with: his open deals, what is due, what he closed, how much of it he won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.permissions import may_read_anything
from crm.types import Text
from crm.views import PageView
from opportunities.analytics import Sums, Tally, percent_of
from opportunities.chart_data import month_label, won_and_lost
from opportunities.commands import new_command
from opportunities.list_links import closed_in, estimated_before, estimated_in, opportunities_url
from opportunities.models import SalesStage
from opportunities.tones import tone
from opportunities.work import Scope, Work, read_work, scopes_of

LABELS: dict[str, Text] = {"mine": _("Mine"), "team": _("My team")}


@dataclass(frozen=True)
class StageRow:
    """One stage of the open deals; `share` is its part of all, in percent."""

    stage: SalesStage
    tally: Tally
    share: int
    url: str

    @property
    def sums(self) -> Sums:
        return self.tally.sums


class HomePage(PageView):
    """`?scope=team` shows the deals of the team; anything else the user's own."""

    template_name = "home/home.html"
    section = "home"
    title = _("My work")

    def load(self) -> None:
        scopes = {scope.name: scope for scope in scopes_of(self.actor)}
        self.scopes = list(scopes.values())
        self.scope = scopes.get(self.request.GET.get("scope", ""), scopes["mine"])

    def get_context(self) -> dict[str, Any]:
        work = read_work(self.scope)
        return {
            **super().get_context(),
            "commands": [new_command(self.actor)],
            "reads": may_read_anything(self.actor),
            "scope": self.scope,
            "scopes": [(LABELS[scope.name], home_url(scope), scope == self.scope) for scope in self.scopes],
            "work": work,
            "urls": self._urls(work),
            "stages": self._stages(work),
            "chart": won_and_lost(_("Won and lost by month"), work.months, month_label, **self.scope.closed_filter),
            "closed_rows": [(row, tone(row)) for row in work.closed_rows],
        }

    def _urls(self, work: Work) -> dict[str, str]:
        view, closed = self.scope.open_view, self.scope.closed_filter
        return {
            "open": opportunities_url(view),
            "due": opportunities_url(view, **estimated_in(work.month)),
            "overdue": opportunities_url(view, **estimated_before(work.today)),
            "next": opportunities_url(view, estimated_close_date_before=work.month.last),
            "quarter": opportunities_url("closed", **closed, **closed_in(work.quarter)),
            "closed": opportunities_url("closed", **closed),
        }

    def _stages(self, work: Work) -> list[StageRow]:
        return [
            StageRow(stage, tally, percent_of(tally.count, work.open.count) or 0, self._stage_url(stage))
            for stage, tally in work.stages.items()
        ]

    def _stage_url(self, stage: SalesStage) -> str:
        return opportunities_url(self.scope.open_view, sales_stage=stage.name.lower())


def home_url(scope: Scope) -> str:
    return f"{reverse('home')}?scope=team" if scope.is_team else reverse("home")
