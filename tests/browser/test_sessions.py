"""A session that ends while a record is worked on: it is told where one looks, and the same button sends it again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from opportunities.models import Opportunity, SalesStage
from tests.factories import PASSWORD, make_opportunity, make_user


@pytest.fixture
def page(open_browser: Callable[..., Page], transactional_db, units) -> Page:
    anna = make_user("anna", "salesperson", units.north, password=PASSWORD)
    page = open_browser(anna)
    page.goto(make_opportunity(anna, topic="Forty machines").get_absolute_url())
    return page


def is_signed_in_again(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (new tab)").click()
    other = opened.value
    other.get_by_label("Username").fill("anna")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator(".user-menu")).to_be_visible()


def test_a_section_in_its_place_outlives_it(page, accessible):
    page.locator("[data-part=description]").get_by_role("link").first.click()
    page.get_by_role("textbox", name="Description").fill("Too dear.")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Save").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("You were signed out. What you typed is still here")
    expect(notice).to_be_in_viewport()
    accessible(page)
    is_signed_in_again(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-part=description]")).to_contain_text("Too dear.")
    expect(notice).to_have_count(0)
    assert Opportunity.objects.get().description == "Too dear."


def test_so_does_the_move_to_another_stage(page):
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    develop = page.get_by_role("button", name="Develop")
    develop.click()
    expect(page.get_by_role("alert")).to_contain_text("You were signed out.")
    is_signed_in_again(page)
    develop.click()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert Opportunity.objects.get().sales_stage == SalesStage.DEVELOP
