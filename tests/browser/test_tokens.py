"""A token from the menu to its end, on every screen, without a fault that axe finds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.models import Token, User
from tests.conftest import ApiClient

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_is_made_shown_once_and_revoked(
    admin: User, open_browser: Callable[..., Page], accessible: Callable[[Page], None], size: str
) -> None:
    page = open_browser(admin, size)
    page.goto("/opportunities/")
    page.locator(".user-menu summary").click()
    page.get_by_role("link", name="Access tokens").click()
    page.get_by_role("link", name="New token").click()
    accessible(page)
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_role("button", name="Make token").click()
    accessible(page)
    secret = page.locator(".secret").inner_text()
    assert ApiClient(secret).get("users/me/").status_code == 200
    page.get_by_role("link", name="Back to the access tokens").click()
    accessible(page)
    page.get_by_role("link", name="Revoke Nightly report").click()
    expect(page.get_by_role("dialog")).to_contain_text("This cannot be undone.")
    accessible(page)
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("You have no token.")
    assert Token.objects.get().revoked_at
    assert ApiClient(secret).get("users/me/").status_code == 401
