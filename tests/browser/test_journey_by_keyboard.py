"""The whole closing journey without a pointer: from signing in to reopening, by Tab, arrows, Enter and letters."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.models import User
from opportunities.models import Opportunity, OpportunityClose, State
from tests.factories import PASSWORD, make_competitor, make_opportunity, make_quote

TOPIC = "Forty espresso machines"
FARTHEST = 60  # presses of Tab


@pytest.fixture
def sale(transactional_db: None, rep: User) -> Opportunity:
    rep.set_password(PASSWORD)
    rep.save(update_fields=["password"])
    make_competitor("Northwind")
    sale = make_opportunity(rep, topic=TOPIC)
    make_quote(sale, "active")
    return sale


class Keyboard:
    """All that this journey has: no method of it clicks, checks, fills or focuses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.press = page.keyboard.press

    def reach(self, target: Locator) -> None:
        """Tab leads there, and to a place that is seen."""
        expect(target).to_be_visible()
        for __ in range(FARTHEST):
            if target.evaluate("each => each === document.activeElement"):
                expect(target).to_be_in_viewport()
                return
            self.press("Tab")
        raise AssertionError(f"{FARTHEST} times Tab does not lead to {target}.")

    def follow(self, role: str, name: str) -> None:
        self.enter(self.page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]

    def enter(self, target: Locator) -> None:
        self.reach(target)
        self.press("Enter")

    def type_into(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)


def test_a_deal_is_closed_and_reopened_by_keyboard_alone(
    open_browser: Callable[..., Page], sale: Opportunity, size: str
) -> None:
    page = open_browser(None, size)
    page.goto("/")
    keys = Keyboard(page)
    keys.type_into(page.get_by_label("Username"), "rep")
    keys.type_into(page.get_by_label("Password"), PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    keys.enter(page.get_by_role("link", name="Open Opportunities"))
    keys.follow("link", TOPIC)
    expect(page.get_by_role("heading", name=TOPIC, level=1)).to_be_visible()
    _close_as_lost(keys)
    _reopen(keys)
    assert Opportunity.objects.get().state == State.OPEN
    assert OpportunityClose.objects.get().competitor_name == "Northwind"


def _close_as_lost(keys: Keyboard) -> None:
    """At first without saying what becomes of the quote, which is refused where the answer is missing."""
    page, dialog = keys.page, keys.page.get_by_role("dialog")
    keys.follow("link", "Close as Lost")
    lost, canceled = dialog.get_by_role("radio").first, dialog.get_by_role("radio").last
    keys.type_into(dialog.get_by_role("combobox", name="Competitor", exact=True), "north")
    expect(dialog.get_by_role("option", name="Northwind")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type_into(dialog.get_by_role("textbox", name="Description"), "They were cheaper.")
    keys.follow("button", "Close Opportunity")
    expect(lost).to_be_focused()
    keys.press("Space")
    keys.press("ArrowDown")
    expect(canceled).to_be_checked()
    keys.follow("button", "Close Opportunity")
    expect(page.get_by_role("status").get_by_text(f"“{TOPIC}” was closed as lost.")).to_be_visible()
    expect(page.get_by_text("1 quote was closed as Canceled.")).to_be_visible()


def _reopen(keys: Keyboard) -> None:
    page = keys.page
    keys.follow("link", "Reopen Opportunity")
    keys.type_into(page.get_by_label("Reason for reopening"), "They changed their mind.")
    keys.follow("button", "Reopen Opportunity")
    expect(page.get_by_role("status").get_by_text(f"“{TOPIC}” was reopened.")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(TOPIC), level=1)).to_be_visible()
