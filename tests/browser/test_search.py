"""The search box suggests while one types, and every suggestion can be reached by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_account, make_opportunity


@pytest.fixture
def sales(transactional_db, rep):
    make_account("Espresso bar")
    return make_opportunity(rep, topic="Espresso machines")


def type_in(page: Page, text: str, address: str = "/quotes/") -> None:
    page.goto(address)
    page.get_by_role("combobox", name="Search").press_sequentially(text)


def test_suggestions_are_chosen_by_keyboard(open_browser, accessible, rep, sales, size):
    page = open_browser(rep, size)
    type_in(page, "espr")
    box, options = page.get_by_role("combobox", name="Search"), page.locator("#suggestions").get_by_role("option")
    expect(options).to_have_text([re.compile("Espresso machines"), re.compile("Espresso bar"), "All results"])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#announcer")).to_have_text("2 suggestions")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    expect(box).to_be_focused()
    accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Espresso machines", level=1)).to_be_visible()


def test_esc_closes_the_suggestions_then_empties_the_box(open_browser, rep, sales):
    page = open_browser(rep)
    type_in(page, "espr")
    box, options = page.get_by_role("combobox", name="Search"), page.get_by_role("listbox", name="Search")
    expect(options).to_be_visible()
    page.keyboard.press("Escape")
    expect(options).to_be_hidden()
    expect(box).to_have_value("espr")
    page.keyboard.press("ArrowDown")
    expect(options).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_suggestions_go_when_one_goes_elsewhere(open_browser, rep, sales):
    page = open_browser(rep)
    options = page.get_by_role("listbox", name="Search")
    type_in(page, "espr")
    expect(options).to_be_visible()
    page.keyboard.press("Tab")
    expect(options).to_be_hidden()
    type_in(page, "espr")
    expect(options).to_be_visible()
    page.locator("main").click()
    expect(options).to_be_hidden()
    type_in(page, "esprx")
    expect(options).to_contain_text("Nothing found")


def test_a_suggestion_can_be_clicked(open_browser, rep, sales):
    page = open_browser(rep, "phone")
    type_in(page, "bar")
    page.get_by_role("option", name="Espresso bar").click()
    expect(page.get_by_role("heading", name="Espresso bar", level=1)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_leads_to_the_results(open_browser, accessible, rep, sales, scripts):
    page = open_browser(rep, "phone", java_script_enabled=scripts)
    page.goto("/quotes/")
    page.locator("#global-search").fill("espr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Results for “espr”")).to_be_visible()
    expect(page.get_by_role("link", name="Espresso bar")).to_be_visible()
    if scripts:
        accessible(page)
    page.get_by_role("link", name="The one in the list – Accounts").click()
    expect(page.get_by_text("Search: “espr”.")).to_be_visible()
