"""What the pages of accounts and competitors tell beside the record itself."""

from __future__ import annotations

from crm.models import User
from opportunities.analytics import Tally, tallies
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose
from opportunities.querysets import OpportunityCloseQuerySet, OpportunityQuerySet


def open_opportunities_of(record: Account | Competitor, user: User) -> OpportunityQuerySet:
    """Of the account, or those that the competitor contests; what is due first comes first."""
    path = "account" if isinstance(record, Account) else "competitors"
    rows = Opportunity.objects.visible_to(user).open().filter(**{path: record})
    return rows.select_related("account", "owner", "status_reason").order_by("estimated_close_date", "pk")


def closings_of(record: Account | Competitor, user: User) -> OpportunityCloseQuerySet:
    """Of the account's opportunities, or those that name the competitor: the ones that count, the newest first."""
    path = "opportunity__account" if isinstance(record, Account) else "competitor"
    rows = OpportunityClose.objects.visible_to(user).completed().filter(**{path: record})
    return rows.for_list().order_by("-close_date", "pk")


def tally_of(opportunities: OpportunityQuerySet) -> Tally:
    return sum(tallies(opportunities.select_related(None)).values(), Tally())
