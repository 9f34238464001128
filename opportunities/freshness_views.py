"""Whether what open pages show of opportunities, accounts and competitors is still so."""

from __future__ import annotations

from uuid import UUID

from crm.freshness import FreshnessView
from opportunities.models import Account, Competitor, Opportunity
from opportunities.timeline import last_deed


class OpportunityFreshness(FreshnessView):
    model = Opportunity

    def tell(self, pk: UUID, version: int) -> str:
        return last_deed(pk, pk, version)


class AccountFreshness(FreshnessView):
    model = Account


class CompetitorFreshness(FreshnessView):
    model = Competitor
