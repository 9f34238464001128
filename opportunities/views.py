"""The page of one opportunity and its tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.commands import Tab
from crm.types import Text
from crm.views import PageView
from opportunities.activities import CLOSED, VIEWS, activities_of
from opportunities.commands import commands_of
from opportunities.reads import find_record
from opportunities.sections import SECTIONS, steps_of
from opportunities.timeline import timeline_page
from quotes.commands import offered
from quotes.totals import totals_of

TABS: dict[str, Text] = {
    "summary": _("Summary"),
    "quotes": _("Quotes"),
    "activities": _("Related: Activities"),
    "timeline": _("Timeline"),
}


class OpportunityView(PageView):
    """What every look at one opportunity shows. Tabs are links, `?tab=…`; an unknown one is the first."""

    template_name = "opportunities/record.html"
    section = "opportunities"

    def load(self, pk: UUID) -> None:
        self.shown = self.opportunity = find_record(pk, self.actor)
        tab = self.request.GET.get("tab", "")
        self.tab = tab if tab in TABS else "summary"

    def get_title(self) -> Text:
        return self.opportunity.topic

    def get_context(self) -> dict[str, Any]:
        reads: dict[str, Callable[[], dict[str, Any]]] = {
            "quotes": self._quotes,
            "activities": self._activities,
            "timeline": self._timeline,
        }
        commands = commands_of(self.opportunity, self.actor)
        return {
            **super().get_context(),
            "kind": _("Opportunity"),
            "opportunity": self.opportunity,
            "commands": commands,
            "command": {command.key: command for command in commands},
            "sections": SECTIONS,
            "steps": steps_of(self.opportunity),
            "tab": self.tab,
            "tabs": self._tabs(),
            "tab_template": f"opportunities/tab_{self.tab}.html",
            **reads.get(self.tab, dict)(),
        }

    def address(self) -> str:
        """Of the tab that is shown."""
        address = self.opportunity.get_absolute_url()
        return address if self.tab == "summary" else f"{address}?tab={self.tab}"

    def _tabs(self) -> list[Tab]:
        counts = {"quotes": len(self.opportunity.quotes.all())}
        address = self.opportunity.get_absolute_url()
        return [
            Tab(label=label, url=f"{address}?tab={key}", current=key == self.tab, count=counts.get(key))
            for key, label in TABS.items()
        ]

    def _quotes(self) -> dict[str, Any]:
        quotes = self.opportunity.quotes.all()
        return {"rows": [(quote, offered(quote, self.actor)) for quote in quotes], "totals": totals_of(quotes)}

    def _activities(self) -> dict[str, Any]:
        view = self.request.GET.get("view", "")
        view = view if view in VIEWS else CLOSED
        return {"activities": activities_of(self.opportunity.pk), "views": VIEWS, "current_view": view}

    def _timeline(self) -> dict[str, Any]:
        quotes, first, before = self.opportunity.quotes.all(), self._event("event"), self._event("before")
        return {
            "timeline": timeline_page(self.opportunity, quotes, first=first, before=before),
            "is_newest": not first and not before,
        }

    def _event(self, parameter: str) -> UUID | None:
        try:
            return UUID(self.request.GET.get(parameter, ""))
        except ValueError:
            return None


class OpportunityPage(OpportunityView):
    """The record, to look at."""
