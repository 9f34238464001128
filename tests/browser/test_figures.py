"""My work, records and the win/loss analysis: accessible in both languages, on phones, in dark and forced colours."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm import clock
from crm.models import User
from opportunities.models import Competitor
from tests.factories import make_account, make_competitor, make_opportunity

LONG = "An-extraordinarily-long-name-without-any-place-to-break-it-that-a-phone-must-not-choke-on-" * 2
HUGE = Decimal("999999999999.99")


@pytest.fixture
def rival(transactional_db: None, rep: User) -> Competitor:
    rival = make_competitor("Rival")
    for at, currency in enumerate(("USD", "DKK")):
        values = {"topic": LONG, "currency": currency, "estimated_revenue": HUGE, "competitors": [rival]}
        make_opportunity(rep, estimated_close_date=clock.today(), account=make_account(LONG), sales_stage=at, **values)
        for state in ("won", "lost"):
            make_opportunity(rep, state=state, close={"competitor": rival, "actual_revenue": HUGE}, **values)
    return rival


def addresses(rival: Competitor) -> list[str]:
    account = rival.contested.exclude(account=None).get(currency="USD").account
    records = [f"/competitors/{rival.pk}/", f"/accounts/{account.pk}/"]
    return ["/home/", "/home/?scope=team", *records, "/reports/win-loss/", "/reports/win-loss/?group_by=account"]


@pytest.mark.parametrize("language", ["en", "da"])
def test_figures_are_accessible_and_no_wider_than_any_screen(
    open_browser: Callable[..., Page],
    accessible: Callable[[Page], None],
    rep: User,
    rival: Competitor,
    language: str,
    size: str,
) -> None:
    rep.language = language
    rep.save(update_fields=["language"])
    page = open_browser(rep, size)
    for address in addresses(rival):
        page.goto(address)
        for summary in page.locator(".chart-table summary").all():
            summary.click()
        accessible(page)
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


@pytest.mark.parametrize("colours", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_figures_are_readable_in_other_colours(
    open_browser: Callable[..., Page],
    accessible: Callable[[Page], None],
    rep: User,
    rival: Competitor,
    colours: dict[str, str],
) -> None:
    page = open_browser(rep, **colours)
    for address in addresses(rival):
        page.goto(address)
        accessible(page)
    page.goto("/home/")
    fills = page.evaluate(
        "['won', 'lost'].map(key => getComputedStyle(document.querySelector(`.chart-bar--${key}`)).fill)"
    )
    assert fills[0] != fills[1]


def test_the_columns_of_a_table_stand_below_their_heads(
    open_browser: Callable[..., Page], rep: User, rival: Competitor, size: str
) -> None:
    page = open_browser(rep, size)
    page.goto("/home/")
    edges = page.get_by_role("table", name="Open by sales stage").evaluate(
        "table => [...table.rows].slice(0, 2).map(row => Math.round(row.cells[2].getBoundingClientRect().right))"
    )
    assert edges[0] == edges[1]


def test_the_empty_page_is_accessible(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], transactional_db: None, rep: User, size: str
) -> None:
    page = open_browser(rep, size)
    page.goto("/")
    accessible(page)
    page.get_by_role("link", name="New opportunity").click()
    expect(page.get_by_role("heading", name="New opportunity")).to_be_visible()


def test_a_number_leads_to_its_list_without_scripts(
    open_browser: Callable[..., Page], rep: User, rival: Competitor
) -> None:
    page = open_browser(rep, "phone", java_script_enabled=False)
    page.goto("/home/")
    page.locator(".chart-table summary").click()
    page.locator(".chart-table tbody tr").last.get_by_role("link").first.click()
    expect(page.get_by_text("2 records")).to_be_visible()
    assert "view=won" in page.url
