"""Lists in a real browser: parts of the page change, the address with them, and the focus is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm.lists import PAGE_SIZE
from opportunities.models import Account
from tests.factories import make_account, make_opportunity

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


def test_a_phone_sorts_in_the_panel_of_the_filters(open_browser, accessible, rep, sales):
    page = opened(open_browser(rep, "phone"))
    expect(page.get_by_role("columnheader")).to_have_count(0)
    page.locator(".filter-panel summary").click()
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


def test_filters_narrow_the_list_and_can_be_cleared(open_browser, accessible, rep, teammate, sales):
    page = opened(open_browser(rep, "phone"))
    page.locator(".filter-panel summary").click()
    accessible(page)
    page.get_by_label("Owner").select_option(label=teammate.name)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("1 filter is set.")).to_be_visible()
    assert rows(page) == ["Hers"]
    assert page.url.endswith(f"?owner={teammate.pk}")
    page.get_by_role("link", name="Show all of this view").click()
    expect(page.get_by_role("link", name="Mine")).to_be_visible()


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
    page.locator(".filter-panel summary").click()
    page.get_by_label("Owner").select_option(label=teammate.name)
    page.get_by_role("button", name="Apply").click()
    assert rows(page) == ["Hers"]
    page.get_by_role("link", name="Show all of this view").click()
    page.locator(".views summary").click()
    page.get_by_role("link", name="Won Opportunities").click()
    assert rows(page) == ["Won one"]
