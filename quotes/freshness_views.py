"""Whether what open pages show of quotes is still so."""

from __future__ import annotations

from uuid import UUID

from crm.freshness import FreshnessView
from opportunities.timeline import last_deed
from quotes.models import Quote


class QuoteFreshness(FreshnessView):
    model = Quote

    def tell(self, pk: UUID, version: int) -> str:
        return last_deed(Quote.objects.values_list("opportunity", flat=True).get(pk=pk), pk, version)
