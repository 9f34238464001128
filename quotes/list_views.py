"""The page of the list of quotes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.list_pages import ListPage
from opportunities.tones import tone
from quotes.lists import QUOTES
from quotes.states import QuoteState


class QuoteListPage(ListPage):
    section = "quotes"
    definition = QUOTES
    columns = {
        "number": Column(_("Number"), lambda row: (row.number, row.get_absolute_url), "link", "number"),
        "revision": Column(_("Revision"), lambda row: row.revision, order="revision", style="is-number"),
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
        "total_amount": Column(
            _("Total amount"), lambda row: (row.total_amount, row.currency), "money", "total_amount", "is-number"
        ),
        "effective_to": Column(_("Effective to"), lambda row: row.effective_to, "day", "effective_to", "is-day"),
        "modified_at": Column(_("Modified on"), lambda row: row.modified_at, "day", "modified_at", "is-day"),
    }
    empty_title = _("No quotes in this view")
    empty_text = _("Quotes are made on an opportunity: open one and choose New quote.")
