from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.filters import any_of, ids, words
from crm.search import begins
from opportunities.models import Account, Opportunity
from quotes.states import QuoteOutcome, QuoteState

Rows = QuerySet[Any]


class QuoteFilters(django_filters.FilterSet):
    opportunity = ids("opportunity")
    state = words("state", QuoteState)
    number = any_of("number", str, _("Enter quote numbers, separated by commas."))


class QuoteCloseFilters(django_filters.FilterSet):
    opportunity = ids("opportunity")
    quote = ids("quote")
    outcome = words("outcome", QuoteOutcome)


def search_quotes(rows: Rows, word: str) -> Rows:
    """The word begins a word of the number, the name, the opportunity's topic or its account's name."""
    accounts = Account.objects.filter(begins("name", word))
    sales = Opportunity.objects.filter(Q(begins("topic", word)) | Q(account__in=accounts.values("pk")))
    return rows.filter(
        Q(begins("number", word)) | Q(begins("name", word)) | Q(opportunity__in=sales.order_by().values("pk"))
    )
