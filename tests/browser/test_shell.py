"""The shell in a real browser: signing in, the site map, the menus, with and without JavaScript."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.factories import PASSWORD, make_opportunity, make_quote, make_user

THEMES = ("light", "dark")
# How far things moved on the page without anyone's doing (cumulative layout shift).
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((entry) => { sum += entry.value; });
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


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


def test_the_drawer_takes_the_focus_and_gives_it_back(open_browser, accessible, anna):
    page = open_browser(anna, "phone")
    page.goto("/accounts/")
    button = page.locator(".drawer summary")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".drawer").get_by_role("link", name="Accounts")).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator(".drawer nav")).to_be_hidden()
    button.click()
    page.mouse.click(370, 600)
    expect(page.locator(".drawer nav")).to_be_hidden()


def test_on_a_phone_the_first_commands_stay_and_the_others_come_up_in_a_sheet(open_browser, accessible, anna):
    page = open_browser(anna, "phone")
    page.goto(make_opportunity(anna).get_absolute_url())
    bar = page.get_by_role("navigation", name="Commands")
    assert bar.bounding_box()["height"] < 60
    expect(bar.get_by_role("link")).to_have_text(["Close as Won", "Close as Lost"])
    more = bar.get_by_role("button", name="More commands")
    more.focus()
    page.keyboard.press("Enter")
    for __ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#command-close-quotes")).to_be_focused()
    expect(page.get_by_text("This opportunity has no draft or active quote.")).to_be_in_viewport(ratio=1)
    accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(more).to_be_focused()


def test_the_sheet_needs_no_scripts(open_browser, anna):
    page = open_browser(anna, "phone", java_script_enabled=False)
    page.goto(make_opportunity(anna).get_absolute_url())
    page.get_by_role("button", name="More commands").click()
    page.get_by_role("link", name="New quote").click()
    expect(page.get_by_role("heading", name="New quote")).to_be_visible()


def test_on_a_phone_the_present_tab_is_in_sight(open_browser, anna):
    page = open_browser(anna, "phone")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{make_opportunity(anna).get_absolute_url()}?tab=timeline")
    tabs = page.get_by_role("navigation", name="Tabs of the record")
    assert tabs.bounding_box()["height"] < 60
    expect(tabs.get_by_role("link", name="Timeline")).to_be_in_viewport(ratio=0.95)


@pytest.mark.parametrize("theme", THEMES)
def test_the_chosen_theme_holds_whatever_the_system_prefers(open_browser, accessible, anna, theme, size):
    other = next(each for each in THEMES if each != theme)
    make_opportunity(anna, topic="Espresso")
    make_quote(make_opportunity(anna), "active")
    page = open_browser(anna, size, color_scheme=other)
    page.goto("/preferences/")
    accessible(page)
    page.get_by_label(theme.capitalize()).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings were saved.")).to_be_visible()
    accessible(page)
    ground = {"light": "rgb(243, 244, 246)", "dark": "rgb(20, 20, 20)"}[theme]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    page.goto("/opportunities/")
    accessible(page)
    page.get_by_role("link", name="Espresso").click()
    accessible(page)
    page.get_by_role("link", name="Close as Won", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    accessible(page)
    page.goto("/search/?q=espr")
    accessible(page)


def test_every_colour_is_a_property_with_a_light_and_a_dark_value():
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])|\b(?:rgb|hsl|oklch)a?\(")
    for path in Path(settings.BASE_DIR, "crm/static/crm").glob("*.css"):
        lines = path.read_text().splitlines()
        assert [line for line in lines if named.search(line) and not line.startswith("  --")] == [], path.name


def test_a_site_map_that_was_put_away_does_not_flash(open_browser, anna):
    page = open_browser(anna)
    page.goto("/opportunities/")
    page.get_by_role("button", name="Site map").click()
    page.goto("/accounts/")
    assert page.evaluate(SHIFT) == 0
    toggle = page.get_by_role("button", name="Site map")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(page.locator("#side")).to_be_visible()


def test_the_first_page_is_light_and_asks_no_one_else(open_browser, live_server, anna):
    page = open_browser(anna)
    answers = []

    def note(answer):
        answers.append(answer)

    page.on("response", note)
    page.goto("/opportunities/")
    page.wait_for_load_state("networkidle")
    assert len(answers) > 5
    assert all(answer.url.startswith(live_server.url) for answer in answers)
    assert sum(len(gzip.compress(answer.body())) for answer in answers) < 100_000


@pytest.mark.parametrize("width", [320, 390])
def test_the_top_bar_fits_a_narrow_phone(open_browser, anna, width):
    page = open_browser(anna, "phone")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto("/opportunities/")
    for part in (".drawer summary", "#global-search", ".user-menu summary"):
        box = page.locator(part).bounding_box()
        assert box["width"] >= 24
        assert 0 <= box["x"] <= width - box["width"], part


def test_titles_say_what_the_page_is_and_where(open_browser, anna):
    opportunity = make_opportunity(anna, topic="Espresso")
    page = open_browser(anna)
    for address, title in (
        (opportunity.get_absolute_url(), "Espresso – Opportunities · Sales Hub"),
        (f"{opportunity.get_absolute_url()}close-as-won/", "Close Opportunity as won – Espresso · Sales Hub"),
        ("/accounts/new/", "New account – Accounts · Sales Hub"),
        ("/search/?q=espr", "Results for “espr” · Sales Hub"),
    ):
        page.goto(address)
        expect(page).to_have_title(title)


def test_axe_finds_nothing_on_the_way_in(open_browser, accessible, anna):
    page = open_browser(None, "phone")
    page.goto("/sign-in/")
    accessible(page)
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    accessible(page)
