"""The dialog of the page: opened by a command, kept by Esc and focus, sent once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from opportunities.models import Account
from tests.factories import make_account, make_opportunity, make_quote


@pytest.fixture
def account(transactional_db, admin):
    return make_account("Contoso")


def test_a_command_opens_the_dialog_and_esc_returns_the_focus(open_browser, accessible, admin, account, size):
    page = open_browser(admin, size)
    page.goto(f"/accounts/{account.pk}/")
    command = page.get_by_role("link", name="Delete")
    command.click()
    dialog = page.get_by_role("dialog", name="Delete account")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(command).to_be_focused()
    command.click()
    page.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert page.url.endswith(f"/accounts/{account.pk}/")


@pytest.mark.parametrize("scripts", [True, False])
def test_done_leads_on_and_says_so(open_browser, admin, account, scripts):
    page = open_browser(admin, java_script_enabled=scripts)
    page.goto(f"/accounts/{account.pk}/")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("“Contoso” was deleted.")).to_be_visible()
    assert not Account.objects.exists()


def test_a_refusal_stands_in_the_dialog(open_browser, accessible, admin, account):
    page = open_browser(admin)
    page.goto(f"/accounts/{account.pk}/")
    make_opportunity(admin, account=account)
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_role("alert")).to_contain_text("In use")
    expect(dialog.get_by_role("alert")).to_be_focused()
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)
    accessible(page)
    with page.expect_event("load"):
        dialog.get_by_role("link", name="Back to the record").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_winning_a_quote_goes_on_to_the_dialog_of_the_opportunity(open_browser, accessible, rep, transactional_db):
    opportunity = make_opportunity(rep)
    make_quote(opportunity, "active")
    page = open_browser(rep)
    page.goto(f"{opportunity.get_absolute_url()}?tab=quotes")
    page.get_by_role("link", name="Close Quote as Won").click()
    dialog = page.get_by_role("dialog", name="Close Quote as Won")
    expect(dialog.get_by_label("Close the other open quotes")).to_have_count(0)
    dialog.get_by_label("Close the opportunity as won next").check()
    accessible(page)
    dialog.get_by_role("button", name="Close Quote as Won").click()
    expect(page.get_by_role("dialog", name="Close Opportunity as won")).to_be_visible()
    assert page.url.endswith(opportunity.get_absolute_url())


def test_a_disabled_command_says_why_to_pointer_and_keyboard(open_browser, accessible, rep, account):
    page = open_browser(rep, "phone")
    page.goto(f"/accounts/{account.pk}/")
    reason = page.get_by_text("Only a system administrator may delete this.")
    expect(reason).to_be_hidden()
    command = page.get_by_role("button", name="Delete")
    command.focus()
    expect(reason).to_be_visible()
    expect(command).to_have_accessible_description("Only a system administrator may delete this.")
    accessible(page)


def test_a_form_is_sent_once_however_often_it_is_clicked(open_browser, admin, account):
    page = open_browser(admin)
    page.goto("/accounts/new/")
    page.get_by_label("Name").fill("Twice")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_text("“Twice” was created.")).to_be_visible()
    assert Account.objects.filter(name="Twice").count() == 1


def test_a_server_that_cannot_be_reached_is_told(open_browser, admin, account):
    page = open_browser(admin)
    page.goto(f"/accounts/{account.pk}/")
    page.context.set_offline(True)
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_text("The server could not be reached")).to_be_visible()
