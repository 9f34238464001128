"""The activities of an opportunity: the records of its closings and of its quotes' ends."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from opportunities.models import OpportunityClose
from quotes.models import QuoteClose

Activity = OpportunityClose | QuoteClose

# An activity is closed when it is Completed or Canceled. There are no others yet: both views list the same.
CLOSED, ALL = "closed", "all"
VIEWS = {CLOSED: _("Closed Activity Associated View"), ALL: _("All")}


def activities_of(opportunity_pk: UUID) -> list[Activity]:
    """Newest first; two queries, however many there are."""
    closes = OpportunityClose.objects.filter(opportunity=opportunity_pk).for_list()
    quote_closes = QuoteClose.objects.filter(opportunity=opportunity_pk).for_list()
    return sorted([*closes, *quote_closes], key=lambda each: (each.closed_at, each.pk), reverse=True)
