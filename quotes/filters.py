from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.filters import amount, codes, currencies, days, ids, periods, texts, words
from crm.search import begins
from opportunities.models import Account, Opportunity
from quotes.models import Quote
from quotes.states import QuoteOutcome, QuoteState

Rows = QuerySet[Any]


class QuoteFilters(django_filters.FilterSet):
    opportunity = ids("opportunity")
    state = words("state", QuoteState)
    status_reason = codes("status_reason")
    owner = ids("opportunity__owner")
    account = ids("opportunity__account")
    currency = currencies()
    total_amount_min = amount("total_amount", "gte")
    total_amount_max = amount("total_amount", "lte")
    effective_to_in = periods("effective_to")
    effective_to_after = days("effective_to", "gte")
    effective_to_before = days("effective_to", "lte")
    number = texts("number", _("Enter quote numbers, separated by commas."))


class QuoteCloseFilters(django_filters.FilterSet):
    opportunity = ids("opportunity")
    quote = ids("quote")
    outcome = words("outcome", QuoteOutcome)
    close_date_after = days("close_date", "gte")
    close_date_before = days("close_date", "lte")


def search_quotes(rows: Rows, word: str) -> Rows:
    """The word begins a word of the number, the name, the opportunity's topic or its account's name."""
    quotes = Quote.objects.order_by()
    accounts = Account.objects.filter(begins("name", word)).order_by()
    found = [
        quotes.filter(condition).values("pk")
        for condition in (
            begins("number", word),
            begins("name", word),
            Q(opportunity__in=Opportunity.objects.filter(begins("topic", word)).values("pk")),
            Q(opportunity__account__in=accounts.values("pk")),
        )
    ]
    # A union and no OR, which no index could answer.
    return rows.filter(pk__in=found[0].union(*found[1:]))
