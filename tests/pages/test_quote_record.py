"""The page of one quote: its values, its revisions, how it ended."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from quotes.models import Quote
from quotes.states import QuoteState
from tests.expect import nothing_changes
from tests.factories import make_account, make_opportunity, make_quote
from tests.pages.html import elements
from tests.pages.reading import text_of


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Forty machines", currency="EUR", account=make_account("Contoso"))


def test_it_shows_the_values_and_its_opportunity(rep, browse, opportunity):
    quote = make_quote(opportunity, name="Machines", total_amount=Decimal("1234.5"), effective_from=date(2026, 1, 2))
    page = browse(rep).get(quote.get_absolute_url())
    shown = text_of(page).replace("\xa0", " ")
    for said in ("Machines", quote.number, "€ 1,234.50", "01/02/2026", "Forty machines", "Contoso", "Draft"):
        assert said in shown
    assert f'href="{opportunity.get_absolute_url()}?tab=quotes"' in page.content.decode()


def test_it_lists_all_its_revisions(rep, browse, opportunity):
    revised = make_quote(opportunity, "revised")
    make_quote(opportunity)
    draft = Quote.objects.get(number=revised.number, state=QuoteState.DRAFT)
    page = browse(rep).get(revised.get_absolute_url())
    assert list(page.context["revisions"]) == [draft, revised]
    assert draft.get_absolute_url() in page.content.decode()


@pytest.mark.parametrize("state", ["won", "lost", "canceled", "revised"])
def test_an_ended_one_shows_its_close_record(rep, browse, opportunity, state):
    shown = text_of(browse(rep).get(make_quote(opportunity, state).get_absolute_url()))
    assert "Quote Close" in shown
    assert f"Status reason {state.capitalize()}" in shown
    assert "Closed by Rep" in shown


def test_an_ended_one_leads_to_its_close_record(rep, browse, opportunity):
    quote = make_quote(opportunity, "won")
    assert elements(browse(rep).get(quote.get_absolute_url()), "a", href=quote.quote_close.get_absolute_url())


def test_the_present_revision_is_marked(rep, browse, opportunity):
    revised = make_quote(opportunity, "revised")
    page = browse(rep).get(revised.get_absolute_url())
    assert len(elements(page, "strong", aria_current="true")) == 1
    assert elements(page, "a", href=revised.get_absolute_url()) == []


def test_an_open_one_has_none(rep, browse, opportunity):
    assert browse(rep).get(make_quote(opportunity).get_absolute_url()).context["close"] is None


def test_its_statements_do_not_grow_with_its_revisions(rep, browse, opportunity, count_statements):
    quote = make_quote(opportunity, "revised")
    client = browse(rep)
    with count_statements(5):
        client.get(quote.get_absolute_url())


def test_looking_changes_nothing(rep, browse, opportunity):
    quote = make_quote(opportunity)
    with nothing_changes():
        browse(rep).get(quote.get_absolute_url())


def test_hostile_names_are_escaped(rep, browse, opportunity):
    page = browse(rep).get(make_quote(opportunity, name="<script>alert(1)</script>").get_absolute_url())
    assert "<script>alert" not in page.content.decode()


def test_who_may_not_read_does_not_find_it(rep, nobody, browse, opportunity):
    assert browse(nobody).get(make_quote(opportunity).get_absolute_url()).status_code == 404
    assert browse(rep).get(reverse("quote", args=[uuid4()])).status_code == 404
