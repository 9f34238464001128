"""Single keys: what they do, when they rest, and how they are switched off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from crm.preferences import set_preferences
from tests.factories import make_account, make_competitor, make_opportunity


@pytest.fixture
def opportunity(transactional_db, rep):
    return make_opportunity(rep, topic="Espresso")


@pytest.fixture
def page(open_browser, rep, opportunity):
    page = open_browser(rep)
    page.goto(opportunity.get_absolute_url())
    return page


def press(page, keys):
    for key in keys.split():
        page.keyboard.press(key)


@pytest.mark.parametrize(
    ("keys", "address"),
    [("g o", "/opportunities/"), ("g q", "/quotes/"), ("g c", "/opportunities/?view=closed"), ("e", "edit/")],
)
def test_keys_lead_to_pages(page, keys, address):
    press(page, keys)
    page.wait_for_url(f"**{address}")


def test_home_is_two_keys_away(page):
    page.goto("/accounts/")
    press(page, "g h")
    page.wait_for_url(lambda url: not url.endswith("/accounts/"))


@pytest.mark.parametrize(("key", "title"), [("w", "Close Opportunity as won"), ("l", "Close Opportunity as lost")])
def test_keys_open_the_dialogs_of_commands(page, key, title):
    press(page, key)
    expect(page.get_by_role("dialog", name=title)).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name=title.replace("Opportunity as ", "as "))).to_be_focused()


def test_a_disabled_command_says_why(page):
    press(page, "r")
    expect(page.locator("#announcer")).to_have_text("This opportunity is open; there is nothing to reopen.")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_new_begins_a_record_where_the_list_offers_it(page, opportunity):
    page.goto("/opportunities/")
    press(page, "n")
    page.wait_for_url("**/opportunities/new/")


def test_rows_are_walked_and_opened(page, rep):
    for name in ("Aachen", "Berlin", "Celle"):
        make_account(name)
    page.goto("/accounts/")
    press(page, "j j j k")
    expect(page.get_by_role("link", name="Berlin")).to_be_focused()
    press(page, "k k k")
    expect(page.get_by_role("link", name="Aachen")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Aachen", level=1)).to_be_visible()


def test_a_row_is_selected_by_its_own_box(page, rep):
    make_competitor("Rival")
    page.goto("/competitors/")
    box = "const box = document.createElement('input'); box.type = 'checkbox'"
    page.evaluate(f"{box}; document.querySelector('tbody tr td').append(box)")
    press(page, "x")
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    press(page, "j x")
    expect(page.get_by_role("checkbox")).to_be_checked()


def test_the_slash_searches_and_keys_rest_while_one_types(page, opportunity):
    press(page, "/")
    box = page.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    press(page, "w e ? g o")
    expect(box).to_have_value("we?go")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.endswith(opportunity.get_absolute_url())


@pytest.mark.parametrize("keys", ["Control+e", "Alt+e", "Meta+e", "Shift+E", "g x e-", "q"])
def test_other_keys_do_nothing(page, opportunity, keys):
    press(page, keys.removesuffix(" e-"))
    page.wait_for_timeout(200)
    assert page.url.endswith(opportunity.get_absolute_url())
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_rest_in_a_dialog(page):
    press(page, "w")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Close the dialog").focus()
    press(page, "l g o")
    expect(page.get_by_role("dialog", name="Close Opportunity as won")).to_be_visible()


def test_the_question_mark_shows_the_sheet(page, accessible):
    page.locator("#command-edit").focus()
    press(page, "?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Close as Won")
    accessible(page)
    press(page, "Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("#command-edit")).to_be_focused()
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Close the dialog").click()
    expect(sheet).to_be_hidden()


def test_the_sheet_is_a_page_without_scripts(open_browser, rep, opportunity):
    page = open_browser(rep, "phone", java_script_enabled=False)
    page.goto("/opportunities/")
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(page.get_by_role("main")).to_contain_text("Close as Won")


def test_whoever_switches_them_off_has_none(open_browser, accessible, rep, opportunity):
    set_preferences({"shortcuts": False}, actor=rep)
    page = open_browser(rep)
    page.goto(opportunity.get_absolute_url())
    press(page, "? w g o")
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(page).to_have_title(re.compile("Keyboard shortcuts"))
    accessible(page)
