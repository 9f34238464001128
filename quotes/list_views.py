"""The page of the list of quotes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.filter_fields import AmountFilter, ChoiceFilter, DayFilter, FilterField, RecordFilter, period, words
from crm.list_pages import ListPage
from opportunities.list_filters import accounts, currencies, owners
from opportunities.tones import tone
from quotes.lists import QUOTES
from quotes.states import QuoteState, QuoteStatusReason

QUOTE_FILTERS: dict[str, FilterField] = {
    "state": words(_("State"), QuoteState),
    "status_reason": ChoiceFilter(
        _("Status reason"), lambda user: [(str(reason.value), reason.label) for reason in QuoteStatusReason]
    ),
    "owner": RecordFilter(_("Owner of the opportunity"), rows=owners),
    "account": RecordFilter(_("Account"), rows=accounts),
    "currency": ChoiceFilter(_("Currency"), currencies),
    "total_amount_min": AmountFilter(_("Total amount from")),
    "total_amount_max": AmountFilter(_("Total amount to")),
    "effective_to_in": period(_("Effective to")),
    "effective_to_after": DayFilter(_("Effective to, from")),
    "effective_to_before": DayFilter(_("Effective to, until")),
}


class QuoteListPage(ListPage):
    section = list_name = "quotes"
    definition = QUOTES
    filters = QUOTE_FILTERS
    columns = {
        "number": Column(_("Number"), lambda row: (row.number, row.get_absolute_url), "link", "number", "is-short"),
        "revision": Column(_("Revision"), lambda row: row.revision, order="revision", style="is-short"),
        "name": Column(_("Name"), lambda row: row.name, order="name", style="is-wide"),
        "opportunity": Column(
            _("Opportunity"),
            lambda row: (row.opportunity.topic, row.opportunity.get_absolute_url),
            "link",
            style="is-wide",
        ),
        "state": Column(
            _("State"),
            lambda row: (QuoteState(row.state).label, tone(row)),
            "badge",
            "state",
            raw=lambda row: QuoteState(row.state),
        ),
        "status_reason": Column(
            _("Status reason"),
            lambda row: row.get_status_reason_display(),
            raw=lambda row: row.status_reason,
        ),
        "account": Column(_("Account"), lambda row: row.opportunity.account and row.opportunity.account.name),
        "owner": Column(
            _("Owner"), lambda row: row.opportunity.owner.name, raw=lambda row: row.opportunity.owner.username
        ),
        "total_amount": Column(
            _("Total amount"), lambda row: (row.total_amount, row.currency), "money", "total_amount", "is-number"
        ),
        "effective_from": Column(
            _("Effective from"), lambda row: row.effective_from, "day", "effective_from", "is-day"
        ),
        "effective_to": Column(_("Effective to"), lambda row: row.effective_to, "day", "effective_to", "is-day"),
        "closed_on": Column(_("Closed on"), lambda row: row.closed_on, "day", style="is-day"),
        "created_at": Column(_("Created on"), lambda row: row.created_at, "day", "created_at", "is-day"),
        "modified_at": Column(_("Modified on"), lambda row: row.modified_at, "day", "modified_at", "is-day"),
        "currency": Column(_("Currency"), lambda row: row.currency),
    }
    empty_title = _("No quotes in this view")
    empty_text = _("Quotes are made on an opportunity: open one and choose New quote.")
