"""Help can be read by everyone, found by typing, and reached from where it is missed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from tests.factories import make_opportunity, make_quote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_answers_about_commands(
    open_browser: Callable[..., Page], accessible: Callable[[Page], None], rep: User, size: str, scheme: str
) -> None:
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    page = open_browser(rep, size, color_scheme=scheme)
    page.goto(f"/help/commands/?opportunity={opportunity.pk}")
    accessible(page)
    page.goto("/help/commands/")
    page.get_by_text("All roles").first.click()
    accessible(page)


def test_refusals_are_found_as_one_types(open_browser: Callable[..., Page], rep: User) -> None:
    page = open_browser(None)
    page.goto("/problems/")
    box = page.get_by_role("searchbox", name="Words of the message")
    box.press_sequentially("0x80040516")
    expect(page.get_by_role("status").filter(has_text="1 refusal")).to_be_visible()
    expect(page.locator("#found a")).to_have_text(["Open quotes"])
    expect(box).to_be_focused()
    expect(page).to_have_url("/problems/?search=0x80040516")


def test_a_missing_command_is_asked_for_at_the_commands(open_browser: Callable[..., Page], rep: User) -> None:
    opportunity = make_opportunity(rep, topic="Forty machines")
    page = open_browser(rep)
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("navigation", name="Commands").get_by_role("link", name="Missing a command?").click()
    expect(page.get_by_role("link", name="Forty machines")).to_be_visible()
    answer = page.get_by_role("listitem").filter(has_text="Reopen Opportunity")
    expect(answer).to_contain_text("there is nothing to reopen")
    answer.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Already open")
