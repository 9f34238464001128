"""The lists of quotes and their close records."""

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.keyset import OrderField
from crm.lists import ListDefinition, ListView
from crm.models import User
from quotes.filters import QuoteCloseFilters, QuoteFilters, search_quotes
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteState

Rows = QuerySet[Any]

_COLUMNS = ("number", "revision", "name", "opportunity", "state", "total_amount", "effective_to", "modified_at")


def _in_state(state: QuoteState) -> Any:
    def rows_in_state(rows: Rows, user: User) -> Rows:
        return rows.filter(state=state)

    return rows_in_state


def _expiring(rows: Rows, user: User) -> Rows:
    """Open ones that are good until today or one of the next 30 days, where the user is."""
    today = clock.today(user.time_zone)
    return rows.open().filter(effective_to__range=(today, today + timedelta(days=30)))  # type: ignore[attr-defined]


QUOTES = ListDefinition(
    rows=lambda user: Quote.objects.visible_to(user).for_list(),
    filters=QuoteFilters,
    views={
        "all": ListView(_("All Quotes"), "-modified_at", columns=_COLUMNS),
        "draft": ListView(_("Draft Quotes"), "-modified_at", _in_state(QuoteState.DRAFT), _COLUMNS),
        "active": ListView(_("Active Quotes"), "-modified_at", _in_state(QuoteState.ACTIVE), _COLUMNS),
        "won": ListView(_("Won Quotes"), "-modified_at", _in_state(QuoteState.WON), _COLUMNS),
        "closed": ListView(_("Closed Quotes"), "-modified_at", _in_state(QuoteState.CLOSED), _COLUMNS),
        "expiring": ListView(_("Quotes Expiring in 30 Days"), "effective_to", _expiring, _COLUMNS),
    },
    order_fields={
        "number": OrderField(F("number")),
        "revision": OrderField(F("revision")),
        "name": OrderField(Lower("name")),
        "state": OrderField(F("state")),
        "total_amount": OrderField(F("total_amount")),
        "effective_from": OrderField(F("effective_from"), nullable=True),
        "effective_to": OrderField(F("effective_to"), nullable=True),
        "created_at": OrderField(F("created_at")),
        "modified_at": OrderField(F("modified_at")),
    },
    search=search_quotes,
)

QUOTE_CLOSES = ListDefinition(
    rows=lambda user: QuoteClose.objects.visible_to(user).for_list(),
    filters=QuoteCloseFilters,
    views={"all": ListView(_("All Quote Closes"), "-closed_at")},
    order_fields={"closed_at": OrderField(F("closed_at")), "close_date": OrderField(F("close_date"))},
)
