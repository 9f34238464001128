"""Axe finds nothing on any page of opportunities and quotes, nor on any dialog as a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from opportunities.models import Opportunity
from tests.factories import close_lost, close_won, make_account, make_competitor, make_opportunity, make_quote, reopen

TABS = ("summary", "quotes", "activities", "timeline")
VERBS = ("edit", "close-as-won", "close-as-lost", "close-quotes", "delete", "quotes/new")
LONG = "An-extraordinarily-long-name-without-any-place-to-break-it-that-a-phone-must-not-choke-on-" * 2
QUOTE_VERBS = {
    "draft": ("edit", "activate", "close", "delete"),
    "active": ("win", "close", "revise"),
    "won": (),
    "revised": (),
}


@pytest.fixture
def opportunity(transactional_db: None, rep: User) -> Opportunity:
    competitor = make_competitor("Northwind")
    return make_opportunity(
        rep, topic=LONG, account=make_account(LONG), description=LONG, competitors=[competitor], probability=50
    )


def addresses(opportunity: Opportunity) -> Iterator[str]:
    record = opportunity.get_absolute_url()
    yield "/opportunities/new/"
    for state, verbs in QUOTE_VERBS.items():
        quote = make_quote(opportunity, state, name=LONG, total_amount=Decimal("999999999999.99"))
        yield quote.get_absolute_url()
        yield from (f"{quote.get_absolute_url()}{verb}/" for verb in verbs)
    yield from (f"{record}?tab={tab}" for tab in TABS)
    yield from (f"{record}{verb}/" for verb in VERBS)
    close_lost(opportunity, close_quotes=6, description=LONG)
    yield f"{record}reopen/"
    yield f"{record}edit/"  # the page of a refusal
    reopen(opportunity, reason=LONG)
    close_won(opportunity)
    yield from (f"{record}?tab={tab}" for tab in TABS)


def test_every_page_is_accessible_and_no_wider_than_any_screen(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity
) -> None:
    page = open_browser(opportunity.owner)
    for address in addresses(opportunity):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        accessible(page)
        for width in (320, 1366):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_the_record_is_accessible_in_the_dark(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity
) -> None:
    make_quote(opportunity)
    make_quote(opportunity, "won")
    page = open_browser(opportunity.owner, color_scheme="dark")
    for address in ("?tab=summary", "?tab=quotes", "?tab=activities", "?tab=timeline", "edit/", "close-as-won/"):
        page.goto(opportunity.get_absolute_url() + address)
        accessible(page)


def test_errors_are_announced_and_lead_to_their_fields(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity, size: str
) -> None:
    page = open_browser(opportunity.owner, size)
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("link", name="Close as Won", exact=True).click()
    page.get_by_role("textbox", name="Actual revenue").fill("much")
    page.get_by_role("button", name="Close Opportunity").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Enter an amount")
    accessible(page)
    field = page.get_by_role("textbox", name="Actual revenue")
    expect(field).to_have_value("much")
    expect(field).to_have_attribute("aria-invalid", "true")
    alert.get_by_role("link", name="Actual revenue").click()
    expect(field).to_be_focused()
