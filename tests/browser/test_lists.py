"""Lists in a real browser: parts of the page change, the address with them, and the focus is kept."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.lists import PAGE_SIZE
from opportunities.list_views import OPPORTUNITY_COLUMNS
from opportunities.models import Account
from tests.browser.commands import press
from tests.factories import make_account, make_opportunity, make_quote

# The first cell of a row, or the one after that which chooses it.
TITLE = "tbody tr td:first-child:not(.check-cell), tbody tr .check-cell + td"


@pytest.fixture
def sales(transactional_db, rep, teammate):
    make_opportunity(rep, topic="Mine")
    make_opportunity(teammate, topic="Hers")
    make_opportunity(rep, topic="Won one", state="won")


def rows(page: Page) -> list[str]:
    return page.locator(TITLE).all_inner_texts()


def opened(page: Page, address: str = "/opportunities/") -> Page:
    """With a mark that a reload of the page would lose."""
    page.goto(address)
    page.evaluate("window.mark = true")
    return page


def test_the_view_selector_changes_the_list_in_place(open_browser, accessible, rep, sales, size):
    page = opened(open_browser(rep, size))
    page.locator(".views summary").click()
    accessible(page)
    page.get_by_role("link", name="Closed Opportunities").and_(page.locator(".views a")).click()
    expect(page.get_by_role("link", name="Won one")).to_be_visible()
    assert rows(page) == ["Won one"]
    assert "view=closed" in page.url
    assert page.evaluate("window.mark")
    expect(page).to_have_title("Closed Opportunities · Sales Hub")
    expect(page.get_by_role("status").last).to_have_text("Closed Opportunities: 1 record")


def test_back_goes_back_to_the_list_before(open_browser, rep, sales):
    page = opened(open_browser(rep))
    page.locator(".views summary").click()
    page.get_by_role("link", name="Won Opportunities").click()
    expect(page.get_by_role("link", name="Won one")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Mine")).to_be_visible()
    expect(page.locator("header.top-bar")).to_be_visible()


def test_a_header_orders_the_list(open_browser, rep, sales):
    page = opened(open_browser(rep))
    page.get_by_role("columnheader", name="Topic").get_by_role("link").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Topic")
    assert rows(page) == ["Hers", "Mine"]
    page.get_by_role("columnheader", name="Topic").get_by_role("link").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Topic")
    assert rows(page) == ["Mine", "Hers"]
    assert page.evaluate("window.mark")


def test_a_phone_sorts_in_a_panel_of_its_own(open_browser, accessible, rep, sales):
    page = opened(open_browser(rep, "phone"))
    expect(page.get_by_role("columnheader")).to_have_count(0)
    page.locator(".sort-panel summary").click()
    page.get_by_label("Sort by").select_option(label="Topic, ascending")
    accessible(page)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(TITLE).first).to_have_text("Hers")
    assert rows(page) == ["Hers", "Mine"]
    expect(page).to_have_url(re.compile(r"\?ordering=topic$"))


@pytest.mark.parametrize("language", ["en", "da"])
def test_every_column_is_in_sight_and_the_head_stays(open_browser, rep, transactional_db, language):
    rep.language = language
    rep.save(update_fields=["language"])
    account = make_account("A very long name of an account that no column has room for " * 2)
    for __ in range(30):
        make_opportunity(rep, topic="A very long topic that no column has room for " * 3, account=account)
    page = opened(open_browser(rep))
    last = page.locator("th").last
    for head in page.locator("th").all():
        box = head.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 1366 - 16
    page.evaluate("scrollTo(0, 600)")
    expect(last).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


def test_filters_narrow_the_list_and_each_can_be_removed(open_browser, accessible, rep, teammate, sales, size):
    page = opened(open_browser(rep, size))
    page.get_by_role("link", name="Edit filters").click()
    dialog = page.get_by_role("dialog", name="Edit filters")
    expect(dialog.get_by_label("Owner")).to_be_focused()
    accessible(page)
    dialog.get_by_label("Owner").select_option(label=teammate.name)
    dialog.get_by_label("Est. revenue from").fill("1,000")
    dialog.get_by_label("Est. revenue to").fill("999")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Est. revenue to: Nothing lies between")
    accessible(page)
    dialog.get_by_label("Est. revenue to").fill("")
    dialog.get_by_role("button", name="Apply").click()
    page.wait_for_url(f"**/opportunities/?owner={teammate.pk}&estimated_revenue_min=1000")
    assert rows(page) == ["Hers"]
    accessible(page)
    page.evaluate("window.mark = true")
    page.get_by_role("link", name=f"Remove the filter Owner: {teammate.name}").click()
    expect(page.get_by_role("link", name="Mine")).to_be_visible()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("link", name="Show all of this view").click()
    expect(page.locator(".chip")).to_have_count(0)
    assert page.evaluate("window.mark")


def test_columns_are_moved_in_place_and_kept(open_browser, accessible, rep, sales, size):
    page = opened(open_browser(rep, size))
    press(page, "Edit columns")
    dialog = page.get_by_role("dialog", name="Edit columns")
    expect(dialog.get_by_role("checkbox", name="Topic")).to_be_disabled()
    dialog.get_by_role("checkbox", name="Currency").check()
    dialog.get_by_role("checkbox", name="Account").uncheck()
    up = dialog.get_by_role("button", name="Move Status reason up")
    up.press("Enter")
    up.press("Enter")
    expect(up).to_be_focused()
    expect(dialog.get_by_role("status")).to_contain_text("Status reason: place 1 of")
    accessible(page)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("tbody tr").first.locator("td[data-label]").first).to_have_attribute(
        "data-label", "Status reason"
    )
    expect(page.locator("tbody tr").first.locator("[data-label=Account]")).to_have_count(0)
    press(page, "Edit columns")
    dialog.get_by_role("button", name="Reset").click()
    expect(page.locator("tbody tr").first.locator("[data-label=Account]")).to_have_count(1)


def test_a_view_is_saved_chosen_and_managed(open_browser, accessible, rep, teammate, sales):
    page = opened(open_browser(rep), f"/opportunities/?owner={teammate.pk}")
    page.locator(".views summary").click()
    page.get_by_role("link", name="Save view as").click()
    dialog = page.get_by_role("dialog", name="Save view as")
    dialog.get_by_label("Name").fill("Hers alone")
    accessible(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Hers alone · Sales Hub")
    page.goto("/opportunities/?view=all")
    page.locator(".views summary").click()
    accessible(page)
    page.get_by_role("link", name="Hers alone").click()
    expect(page).to_have_title("Hers alone · Sales Hub")
    assert rows(page) == ["Hers"]
    page.locator(".views summary").click()
    page.get_by_role("link", name="Manage my views").click()
    dialog = page.get_by_role("dialog", name="My views")
    dialog.get_by_label("Name").fill("Team")
    dialog.get_by_label("The list begins with").select_option(label="Hers alone")
    accessible(page)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.goto("/opportunities/")
    expect(page).to_have_title("Team · Sales Hub")


def test_a_row_is_closed_from_its_menu_and_the_list_is_there_again(open_browser, accessible, rep, sales, size):
    page = opened(open_browser(rep, size), "/opportunities/?view=all&ordering=topic")
    page.get_by_role("button", name="Commands for Mine").click()
    expect(page.get_by_role("link", name="Close as Lost")).to_be_in_viewport()
    accessible(page)
    page.get_by_role("link", name="Close as Lost").click()
    dialog = page.get_by_role("dialog", name="Close Opportunity as lost")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Commands for Mine")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Close Opportunity").click()
    expect(page.get_by_text("“Mine” was closed as lost.")).to_be_visible()
    assert page.url.endswith("/opportunities/?view=all&ordering=topic")
    page.get_by_role("button", name="Commands for Mine").click()
    expect(page.get_by_role("link", name="Reopen")).to_be_visible()
    expect(page.get_by_role("button", name="Edit")).to_have_attribute("aria-disabled", "true")


def test_keys_are_the_commands_of_the_row_also_after_the_list_changed(open_browser, rep, sales):
    page = opened(open_browser(rep), "/opportunities/?view=all&ordering=topic")
    page.get_by_role("columnheader", name="Topic").get_by_role("link").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Topic")
    page.locator("#list").focus()
    for key in ("j", "r"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Reopen Opportunity")
    expect(dialog).to_contain_text("Won one")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("link", name="Won one")).to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#announcer")).to_contain_text("closed")
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("checkbox", name="Select Mine")).to_be_checked()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Hers")).to_be_focused()
    page.keyboard.press("w")
    expect(page.get_by_role("dialog", name="Close Opportunity as won")).to_contain_text("Hers")


def test_the_menu_of_a_row_opens_at_its_button_and_closes_with_esc(open_browser, rep, sales):
    page = opened(open_browser(rep))
    button = page.get_by_role("button", name="Commands for Mine")
    button.click()
    menu = page.locator(".row-menu:popover-open")
    place, at = menu.bounding_box(), button.bounding_box()
    assert place
    assert at
    assert abs(place["x"] + place["width"] - at["x"] - at["width"]) < 3
    assert abs(place["y"] - at["y"] - at["height"]) < 3
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


@pytest.mark.parametrize("address", ["/opportunities/?view=open", "/opportunities/?view=all", "/quotes/"])
@pytest.mark.parametrize(("width", "language"), [(1366, "en"), (1280, "en"), (1280, "da")])
def test_no_default_column_is_out_of_sight(open_browser, rep, transactional_db, address, width, language):
    rep.language = language
    rep.save(update_fields=["language"])
    sale = make_opportunity(
        rep,
        topic="Warehouse management system – replacement before the winter season",
        account=make_account("Établissements Leroux-Mercier"),
        currency="DKK",
        estimated_revenue=Decimal("1246000.50"),
        estimated_close_date=date(2026, 12, 24),
        probability=100,
    )
    make_quote(sale, total_amount=Decimal("1246000.50"), effective_to=date(2026, 12, 24))
    page = open_browser(rep)
    page.set_viewport_size({"width": width, "height": 768})
    page.goto(address)
    for head in page.locator("thead th").all():
        box = head.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width - 16
        # Padding, and two lines at most.
        assert box["height"] <= 60


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_are_accessible_in_every_dress(open_browser, accessible, rep, teammate, sales, language, scheme):
    rep.language = language
    rep.save(update_fields=["language"])
    page = open_browser(rep, color_scheme=scheme)
    page.goto(f"/opportunities/?view=all&owner={rep.pk},{teammate.pk}&rating=warm&search=o")
    accessible(page)
    page.locator("[popovertarget]").last.click()
    accessible(page)
    page.set_viewport_size({"width": 320, "height": 640})
    accessible(page)
    for dialog in ("filters", "columns", "save-view"):
        page.goto(f"/opportunities/?view=all&edit={dialog}")
        accessible(page)


def test_a_table_with_many_columns_is_moved_sideways(open_browser, accessible, rep, sales):
    columns = ",".join(OPPORTUNITY_COLUMNS)
    page = opened(open_browser(rep), f"/opportunities/?view=all&columns={columns}")
    accessible(page)
    last = page.locator("thead th").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()


def test_the_keyword_searches_within_the_view(open_browser, rep, sales):
    page = opened(open_browser(rep, "phone"))
    page.get_by_role("searchbox", name="Filter by keyword").fill("her")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Search: “her”.")).to_be_visible()
    assert rows(page) == ["Hers"]


def test_pages_turn_in_place_and_the_focus_goes_to_the_list(open_browser, rep, transactional_db):
    Account.objects.bulk_create([Account(name=f"Account {number:02}") for number in range(PAGE_SIZE + 1)])
    page = opened(open_browser(rep), "/accounts/")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name=f"Account {PAGE_SIZE:02}")).to_be_visible()
    assert len(rows(page)) == 1
    expect(page.locator("#list")).to_be_focused()
    assert page.evaluate("document.getElementById('list').getBoundingClientRect().top") >= 0
    page.get_by_role("link", name="Previous page").click()
    expect(page.get_by_role("link", name="Account 00")).to_be_visible()


def test_all_of_it_works_without_scripts(open_browser, rep, teammate, sales):
    page = open_browser(rep, "phone", java_script_enabled=False)
    page.goto("/opportunities/")
    page.get_by_role("link", name="Edit filters").click()
    page.get_by_label("Owner").select_option(label=teammate.name)
    page.get_by_role("button", name="Apply").click()
    assert rows(page) == ["Hers"]
    page.get_by_role("link", name="Show all of this view").click()
    press(page, "Edit columns")
    page.get_by_role("button", name="Move Owner up").click()
    page.get_by_role("checkbox", name="Account").uncheck()
    page.get_by_role("button", name="Save").click()
    labels = page.locator("tbody tr").first.locator("[data-label]")
    assert "Account" not in [each.get_attribute("data-label") for each in labels.all()]
    page.get_by_role("button", name="Commands for Hers").click()
    expect(page.locator(".row-menu:popover-open")).to_contain_text("Close as Won")
    page.keyboard.press("Escape")
    page.locator(".views summary").click()
    page.get_by_role("link", name="Won Opportunities").click()
    assert rows(page) == ["Won one"]
