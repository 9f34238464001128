"""The lists of opportunities, their close records, accounts, competitors and users."""

from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Lower, Trim
from django.utils.translation import gettext_lazy as _

from crm.keyset import OrderField
from crm.lists import ListDefinition, ListView
from crm.models import User
from crm.permissions import within_unit
from crm.querysets import readable
from opportunities.filters import (
    AccountFilters,
    NoFilters,
    OpportunityCloseFilters,
    OpportunityFilters,
    UserFilters,
    search_accounts,
    search_competitors,
    search_opportunities,
    search_users,
)
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose, State

Rows = QuerySet[Any]

_OPEN_COLUMNS = (
    "topic",
    "account",
    "status_reason",
    "rating",
    "sales_stage",
    "estimated_revenue",
    "probability",
    "estimated_close_date",
    "owner",
)
_CLOSED_COLUMNS = (
    "topic",
    "account",
    "state",
    "status_reason",
    "actual_revenue",
    "actual_close_date",
    "close_competitor",
    "owner",
)
_ALL_COLUMNS = (
    "topic",
    "account",
    "state",
    "status_reason",
    "estimated_revenue",
    "actual_revenue",
    "estimated_close_date",
    "owner",
    "modified_at",
)


def _open(rows: Rows, user: User) -> Rows:
    return rows.filter(state=State.OPEN)


def _my_open(rows: Rows, user: User) -> Rows:
    return _open(rows, user).filter(owner=user)


def _team_open(rows: Rows, user: User) -> Rows:
    """Of the user's business unit and those below it."""
    if user.business_unit is None:
        return _my_open(rows, user)
    return _open(rows, user).filter(within_unit("owner", user.business_unit))


def _closed(rows: Rows, user: User) -> Rows:
    return rows.exclude(state=State.OPEN)


def _won(rows: Rows, user: User) -> Rows:
    return rows.filter(state=State.WON)


def _lost(rows: Rows, user: User) -> Rows:
    return rows.filter(state=State.LOST)


def _person(path: str = "") -> Lower:
    """By the name that is shown; the username where there is none."""
    names = (f"{path}first_name", Value(" "), f"{path}last_name", Value(" "), f"{path}username")
    return Lower(Trim(Concat(*names)))


_OPEN, _WON, _LOST = (frozenset({state}) for state in (State.OPEN, State.WON, State.LOST))
_BY_ESTIMATE, _BY_CLOSE = "estimated_close_date", "-actual_close_date"

OPPORTUNITIES = ListDefinition(
    rows=lambda user: Opportunity.objects.visible_to(user).for_list(),
    filters=OpportunityFilters,
    views={
        "all": ListView(_("All Opportunities"), "-modified_at", columns=_ALL_COLUMNS),
        "open": ListView(_("Open Opportunities"), _BY_ESTIMATE, _open, _OPEN_COLUMNS, _OPEN),
        "my-open": ListView(_("My Open Opportunities"), _BY_ESTIMATE, _my_open, _OPEN_COLUMNS, _OPEN),
        "team-open": ListView(_("My Team's Open Opportunities"), _BY_ESTIMATE, _team_open, _OPEN_COLUMNS, _OPEN),
        "closed": ListView(_("Closed Opportunities"), _BY_CLOSE, _closed, _CLOSED_COLUMNS, _WON | _LOST),
        "won": ListView(_("Won Opportunities"), _BY_CLOSE, _won, _CLOSED_COLUMNS, _WON),
        "lost": ListView(_("Lost Opportunities"), _BY_CLOSE, _lost, _CLOSED_COLUMNS, _LOST),
    },
    order_fields={
        "topic": OrderField(Lower("topic")),
        "account": OrderField(Lower("account__name"), nullable=True),
        "owner": OrderField(_person("owner__")),
        "state": OrderField(F("state")),
        "status_reason": OrderField(F("status_reason__code")),
        "rating": OrderField(F("rating")),
        "sales_stage": OrderField(F("sales_stage")),
        "forecast_category": OrderField(F("forecast_category")),
        "currency": OrderField(F("currency")),
        "estimated_revenue": OrderField(F("estimated_revenue"), nullable=True),
        "actual_revenue": OrderField(F("actual_revenue"), nullable=True),
        "probability": OrderField(F("probability"), nullable=True),
        "estimated_close_date": OrderField(F("estimated_close_date"), nullable=True),
        "actual_close_date": OrderField(F("actual_close_date"), nullable=True),
        "created_at": OrderField(F("created_at")),
        "modified_at": OrderField(F("modified_at")),
    },
    search=search_opportunities,
)


def states_of(view: str) -> set[State]:
    """Of the opportunities in it."""
    return {State(code) for code in OPPORTUNITIES.views[view].states} or set(State)


OPPORTUNITY_CLOSES = ListDefinition(
    rows=lambda user: OpportunityClose.objects.visible_to(user).for_list(),
    filters=OpportunityCloseFilters,
    views={"all": ListView(_("All Closings"), "-closed_at")},
    order_fields={
        "closed_at": OrderField(F("closed_at")),
        "close_date": OrderField(F("close_date")),
        "actual_revenue": OrderField(F("actual_revenue"), nullable=True),
    },
)

_RECORD_ORDERS = {
    "name": OrderField(Lower("name")),
    "created_at": OrderField(F("created_at")),
    "modified_at": OrderField(F("modified_at")),
}

ACCOUNTS = ListDefinition(
    rows=Account.objects.visible_to,
    filters=AccountFilters,
    views={"all": ListView(_("All Accounts"), "name", columns=("name", "external_id", "modified_at"))},
    order_fields=_RECORD_ORDERS,
    search=search_accounts,
)

COMPETITORS = ListDefinition(
    rows=Competitor.objects.visible_to,
    filters=NoFilters,
    views={"all": ListView(_("All Competitors"), "name", columns=("name", "key_product", "website"))},
    order_fields=_RECORD_ORDERS,
    search=search_competitors,
)


USERS = ListDefinition(
    rows=lambda user: readable(User.objects.with_rights(), user),
    filters=UserFilters,
    views={"all": ListView(_("All Users"), "username")},
    order_fields={
        "username": OrderField(Lower("username")),
        "name": OrderField(_person()),
    },
    search=search_users,
)
