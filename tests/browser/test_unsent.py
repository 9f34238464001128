"""What was typed and not sent: the browser asks before it is left, the product before it is replaced."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Error, Locator, Page, expect

from crm.models import User
from opportunities.models import Account, Opportunity, State
from tests.factories import make_opportunity


class Questions:
    """Of the browser; he who is asked stays on the page unless told otherwise."""

    def __init__(self, page: Page) -> None:
        self.count, self.stays = 0, True
        page.on("dialog", self.answer)

    def answer(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.count += 1
        if self.stays:
            dialog.dismiss()
        else:
            dialog.accept()


@pytest.fixture
def opportunity(transactional_db: None, rep: User) -> Opportunity:
    return make_opportunity(rep, topic="Forty machines", description="Forty.")


@pytest.fixture
def page(open_browser: Callable[..., Page], opportunity: Opportunity) -> Page:
    page = open_browser(opportunity.owner)
    page.goto("/opportunities/")
    return page


@pytest.fixture
def asked(page: Page) -> Questions:
    return Questions(page)


@pytest.fixture
def description(page: Page, opportunity: Opportunity) -> Locator:
    """In its place on the record."""
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("link", name="Edit Description").click()
    return page.get_by_role("textbox", name="Description")


@pytest.fixture
def question(page: Page) -> Locator:
    return page.get_by_role("alertdialog", name="Discard what you typed?")


def tries_to_leave(page: Page, way: str) -> None:
    """The browser tells whom it held back as a navigation that failed."""
    try:
        if way == "link":
            page.get_by_role("link", name="Home").first.click()
        elif way == "search":
            page.get_by_role("combobox", name="Search").fill("forty")
            page.get_by_role("combobox", name="Search").press("Enter")
        elif way == "back":
            page.go_back(timeout=1000)
        else:
            page.reload(timeout=1000)
    except Error:
        pass


WAYS = ("link", "search", "back", "reload")


@pytest.mark.parametrize("way", WAYS)
def test_the_browser_asks_before_a_section_is_left(page, asked, description, way):
    description.fill("Fifty.")
    tries_to_leave(page, way)
    expect(description).to_have_value("Fifty.")
    assert asked.count == 1
    asked.stays = False
    tries_to_leave(page, way)
    expect(description).to_have_count(0)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_typed_is_nothing_asked(page, asked, description, way):
    description.fill("Fifty.")
    description.fill("Forty.")
    tries_to_leave(page, way)
    expect(description).to_have_count(0)
    assert asked.count == 0


def test_it_asks_before_a_page_with_a_form_is_left_also_where_the_form_was_refused(page, asked):
    page.goto("/opportunities/new/")
    topic, revenue = page.get_by_label("Topic"), page.get_by_label("Estimated revenue")
    topic.fill("Fifty machines")
    revenue.fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert asked.count == 0
    tries_to_leave(page, "link")
    assert asked.count == 1
    expect(topic).to_have_value("Fifty machines")
    revenue.fill("500")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Fifty machines” was created.")).to_be_visible()
    assert asked.count == 1


def test_it_asks_before_a_dialog_is_left_with_its_page(page, asked, opportunity):
    page.goto(opportunity.get_absolute_url())
    page.locator("#command-close-as-won").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Description").fill("They signed.")
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked.count == 1
    dialog.get_by_role("button", name="Close Opportunity").click()
    expect(page.get_by_text("was closed as won.")).to_be_visible()
    assert asked.count == 1
    assert Opportunity.objects.get().state == State.WON


def test_what_is_sent_is_not_asked_about(page, asked, description):
    description.fill("Fifty.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Description")).to_contain_text("Fifty.")
    tries_to_leave(page, "link")
    expect(description).to_have_count(0)
    expect(page.get_by_role("region", name="Description")).to_have_count(0)
    assert asked.count == 0


def test_signing_in_or_out_choosing_rows_and_filtering_ask_nothing(page, asked, open_browser, description):
    page.goto("/opportunities/")
    page.get_by_role("checkbox", name="Select Forty machines").check()
    page.get_by_role("link", name="Edit filters").click()
    page.get_by_role("dialog").get_by_role("textbox").first.fill("Forty")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto("/accounts/new/")
    page.get_by_label("Name").fill("Contoso")
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Username").fill("rep")
    page.get_by_role("link", name="Help").click()
    expect(page.get_by_label("Username")).to_have_count(0)
    assert asked.count == 0
    assert not Account.objects.exists()


@pytest.mark.parametrize("way", ["Cancel", "Escape"])
def test_a_section_asks_before_it_is_cancelled(page, accessible, asked, description, question, way, size):
    page.set_viewport_size({"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}[size])

    def cancel() -> None:
        if way == "Cancel":
            page.get_by_role("link", name="Cancel").click()
        else:
            description.press("Escape")

    description.fill("Fifty.")
    cancel()
    expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(description).to_have_value("Fifty.")
    cancel()
    question.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("link", name="Edit Description")).to_be_focused()
    expect(page.get_by_role("region", name="Description")).to_contain_text("Forty.")
    assert asked.count == 0


def test_a_section_in_which_nothing_was_typed_is_cancelled_at_once(page, description, question):
    description.press("Escape")
    expect(page.get_by_role("link", name="Edit Description")).to_be_focused()
    expect(question).to_be_hidden()


def test_what_was_refused_in_a_section_is_still_typed(page, opportunity, question):
    page.goto(opportunity.get_absolute_url())
    page.get_by_role("link", name="Edit Estimate and forecast").click()
    page.get_by_role("textbox", name="Estimated revenue").fill("much")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(question).to_be_visible()
