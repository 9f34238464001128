"""The filters of opportunities and of the records around them: one set for page, API and whatever counts rows."""

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.filters import amount, codes, currencies, days, ids, moments, optional_ids, periods, texts, words
from crm.models import BusinessUnit
from crm.permissions import within_unit
from crm.search import begins
from opportunities.models import (
    Account,
    ActivityStatus,
    ForecastCategory,
    Opportunity,
    OpportunityCompetitor,
    Outcome,
    Rating,
    SalesStage,
    State,
)
from quotes.models import Quote

Rows = QuerySet[Any]


class OpportunityFilters(django_filters.FilterSet):
    state = words("state", State)
    owner = ids("owner")
    account = optional_ids("account")
    competitor = ids("competitors", method="filter_competitor")
    close_competitor = optional_ids("close__competitor")
    status_reason = codes("status_reason")
    forecast_category = words("forecast_category", ForecastCategory)
    sales_stage = words("sales_stage", SalesStage)
    rating = words("rating", Rating)
    currency = currencies()
    business_unit = optional_ids("owner__business_unit")
    business_unit_within = ids("owner__business_unit", method="filter_within")
    estimated_close_date_in = periods("estimated_close_date")
    estimated_close_date_after = days("estimated_close_date", "gte")
    estimated_close_date_before = days("estimated_close_date", "lte")
    actual_close_date_in = periods("actual_close_date")
    actual_close_date_after = days("actual_close_date", "gte")
    actual_close_date_before = days("actual_close_date", "lte")
    created_after = moments("created_at", "gte")
    created_before = moments("created_at", "lte")
    modified_after = moments("modified_at", "gte")
    modified_before = moments("modified_at", "lte")
    estimated_revenue_min = amount("estimated_revenue", "gte")
    estimated_revenue_max = amount("estimated_revenue", "lte")
    actual_revenue_min = amount("actual_revenue", "gte")
    actual_revenue_max = amount("actual_revenue", "lte")

    def filter_competitor(self, rows: Rows, name: str, value: list[Any]) -> Rows:
        # A subquery and no join: an opportunity with two of the competitors is still one row.
        links = OpportunityCompetitor.objects.filter(competitor__in=value)
        return rows.filter(pk__in=links.values("opportunity"))

    def filter_within(self, rows: Rows, name: str, value: list[Any]) -> Rows:
        """Of these business units and those below them."""
        units = BusinessUnit.objects.filter(pk__in=value)
        within = reduce(or_, (within_unit("owner", unit) for unit in units), Q(pk__in=[]))
        return rows.filter(within)


class OpportunityCloseFilters(django_filters.FilterSet):
    opportunity = ids("opportunity")
    outcome = words("outcome", Outcome)
    activity_status = words("activity_status", ActivityStatus)
    competitor = ids("competitor")
    close_date_after = days("close_date", "gte")
    close_date_before = days("close_date", "lte")


class AccountFilters(django_filters.FilterSet):
    external_id = texts("external_id", _("Enter external ids, separated by commas."))


class NoFilters(django_filters.FilterSet):
    pass


class UserFilters(django_filters.FilterSet):
    username = texts("username", _("Enter usernames, separated by commas."))
    business_unit = ids("business_unit")


def search_opportunities(rows: Rows, word: str) -> Rows:
    """The word begins a word of the topic, the account's name or a quote's number."""
    sales = Opportunity.objects.order_by()
    by_topic = sales.filter(begins("topic", word)).values("pk")
    by_account = sales.filter(account__in=Account.objects.filter(begins("name", word)).order_by().values("pk"))
    by_quote = Quote.objects.filter(begins("number", word)).order_by().values("opportunity")
    # A union and no OR, which no index could answer: each part has its own, opportunity_words among them.
    return rows.filter(pk__in=by_topic.union(by_account.values("pk"), by_quote))


def search_accounts(rows: Rows, word: str) -> Rows:
    return rows.filter(begins("name", word))


def search_users(rows: Rows, word: str) -> Rows:
    """The word begins a word of the first name, the last name or the username."""
    named = (Q(begins(field, word)) for field in ("first_name", "last_name", "username"))
    return rows.filter(reduce(or_, named))


def search_competitors(rows: Rows, word: str) -> Rows:
    return rows.filter(begins("name", word))
