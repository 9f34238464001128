"""The shell in a real browser: signing in, the site map, the menus, with and without JavaScript."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import PASSWORD, make_account, make_competitor, make_opportunity, make_quote, make_user


@pytest.fixture
def anna(transactional_db, units):
    return make_user("anna", "salesperson", units.north, password=PASSWORD)


@pytest.mark.parametrize(("size", "scripts"), [("desktop", True), ("phone", False)])
def test_sign_in_and_out(open_browser, anna, size, scripts):
    page = open_browser(None, size, java_script_enabled=scripts)
    page.goto("/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("correct username and password")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My work", level=1)).to_be_visible()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_site_map_is_a_drawer_on_a_phone(open_browser, anna, scripts):
    page = open_browser(anna, "phone", java_script_enabled=scripts)
    page.goto("/opportunities/")
    link = page.locator(".drawer").get_by_role("link", name="Competitors")
    expect(link).to_be_hidden()
    page.locator(".drawer summary").click()
    link.click()
    expect(page.get_by_role("heading", name="All Competitors")).to_be_visible()


def test_the_site_map_can_be_put_away_and_stays_away(open_browser, anna):
    page = open_browser(anna)
    page.goto("/opportunities/")
    side = page.locator("#side")
    expect(side).to_be_visible()
    page.get_by_role("button", name="Site map").click()
    expect(side).to_be_hidden()
    page.reload()
    expect(side).to_be_hidden()


def test_esc_closes_a_menu_and_returns_the_focus(open_browser, anna):
    page = open_browser(anna)
    page.goto("/opportunities/")
    menu = page.locator(".user-menu summary")
    menu.click()
    link = page.get_by_role("link", name="Change password")
    link.focus()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_keyboard_reaches_the_content_first(open_browser, anna):
    page = open_browser(anna)
    page.goto("/opportunities/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_search_box_searches_opportunities(open_browser, anna):
    make_opportunity(anna, topic="Espresso machines")
    make_opportunity(anna, topic="Something else")
    page = open_browser(anna, "phone")
    page.goto("/accounts/")
    page.get_by_role("searchbox", name="Search opportunities").fill("espr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Espresso machines")).to_be_visible()
    expect(page.get_by_role("link", name="Something else")).to_have_count(0)


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_on_any_page(open_browser, accessible, transactional_db, admin, size, scheme):
    rival, account = make_competitor("Rival", website="https://rival.example/"), make_account("Contoso")
    opportunity = make_opportunity(admin, account=account, competitors=[rival])
    quote = make_quote(opportunity, "active")
    make_opportunity(admin, account=account, state="lost", close={"competitor": rival})
    page = open_browser(admin, size, color_scheme=scheme)
    records = [(kind, record) for kind, record in (("account", account), ("competitor", rival))]
    addresses = [
        *map(reverse, ("opportunities", "quotes", "accounts", "competitors", "change-password", "preferences")),
        *map(reverse, ("opportunity-new", "account-new", "competitor-new")),
        "/opportunities/?view=closed",
        "/opportunities/?search=nothing",
        "/opportunities/?colour=red",
        *(reverse(f"{kind}{deed}", args=[record.pk]) for kind, record in records for deed in ("", "-edit", "-delete")),
        *(f"{opportunity.get_absolute_url()}?tab={tab}" for tab in ("summary", "quotes", "activities", "timeline")),
        reverse("opportunity-edit", args=[opportunity.pk]),
        reverse("opportunity-close-as-won", args=[opportunity.pk]),
        quote.get_absolute_url(),
        "/nowhere/",
        "/problems/",
        "/problems/in_use/",
    ]
    for address in addresses:
        page.goto(address)
        accessible(page)


def test_axe_finds_nothing_on_the_way_in(open_browser, accessible, anna):
    page = open_browser(None, "phone")
    page.goto("/sign-in/")
    accessible(page)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)
