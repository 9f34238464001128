"""Axe finds nothing on any page of opportunities and quotes, nor on any dialog as a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from opportunities.actions import edit_opportunity
from opportunities.models import Opportunity, SalesStage
from opportunities.sections import SECTIONS
from tests.factories import close_lost, close_won, make_account, make_competitor, make_opportunity, make_quote, reopen

TABS = ("summary", "quotes", "activities", "timeline")
VERBS = ("edit", "close-as-won", "close-as-lost", "close-quotes", "delete", "quotes/new")
LONG = "An-extraordinarily-long-name-without-any-place-to-break-it-that-a-phone-must-not-choke-on-" * 2
# The texts of the record that are wider than their boxes and cannot be scrolled to.
CUT_OFF = """[...document.querySelectorAll("main :is(h1, h2, h3, p, dt, dd, li, button, .stage-name, .badge)")]
  .filter((each) => each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1 && !each.closest(".table-box, nav"))
  .map((each) => each.outerHTML.slice(0, 120))"""
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
        if hasattr(quote, "quote_close"):
            yield quote.quote_close.get_absolute_url()
        yield from (f"{quote.get_absolute_url()}{verb}/" for verb in verbs)
    yield from (f"{record}?tab={tab}" for tab in TABS)
    yield from (f"{record}{verb}/" for verb in VERBS)
    yield from (f"{record}edit/{section}/" for section in SECTIONS)
    close = close_lost(opportunity, close_quotes=6, description=LONG, competitor=make_competitor(LONG[:100]))
    yield from (f"{record}?tab={tab}" for tab in TABS)
    yield f"{record}reopen/"
    yield f"{record}edit/"  # the page of a refusal
    reopen(opportunity, reason=LONG)
    yield close.opportunity_close.get_absolute_url()
    close_won(opportunity)
    yield from (f"{record}?tab={tab}" for tab in TABS)


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_page_is_accessible_and_no_wider_than_any_screen(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity, language: str
) -> None:
    User.objects.filter(pk=opportunity.owner.pk).update(language=language)
    page = open_browser(opportunity.owner)
    for address in addresses(opportunity):
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        accessible(page)
        for width in (320, 1366):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert width > 320 or page.evaluate(CUT_OFF) == [], address


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


def test_one_click_moves_the_sale(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity, size: str
) -> None:
    page = open_browser(opportunity.owner, size)
    page.goto(f"{opportunity.get_absolute_url()}?tab=timeline")
    page.get_by_role("button", name="Propose – move the sale to this stage").click()
    steps = page.get_by_role("list", name="Sales stage")
    expect(steps.locator("[aria-current=step]")).to_have_text("Propose")
    expect(page.get_by_role("status").first).to_contain_text("The sales stage is now Propose.")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    accessible(page)


def test_the_keyboard_moves_the_sale_and_goes_on_from_there(
    open_browser: Callable[..., Page], opportunity: Opportunity
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("button", name="Develop").focus()
    page.keyboard.press("Enter")
    current = page.locator("[aria-current=step]")
    expect(current).to_have_text("Develop")
    expect(current).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Propose")).to_be_focused()
    page.keyboard.press("Space")
    expect(current).to_have_text("Propose")
    assert Opportunity.objects.get().sales_stage == SalesStage.PROPOSE


def test_a_section_is_edited_in_its_place(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity, size: str
) -> None:
    page = open_browser(opportunity.owner, size)
    page.goto(opportunity.get_absolute_url())
    edit = page.get_by_role("link", name="Edit Estimate and forecast")
    edit.click()
    expect(page.get_by_label("Currency")).to_be_focused()
    accessible(page)
    page.get_by_role("link", name="Cancel").click()
    expect(edit).to_be_focused()
    edit.press("Enter")
    amount = page.get_by_role("textbox", name="Estimated revenue")
    amount.fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(amount).to_have_value("much")
    accessible(page)
    amount.fill("2,500.50")
    amount.press("Enter")
    expect(edit).to_be_focused()
    expect(page.get_by_role("region", name="Estimate and forecast")).to_contain_text("$ 2,500.50")
    expect(page.locator(".record-header")).to_contain_text("$ 2,500.50")
    assert page.url.endswith(opportunity.get_absolute_url())


def test_a_conflict_is_shown_where_it_is_mended(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity, teammate: User
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("link", name="Edit Description").click()
    field = page.get_by_role("textbox", name="Description")
    field.fill("Mine")
    edit_opportunity(opportunity.pk, {"description": "Theirs"}, actor=teammate)
    page.get_by_role("button", name="Save").click()
    section = page.get_by_role("region", name="Description")
    expect(section.get_by_role("alert")).to_contain_text("Teammate changed this record")
    expect(section).to_contain_text("theirs: Theirs · yours: Mine")
    expect(field).to_have_value("Mine")
    accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(section).to_contain_text("Mine")
    expect(section.get_by_role("link", name="Edit Description")).to_be_focused()
    assert Opportunity.objects.get().description == "Mine"


def test_two_sections_in_two_windows_are_saved_once_each(
    open_browser: Callable[..., Page], opportunity: Opportunity
) -> None:
    page = open_browser(opportunity.owner)
    other = page.context.new_page()
    for each, section in ((page, "Description"), (other, "Estimate and forecast")):
        each.goto(opportunity.get_absolute_url())
        each.get_by_role("link", name=f"Edit {section}").click()
    page.get_by_role("textbox", name="Description").fill("Mine")
    other.get_by_role("textbox", name="Probability").fill("40")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("region", name="Estimate and forecast")).to_contain_text("40 %")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Edit Description")).to_be_focused()
    expect(page.get_by_role("region", name="Description")).to_contain_text("Mine")
    expect(page.get_by_role("region", name="Estimate and forecast")).to_contain_text("40 %")


def test_everything_works_without_scripts(open_browser: Callable[..., Page], opportunity: Opportunity) -> None:
    page = open_browser(opportunity.owner, java_script_enabled=False)
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("button", name="Close – move the sale").click()
    expect(page.locator("[aria-current=step]")).to_have_text("Close")
    page.get_by_role("link", name="Edit Description").click()
    page.get_by_role("textbox", name="Description").fill("Typed without scripts")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Description")).to_contain_text("Typed without scripts")


def test_long_texts_of_the_timeline_unfold(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], opportunity: Opportunity
) -> None:
    edit_opportunity(opportunity.pk, {"description": "Long " * 80 + "end"}, actor=opportunity.owner)
    page = open_browser(opportunity.owner)
    page.goto(f"{opportunity.get_absolute_url()}?tab=timeline")
    end = page.locator("ins", has_text="Long end")
    expect(end).not_to_be_visible()
    page.locator("summary", has_text="Long").first.click()
    expect(end).to_be_visible()
    accessible(page)
