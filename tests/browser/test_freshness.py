"""Two people look at the same: what one does, the other is told soon, and nothing that he types is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from crm.models import User
from opportunities.actions import delete_opportunity, edit_opportunity
from opportunities.models import Opportunity
from tests.factories import close_won, make_opportunity

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 12_000  # milliseconds


@pytest.fixture
def every_second(settings: LazySettings) -> None:
    settings.FRESHNESS_SECONDS = 1


@pytest.fixture
def opportunity(transactional_db: None, rep: User) -> Opportunity:
    return make_opportunity(rep, topic="Forty machines")


def told(page: Page) -> Any:
    return page.locator("#fresh")


def test_one_closes_and_the_other_is_told_within_the_usual_time(
    open_browser: Callable[..., Page],
    accessible: Callable[[Page], None],
    opportunity: Opportunity,
    manager: User,
    size: str,
) -> None:
    mine, theirs = open_browser(opportunity.owner, size), open_browser(manager)
    mine.goto(opportunity.get_absolute_url())
    theirs.goto(opportunity.get_absolute_url())
    theirs.locator("#command-close-as-won").click()
    theirs.get_by_role("button", name="Close Opportunity").click()
    expect(theirs.locator(".closed-banner")).to_be_visible()
    expect(told(mine)).to_contain_text("Manager closed the opportunity as won.", timeout=SOON)
    accessible(mine)
    expect(told(theirs)).to_be_empty()
    told(mine).get_by_role("link", name="Refresh").click()
    expect(mine.locator(".closed-banner")).to_be_visible()
    expect(told(mine)).to_be_empty()


def test_what_is_typed_in_a_dialog_stays_and_it_is_told_there(
    open_browser: Callable[..., Page],
    accessible: Callable[[Page], None],
    opportunity: Opportunity,
    manager: User,
    every_second: None,
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(opportunity.get_absolute_url())
    page.locator("#command-close-as-won").click()
    description = page.get_by_role("textbox", name="Description")
    description.fill("They signed")
    description.focus()
    edit_opportunity(opportunity.pk, {"topic": "Fifty machines"}, actor=manager)
    notice = page.locator("#dialog-notice")
    expect(notice).to_contain_text("Manager changed the opportunity.", timeout=SOON)
    expect(notice).to_contain_text("What you typed here is kept.")
    expect(description).to_have_value("They signed")
    expect(description).to_be_focused()
    accessible(page)


def test_a_form_says_that_what_is_typed_is_kept(
    open_browser: Callable[..., Page], opportunity: Opportunity, manager: User, every_second: None
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(f"{opportunity.get_absolute_url()}edit/")
    page.get_by_role("textbox", name="Topic").fill("Sixty machines")
    edit_opportunity(opportunity.pk, {"topic": "Fifty machines"}, actor=manager)
    expect(told(page)).to_contain_text("What you typed here is kept until you refresh.", timeout=SOON)
    expect(page.get_by_role("textbox", name="Topic")).to_have_value("Sixty machines")


def test_rows_of_a_list_are_marked_and_stay_where_they_are(
    open_browser: Callable[..., Page],
    accessible: Callable[[Page], None],
    opportunity: Opportunity,
    manager: User,
    every_second: None,
    size: str,
) -> None:
    other, left = make_opportunity(manager, topic="Untouched"), make_opportunity(manager, topic="Left")
    page = open_browser(opportunity.owner, size)
    page.goto("/opportunities/")
    close_won(opportunity, actor=manager)
    delete_opportunity(left.pk, actor=manager)
    expect(told(page)).to_contain_text("2 of these records were changed meanwhile.", timeout=SOON)
    rows = {name: page.get_by_role("row").filter(has_text=name) for name in ("Forty machines", "Left", other.topic)}
    expect(rows["Forty machines"].locator(".changed-mark")).to_have_text("changed")
    expect(rows["Left"].locator(".changed-mark")).to_have_text("gone")
    expect(rows[other.topic].locator(".changed-mark")).to_have_count(0)
    accessible(page)
    told(page).get_by_role("link", name="Refresh").click()
    expect(rows["Forty machines"]).to_have_count(0)
    expect(told(page)).to_be_empty()


def test_a_page_that_nobody_sees_asks_nothing_and_asks_at_once_when_it_is_seen(
    open_browser: Callable[..., Page], opportunity: Opportunity, manager: User, every_second: None
) -> None:
    page = open_browser(opportunity.owner)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/freshness/" in request.url else None)
    page.goto(opportunity.get_absolute_url())
    _see(page, seen=False)
    asked.clear()
    page.wait_for_timeout(2500)
    assert asked == []
    with page.expect_request("**/freshness/**", timeout=500):
        _see(page, seen=True)


def test_it_ends_with_the_session(
    open_browser: Callable[..., Page], opportunity: Opportunity, every_second: None
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(opportunity.get_absolute_url())
    with page.expect_response("**/freshness/**"):
        pass
    page.context.clear_cookies()
    with page.expect_response(lambda answer: "/freshness/" in answer.url and answer.status == 401):
        pass
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_while_the_server_is_away_it_asks_ever_more_seldom(
    open_browser: Callable[..., Page], opportunity: Opportunity, every_second: None
) -> None:
    page = open_browser(opportunity.owner)
    asked: list[str] = []
    page.route("**/freshness/**", lambda route: (asked.append(route.request.url), route.abort()))
    page.goto(opportunity.get_absolute_url())
    page.wait_for_timeout(6000)
    assert 2 <= len(asked) <= 3
    page.unroute("**/freshness/**")


def _see(page: Page, *, seen: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        not seen,
    )


def test_a_section_that_is_edited_in_its_place_hears_of_it_too(
    open_browser: Callable[..., Page], opportunity: Opportunity, manager: User, every_second: None
) -> None:
    page = open_browser(opportunity.owner)
    page.goto(opportunity.get_absolute_url())
    page.locator('[data-part="description"] [data-focus]').click()
    text = page.locator("main textarea")
    text.fill("They asked again")
    edit_opportunity(opportunity.pk, {"topic": "Fifty machines"}, actor=manager)
    expect(told(page)).to_contain_text("Manager changed the opportunity.", timeout=SOON)
    expect(text).to_have_value("They asked again")
