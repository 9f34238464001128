"""The dialog of the page: opened by a command, kept by Esc and focus, sent once."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from opportunities.models import Account, OpportunityClose
from tests.factories import PASSWORD, make_account, make_opportunity, make_quote, make_user


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


class TestWhatWasTyped:
    @pytest.fixture
    def opportunity(self, transactional_db, rep):
        return make_opportunity(rep)

    @pytest.fixture
    def page(self, open_browser, rep, opportunity):
        page = open_browser(rep)
        page.goto(opportunity.get_absolute_url())
        page.get_by_role("link", name="Close as Lost", exact=True).click()
        return page

    @pytest.fixture
    def dialog(self, page):
        return page.get_by_role("dialog", name="Close Opportunity as lost")

    @pytest.fixture
    def question(self, page):
        return page.get_by_role("alertdialog", name="Discard what you typed?")

    def test_esc_asks_before_throwing_it_away(self, page, dialog, question, accessible):
        dialog.get_by_role("textbox", name="Description").fill("Too dear.")
        page.keyboard.press("Escape")
        expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
        accessible(page)
        page.keyboard.press("Escape")
        expect(question).to_be_hidden()
        expect(dialog.get_by_role("textbox", name="Description")).to_have_value("Too dear.")
        expect(dialog.get_by_role("textbox", name="Description")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.get_by_role("link", name="Close as Lost", exact=True)).to_be_focused()

    @pytest.mark.parametrize("way_out", [("link", "Cancel"), ("button", "Close the dialog")])
    def test_so_does_every_way_out(self, page, dialog, question, way_out):
        dialog.get_by_label("Status reason", exact=True).select_option("Out-Sold")
        dialog.get_by_role(way_out[0], name=way_out[1]).click()
        expect(question).to_be_visible()
        question.get_by_role("button", name="Discard").click()
        expect(dialog).to_be_hidden()

    def test_what_was_refused_is_still_typed(self, page, dialog, question):
        dialog.get_by_label("Actual revenue").fill("much")
        dialog.get_by_role("button", name="Close Opportunity").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        page.keyboard.press("Escape")
        expect(question).to_be_visible()

    def test_nothing_typed_is_nothing_asked(self, page, dialog, question):
        description = dialog.get_by_role("textbox", name="Description")
        description.fill("x")
        description.fill("")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(question).to_be_hidden()

    def test_it_outlives_a_server_that_cannot_be_reached(self, page, dialog, accessible):
        dialog.get_by_role("textbox", name="Description").fill("Too dear.")
        page.context.set_offline(True)
        dialog.get_by_role("button", name="Close Opportunity").click()
        expect(dialog.get_by_role("alert")).to_contain_text("The server could not be reached")
        accessible(page)
        page.context.set_offline(False)
        dialog.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_text("was closed as lost.")).to_be_visible()
        assert OpportunityClose.objects.get().description == "Too dear."

    def test_it_outlives_the_session(self, page, dialog, accessible, rep, opportunity):
        rep.set_password(PASSWORD)
        rep.save(update_fields=["password"])
        dialog.get_by_role("textbox", name="Description").fill("Too dear.")
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        dialog.get_by_role("button", name="Close Opportunity").click()
        expect(dialog.get_by_role("alert")).to_contain_text("You were signed out.")
        accessible(page)
        with page.context.expect_page() as opened:
            dialog.get_by_role("link", name="Sign in").click()
        opened.value.get_by_label("Username").fill("rep")
        opened.value.get_by_label("Password").fill(PASSWORD)
        opened.value.get_by_role("button", name="Sign in").click()
        expect(opened.value.locator(".user-menu")).to_be_visible()
        dialog.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_text("was closed as lost.")).to_be_visible()
        assert OpportunityClose.objects.get().description == "Too dear."


def test_a_form_is_taken_though_one_signed_in_anew_in_another_tab(open_browser, transactional_db, units):
    anna = make_user("anna", "salesperson", units.north, password=PASSWORD)
    page = open_browser(anna)
    page.goto("/accounts/new/")
    page.get_by_label("Name").fill("Contoso")
    other = page.context.new_page()
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    other.goto("/sign-in/")
    other.get_by_label("Username").fill("anna")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator(".user-menu")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Contoso” was created.")).to_be_visible()
