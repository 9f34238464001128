"""The page of one Opportunity Close."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.errors import NotFound
from crm.types import Text
from crm.views import PageView
from opportunities.models import OpportunityClose
from opportunities.timeline import address_of


class OpportunityClosePage(PageView):
    template_name = "opportunities/close_record.html"
    section = "opportunities"

    def load(self, pk: UUID) -> None:
        close = OpportunityClose.objects.visible_to(self.actor).for_list().filter(pk=pk).first()
        if close is None:
            raise NotFound
        self.close: OpportunityClose = close

    def get_title(self) -> Text:
        return self.close.subject

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "kind": _("Opportunity Close"),
            "close": self.close,
            "event_url": address_of(self.close),
        }
