"""Choosing rows and changing them in a real browser: what was chosen stays chosen, and the run shows how far it is."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.lists import PAGE_SIZE
from opportunities import bulk_steps
from opportunities.actions import create_opportunity
from opportunities.models import Opportunity, State
from quotes.actions import close_open_quotes
from quotes.requests import QuoteCloseRequest
from quotes.states import QuoteStatusReason
from tests.factories import make_opportunity, make_quote

CLEARED = "The rows selected before are no longer selected."
LIST = "/opportunities/?view=my-open&ordering=topic"


@pytest.fixture
def sales(transactional_db, rep) -> list[Opportunity]:
    """More than a page of them."""
    topics = [f"Sale {number:03}" for number in range(PAGE_SIZE + 5)]
    return [
        create_opportunity({"owner": rep.pk, "topic": each, "estimated_revenue": Decimal(10)}, actor=rep)
        for each in topics
    ]


@pytest.fixture
def few(transactional_db, rep) -> list[Opportunity]:
    return [make_opportunity(rep, topic=topic) for topic in ("One", "Two", "Three")]


def tick(page: Page, *topics: str) -> None:
    for topic in topics:
        page.get_by_role("checkbox", name=f"Select {topic}", exact=True).check()


def count(page: Page, text: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(text)


def command(page: Page, name: str) -> None:
    page.locator("#selection").get_by_role("button", name=name).click()


def change_view(page: Page, name: str) -> None:
    page.locator(".views summary").click()
    page.locator(".views").get_by_role("link", name=name).click()
    expect(page).to_have_title(re.compile(name))


def states() -> dict[str, int]:
    return dict(Opportunity.objects.order_by("topic").values_list("topic", "state"))


def test_rows_of_several_pages_are_chosen_and_closed(open_browser, accessible, rep, sales, monkeypatch):
    monkeypatch.setattr(bulk_steps, "CHUNK", 1)
    quote = make_quote(sales[1], "active")
    page = open_browser(rep)
    page.goto(LIST)
    expect(page.locator("#selection")).to_be_hidden()
    tick(page, "Sale 000", "Sale 001")
    count(page, "2 selected")
    expect(page.locator("[data-selection-status]")).to_have_text("2 selected")
    accessible(page)
    page.get_by_role("link", name="Next page").click()
    tick(page, f"Sale {PAGE_SIZE:03}")
    count(page, "3 selected")
    page.get_by_role("columnheader", name="Topic").get_by_role("link").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Topic")
    count(page, "3 selected")
    expect(page.get_by_role("checkbox", name=f"Select Sale {PAGE_SIZE:03}")).to_be_checked()

    command(page, "Close as Won")
    expect(page.get_by_text("3 opportunities are selected.")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    expect(page.get_by_text(quote.number)).to_be_visible()
    accessible(page)
    assert set(states().values()) == {State.OPEN}

    page.get_by_role("button", name="Close as Won (2)").click()
    expect(page.get_by_text("What was refused is unchanged.")).to_be_visible()
    expect(page.locator("[data-row]").first).to_contain_text("These quotes are still open")
    accessible(page)
    assert [topic for topic, state in states().items() if state == State.WON] == ["Sale 000", f"Sale {PAGE_SIZE:03}"]

    close_open_quotes(sales[1].pk, QuoteCloseRequest(status_reason=QuoteStatusReason.LOST), actor=rep)
    page.get_by_role("button", name="Try these again").click()
    page.get_by_role("button", name="Close as Won (1)").click()
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    assert states()["Sale 001"] == State.WON
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#selection")).to_be_hidden()
    assert "view=my-open" in page.url


def test_all_of_the_view_and_all_of_the_page(open_browser, rep, sales):
    page = open_browser(rep)
    page.goto(LIST)
    whole_page = page.get_by_role("checkbox", name="Select all on this page")
    whole_page.check()
    count(page, f"{PAGE_SIZE} selected")
    page.get_by_role("checkbox", name="Select Sale 000").uncheck()
    count(page, f"{PAGE_SIZE - 1} selected")
    assert whole_page.evaluate("box => box.indeterminate")
    page.get_by_role("checkbox", name=f"All {len(sales)} of this view").check()
    count(page, f"All {len(sales)} records of this view are selected")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("checkbox", name=f"Select Sale {PAGE_SIZE:03}")).to_be_checked()
    command(page, "Assign")
    expect(page.get_by_text(f"{len(sales)} opportunities are selected.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    count(page, f"All {len(sales)} records of this view are selected")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator("[data-selection-status]")).to_have_text("Nothing is selected")


def test_another_view_begins_with_nothing_chosen_and_says_so(open_browser, accessible, rep, few):
    page = open_browser(rep)
    page.goto(LIST)
    tick(page, "One")
    page.reload()
    count(page, "1 selected")
    change_view(page, "All Opportunities")
    expect(page.get_by_role("checkbox", name="Select One")).not_to_be_checked()
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator("#announcer")).to_have_text(f"All Opportunities: 3 records. {CLEARED}")
    accessible(page)
    change_view(page, "My Open Opportunities")
    expect(page.locator("#announcer")).to_have_text("My Open Opportunities: 3 records")
    expect(page.locator("#selection")).to_be_hidden()


@pytest.mark.parametrize("whole", [True, False])
def test_who_opens_a_record_and_goes_back_finds_his_choice(open_browser, rep, few, whole):
    page = open_browser(rep)
    page.goto("/opportunities/")
    tick(page, "One")
    if whole:
        page.get_by_role("checkbox", name="All 3 of this view").check()
    chosen = "All 3 records of this view are selected" if whole else "1 selected"
    page.get_by_role("link", name="Two", exact=True).click()
    expect(page.get_by_role("heading", name="Two", level=1)).to_be_visible()
    page.go_back()
    count(page, chosen)
    page.get_by_role("link", name="Two", exact=True).click()
    page.get_by_role("link", name="Timeline").click()
    page.get_by_role("navigation", name="Site map").get_by_role("link", name="Opportunities", exact=True).click()
    expect(page.get_by_role("heading", name="Open Opportunities")).to_be_visible()
    count(page, chosen)


@pytest.mark.parametrize("place", ["Home", "Accounts"])
def test_who_went_elsewhere_begins_with_nothing_chosen_and_is_told(open_browser, rep, few, place):
    page = open_browser(rep)
    page.goto("/opportunities/")
    tick(page, "One", "Two")
    site_map = page.get_by_role("navigation", name="Site map")
    site_map.get_by_role("link", name=place, exact=True).click()
    expect(page).to_have_title(re.compile("My work|Accounts"))
    told = page.locator("#announcer")
    if place == "Accounts":
        expect(told).to_contain_text(CLEARED)
    site_map.get_by_role("link", name="Opportunities", exact=True).click()
    expect(page.get_by_role("heading", name="Open Opportunities")).to_be_visible()
    if place == "Home":
        expect(told).to_contain_text(CLEARED)
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Select One")).not_to_be_checked()


def test_a_step_that_fails_is_tried_again(open_browser, accessible, rep, few, monkeypatch):
    monkeypatch.setattr(bulk_steps, "CHUNK", 1)
    page = open_browser(rep)
    page.goto(LIST)
    page.get_by_role("checkbox", name="Select all on this page").check()
    command(page, "Close as Lost")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    answered = []

    def second_fails(route):
        answered.append(route)
        if len(answered) == 2:
            route.fulfill(status=503, body="away")
        else:
            route.continue_()

    page.route("**/bulk/close-as-lost/*", second_fails)
    page.get_by_role("button", name="Close as Lost (3)").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("The server could not be reached")
    expect(page.get_by_role("status").filter(has_text="processed")).to_have_text("1 of 3 processed")
    expect(page.get_by_role("progressbar", name="Progress")).to_have_js_property("value", 1)
    expect(page.locator("[data-row] .badge--done")).to_have_text("Closed as lost")
    accessible(page)
    again.click()
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    assert set(states().values()) == {State.LOST}
    page.go_back()
    expect(page.locator("[data-row] .badge--already")).to_have_count(3)
    page.go_back()
    expect(page.get_by_role("button", name="Preview")).to_be_visible()


@pytest.mark.parametrize("button", ["Try again", "Stop"])
def test_a_run_goes_on_though_one_signed_in_anew_in_another_tab(open_browser, rep, few, monkeypatch, button):
    """Which changes the token that the page was loaded with."""
    monkeypatch.setattr(bulk_steps, "CHUNK", 1)
    page = open_browser(rep)
    page.goto(LIST)
    page.get_by_role("checkbox", name="Select all on this page").check()
    command(page, "Close as Lost")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    page.route("**/bulk/close-as-lost/*", lambda route: route.fulfill(status=503, body="away"))
    page.get_by_role("button", name="Close as Lost (3)").click()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    page.unroute("**/bulk/close-as-lost/*")
    (token,) = (each for each in page.context.cookies() if each["name"] == "csrftoken")
    page.context.add_cookies([token | {"value": "a" * 32}])
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("All of it is done." if button == "Try again" else "Not all were reached.")).to_be_visible()


def test_a_run_whose_session_ended_says_so_and_goes_on_after_signing_in(open_browser, rep, few, monkeypatch):
    monkeypatch.setattr(bulk_steps, "CHUNK", 1)
    page = open_browser(rep)
    page.goto(LIST)
    page.get_by_role("checkbox", name="Select all on this page").check()
    command(page, "Close as Lost")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    (session,) = (each for each in page.context.cookies() if each["name"] == "sessionid")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Close as Lost (3)").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.context.add_cookies([session])
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("All of it is done.")).to_be_visible()


def test_a_run_can_be_stopped(open_browser, rep, few, monkeypatch):
    monkeypatch.setattr(bulk_steps, "CHUNK", 1)
    page = open_browser(rep)
    page.goto(LIST)
    page.get_by_role("checkbox", name="Select all on this page").check()
    command(page, "Close as Lost")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    held = []
    page.route("**/bulk/close-as-lost/*", lambda route: route.continue_() if held else held.append(route))
    page.get_by_role("button", name="Close as Lost (3)").click()
    page.get_by_role("button", name="Stop").click()
    held[0].continue_()
    expect(page.get_by_text("Not all were reached.")).to_be_visible()
    assert sorted(states().values()) == [State.OPEN, State.OPEN, State.LOST]


def test_the_keyboard_is_enough(open_browser, rep, few):
    page = open_browser(rep)
    page.goto(LIST)
    page.get_by_role("checkbox", name="Select One").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    for __ in range(40):
        if page.evaluate("document.activeElement.innerText") == "Close as Won":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Description").focus()
    for __ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Preview":
            break
    page.keyboard.press("Enter")
    run = page.get_by_role("button", name="Close as Won (1)")
    run.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    assert states()["One"] == State.WON


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_each_step(open_browser, accessible, rep, few, width):
    make_quote(few[0])
    page = open_browser(rep, "phone")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(LIST)
    accessible(page)
    page.get_by_text("Select all on this page").click()
    count(page, "3 selected")
    accessible(page)
    command(page, "Close as Won")
    accessible(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Close the quotes as Lost").click()
    page.get_by_role("button", name="Close as Won (3)").click()
    expect(page.get_by_text("All of it is done.")).to_be_visible()
    accessible(page)


def test_all_of_it_works_without_scripts(open_browser, rep, few):
    make_quote(few[1])
    page = open_browser(rep, java_script_enabled=False)
    page.goto(LIST)
    tick(page, "One", "Two")
    command(page, "Close as Won")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    page.get_by_role("button", name="Close as Won (1)").click()
    expect(page.get_by_text("What was refused is unchanged.")).to_be_visible()
    assert states() == {"One": State.WON, "Three": State.OPEN, "Two": State.OPEN}
    page.goto(LIST)
    page.get_by_role("checkbox", name="All 2 of this view").check()
    command(page, "Close quotes")
    page.get_by_label("Lost").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-rows")).to_be_visible()
    page.get_by_role("button", name="Close quotes (1)").click()
    expect(page.get_by_text("All of it is done.")).to_be_visible()
