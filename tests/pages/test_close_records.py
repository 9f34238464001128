"""The pages of Opportunity Close and Quote Close: everything that was written, and where it belongs."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from opportunities.close_fields.kinds import FieldType
from tests.expect import nothing_changes
from tests.factories import (
    close_lost,
    close_won,
    make_close_field,
    make_competitor,
    make_opportunity,
    make_quote,
    reopen,
)
from tests.pages.html import elements
from tests.pages.reading import text_of


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Forty machines", currency="EUR")


def test_an_opportunity_close_shows_everything(rep, teammate, manager, browse, opportunity):
    make_close_field("decision_maker", FieldType.TEXT)
    rival = make_competitor("Northwind")
    close = close_lost(
        opportunity,
        actor=teammate,
        actual_revenue=Decimal("1234.5"),
        close_date=date(2026, 3, 2),
        competitor=rival,
        description="Too dear",
        custom={"decision_maker": "Ada"},
    ).opportunity_close
    reopen(opportunity, actor=manager, reason="They called back")
    page = browse(rep).get(close.get_absolute_url())
    shown = text_of(page).replace("\xa0", " ")
    for said in ("Forty machines", "Lost", "Canceled", "€ 1,234.50", "03/02/2026", "Northwind", "Too dear"):
        assert said in shown
    for said in ("Decision maker Ada", "Closed by Teammate", "Reopened by Manager", "They called back"):
        assert said in shown
    assert elements(page, "a", href=reverse("competitor", args=[rival.pk]))
    assert elements(page, "a", href=f"{opportunity.get_absolute_url()}?tab=activities")


@pytest.mark.parametrize("state", ["won", "lost", "canceled", "revised"])
def test_a_quote_close_shows_everything(rep, browse, opportunity, state):
    quote = make_quote(opportunity, state, name="Machines", total_amount=Decimal("1234.5"))
    page = browse(rep).get(quote.quote_close.get_absolute_url())
    shown = text_of(page).replace("\xa0", " ")
    for said in ("Machines", quote.number, "€ 1,234.50", "Completed", "Closed by Rep", state.capitalize()):
        assert said in shown
    for address in (quote.get_absolute_url(), f"{opportunity.get_absolute_url()}?tab=activities"):
        assert elements(page, "a", href=address)


def test_each_leads_to_its_event_on_the_timeline(rep, browse, opportunity):
    quote_close = make_quote(opportunity, "won").quote_close
    close = close_won(opportunity).opportunity_close
    reopen(opportunity)
    client = browse(rep)
    for record, sentence in ((close, "closed the opportunity as won"), (quote_close, "as won")):
        address = client.get(record.get_absolute_url()).context["event_url"]
        page = client.get(address)
        told = page.context["timeline"].entries[0]
        assert sentence in told.sentence
        assert address.endswith(f"#event-{told.event.pk}")
        assert elements(page, "li", id=f"event-{told.event.pk}")


def test_the_activities_lead_to_them(rep, browse, opportunity):
    quote_close = make_quote(opportunity, "lost").quote_close
    close = close_won(opportunity).opportunity_close
    page = browse(rep).get(opportunity.get_absolute_url(), {"tab": "activities"})
    for record in (close, quote_close):
        assert elements(page, "a", href=record.get_absolute_url())


def test_a_few_statements_are_enough(rep, browse, opportunity, count_statements):
    quote_close = make_quote(opportunity, "lost").quote_close
    close = close_won(opportunity).opportunity_close
    client = browse(rep)
    for record in (close, quote_close):
        with count_statements(4):
            client.get(record.get_absolute_url())


def test_hostile_text_is_escaped(rep, browse):
    hostile = "<script>alert(1)</script>"
    opportunity = make_opportunity(rep, topic=hostile)
    quote_close = make_quote(opportunity, "lost", name=hostile).quote_close
    close = close_lost(opportunity, description=hostile).opportunity_close
    reopen(opportunity, reason=hostile)
    for record in (close, quote_close):
        assert "<script>alert" not in browse(rep).get(record.get_absolute_url()).content.decode()


def test_who_may_not_read_does_not_find_them(rep, nobody, browse, opportunity):
    quote_close = make_quote(opportunity, "lost").quote_close
    close = close_won(opportunity).opportunity_close
    for record in (close, quote_close):
        assert browse(nobody).get(record.get_absolute_url()).status_code == 404
    for name in ("opportunity-close-record", "quote-close-record"):
        assert browse(rep).get(reverse(name, args=[uuid4()])).status_code == 404


def test_looking_changes_nothing(rep, browse, opportunity):
    close = close_won(opportunity).opportunity_close
    with nothing_changes():
        browse(rep).get(close.get_absolute_url())
