"""The dialog of the page: opened by a command, kept by Esc and focus, sent once."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from crm.models import Event
from opportunities.actions import edit_opportunity
from opportunities.close_fields.kinds import FieldType
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose, State, StatusReason
from tests.factories import (
    PASSWORD,
    close_won,
    make_account,
    make_close_field,
    make_competitor,
    make_opportunity,
    make_quote,
    make_user,
)


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
    page.get_by_role("button", name="More commands").click()
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
        expect(dialog).to_be_visible()
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


def offered(page: Page) -> Locator:
    """The options of the combobox that is open."""
    return page.locator(".combobox [role=option]")


class TestClosing:
    """By keyboard alone: a competitor found or named anew, closed, undone; and whatever comes between."""

    @pytest.fixture(autouse=True)
    def competitors(self, transactional_db):
        return [make_competitor(name) for name in ("Northwind", "Nordlys", "Contoso")]

    @pytest.fixture
    def opportunity(self, manager):
        StatusReason.objects.filter(pk=5).update(requires_competitor=True)
        return make_opportunity(manager, topic="Forty machines")

    @pytest.fixture
    def opened(self, open_browser, manager, opportunity):
        def opened(outcome="Lost", size="desktop", **options):
            page = open_browser(manager, size, **options)
            page.goto(opportunity.get_absolute_url())
            command = page.get_by_role("link", name=f"Close as {outcome}", exact=True)
            command.focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("dialog", name=f"Close Opportunity as {outcome.lower()}")).to_be_visible()
            return page

        return opened

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_a_competitor_is_found_the_deal_closed_and_that_undone(self, opened, opportunity, accessible, theme):
        page = opened(color_scheme=theme)
        keyboard, box = page.keyboard, page.get_by_role("combobox", name="Competitor")
        expect(page.get_by_label("Status reason", exact=True)).to_be_focused()
        keyboard.type("Out")
        expect(box).to_have_attribute("aria-required", "true")
        while not box.evaluate("box => box === document.activeElement"):
            keyboard.press("Tab")
        keyboard.type("no")
        expect(offered(page)).to_have_text(["Nordlys", "Northwind", "New competitor “no”"])
        expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("2 choices. New competitor “no”")
        accessible(page)
        keyboard.press("ArrowDown")
        keyboard.press("ArrowDown")
        expect(page.get_by_role("option", name="Northwind")).to_have_attribute("aria-selected", "true")
        keyboard.press("Enter")
        expect(box).to_have_value("Northwind")
        expect(box).to_be_focused()
        keyboard.press("Tab")
        keyboard.type("Cheaper.")
        with page.expect_navigation():
            keyboard.press("Control+Enter")
        toast = page.locator(".toast")
        expect(toast).to_contain_text("“Forty machines” was closed as lost.")
        accessible(page)
        assert OpportunityClose.objects.get().competitor_name == "Northwind"
        undo = toast.get_by_role("button", name="Undo")
        page.locator("#main").focus()
        keyboard.press("Tab")
        expect(undo).to_be_focused()
        with page.expect_navigation():
            keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("“Forty machines” was reopened.")
        assert Opportunity.objects.get().state == State.OPEN

    def test_a_new_competitor_comes_with_the_closing_only(self, opened):
        page = opened()
        box = page.get_by_role("combobox", name="Competitor")
        box.press_sequentially("Fabrikam")
        new = page.get_by_role("option", name="New competitor “Fabrikam”")
        expect(new).to_be_visible()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(box).to_have_value("Fabrikam")
        assert Competitor.objects.count() == 3
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_text("was closed as lost.")).to_be_visible()
        assert OpportunityClose.objects.get().competitor == Competitor.objects.get(name="Fabrikam")

    def test_what_was_typed_and_not_chosen_is_refused_beside_the_field(self, opened, accessible):
        page = opened()
        box, options = page.get_by_role("combobox", name="Competitor"), offered(page)
        box.press_sequentially("nord")
        expect(options.first).to_have_text("Nordlys")
        expect(options.first).to_be_visible()
        page.keyboard.press("Escape")
        expect(options.first).to_be_hidden()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_be_visible()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_role("alert")).to_contain_text("Competitor: Choose one from the list, or empty this field.")
        expect(box).to_be_focused()
        expect(box).to_have_value("nord")
        expect(box).to_have_accessible_description("Choose one from the list, or empty this field.")
        accessible(page)
        assert not OpportunityClose.objects.exists()
        box.fill("nordlys")
        expect(options.first).to_be_visible()
        page.keyboard.press("Tab")
        expect(box).to_have_value("Nordlys")
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_text("was closed as lost.")).to_be_visible()
        assert OpportunityClose.objects.get().competitor_name == "Nordlys"

    def test_half_a_date_is_refused_and_not_taken_for_none(self, opened):
        page = opened()
        day = page.get_by_label("Close date")
        day.press("ArrowRight")
        day.press("Delete")
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_role("alert")).to_contain_text("Close date: Enter a valid date.")
        expect(day).to_be_focused()
        assert not OpportunityClose.objects.exists()

    @pytest.mark.parametrize("scripts", [True, False])
    def test_what_is_missing_is_told_by_the_server_alone(self, open_browser, manager, opportunity, scripts):
        make_quote(opportunity, "active")
        page = open_browser(manager, java_script_enabled=scripts, locale="da")
        page.goto(opportunity.get_absolute_url())
        page.get_by_role("link", name="Luk som vundet", exact=True).click()
        page.get_by_role("button", name="Luk salgsmulighed").click()
        choose = "Åbne tilbud: Vælg, hvordan de åbne tilbud skal lukkes, eller luk dem først."
        expect(page.get_by_role("alert")).to_contain_text(choose)
        expect(page.get_by_role("radiogroup", name="Åbne tilbud").get_by_role("radio").first).to_be_focused()
        assert not OpportunityClose.objects.exists()

    def test_all_are_offered_where_one_is_chosen(self, opened):
        page = opened()
        box = page.get_by_role("combobox", name="Competitor")
        box.press("ArrowDown")
        expect(offered(page)).to_have_text(["Contoso", "Nordlys", "Northwind"])
        expect(offered(page).first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        expect(box).to_have_value("Contoso")
        box.press("ArrowDown")
        expect(offered(page)).to_have_count(3)

    def test_clicked_twice_it_is_closed_once(self, opened):
        page = opened("Won")
        sent = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        # A third time, after the answer and before the page that it leads to.
        page.evaluate("addEventListener('htmx:afterRequest', ({ target }) => setTimeout(() => target.requestSubmit()))")
        page.get_by_role("button", name="Close Opportunity").dblclick()
        expect(page.get_by_text("was closed as won.")).to_be_visible()
        assert len(sent) == 1
        assert Event.objects.filter(type="opportunity.won").count() == 1

    def test_someone_else_was_faster_and_nothing_typed_is_lost(self, opened, opportunity, rep, accessible):
        page = opened()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Description").fill("Typed with care")
        close_won(opportunity, actor=rep)
        dialog.get_by_role("button", name="Close Opportunity").click()
        alert = dialog.get_by_role("alert")
        expect(alert).to_contain_text("Rep closed this opportunity as won on")
        expect(alert).to_be_focused()
        expect(alert).to_contain_text("copy what you want to keep")
        typed = dialog.get_by_role("textbox", name="Description")
        expect(typed).to_have_value("Typed with care")
        expect(typed).not_to_be_editable()
        typed.focus()
        page.keyboard.press("Control+a")
        assert typed.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)") == "Typed with care"
        expect(dialog.get_by_role("textbox", name="Competitor")).not_to_be_editable()
        expect(dialog.get_by_label("Status reason", exact=True)).to_be_disabled()
        expect(dialog.get_by_role("button", name="Close Opportunity")).to_have_count(0)
        accessible(page)
        dialog.get_by_role("link", name="Open the opportunity").click()
        expect(page.get_by_text("Read-only. Rep closed this opportunity as Won")).to_be_visible()

    def test_someone_else_changed_it_and_it_can_be_sent_again(self, opened, opportunity, rep):
        page = opened()
        edit_opportunity(opportunity.pk, {"topic": "Fifty machines"}, actor=rep)
        page.get_by_role("textbox", name="Description").fill("Typed with care")
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Rep changed this record")
        page.get_by_role("button", name="Close Opportunity").click()
        expect(page.get_by_text("“Fifty machines” was closed as lost.")).to_be_visible()
        assert OpportunityClose.objects.get().description == "Typed with care"

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_errors_are_told_on_a_sheet_whose_buttons_stay_in_reach(self, opened, opportunity, accessible, theme):
        for kind in (FieldType.TEXT, FieldType.WHOLE_NUMBER, FieldType.DATE, FieldType.YES_NO):
            make_close_field(f"custom_{kind}", kind, help_en="What it is for.")
        make_close_field("cause", FieldType.CHOICE, options=("price", "product"))
        make_quote(opportunity)
        page = opened("Won", "phone", color_scheme=theme)
        dialog, button = page.get_by_role("dialog"), page.get_by_role("button", name="Close Opportunity")
        expect(dialog.get_by_role("radio").first).to_be_focused()
        expect(button).to_be_in_viewport(ratio=1)
        accessible(page)
        assert dialog.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
        dialog.get_by_role("radio").first.check()
        dialog.get_by_label("Actual revenue").fill("1.23.4")
        button.click()
        expect(dialog.get_by_role("alert")).to_contain_text("Actual revenue: Enter an amount")
        revenue = dialog.get_by_label("Actual revenue")
        expect(revenue).to_be_focused()
        told = "Left empty, it is $ 1,000.00. Enter an amount such as 1,234.50."
        expect(revenue).to_have_accessible_description(told)
        accessible(page)
        dialog.get_by_role("button", name="Close the dialog").focus()
        dialog.get_by_role("link", name="Actual revenue").click()
        expect(revenue).to_be_focused()
        expect(button).to_be_in_viewport(ratio=1)


class TestToast:
    @pytest.fixture
    def page(self, open_browser, admin, account):
        page = open_browser(admin)
        page.clock.install()
        page.goto("/accounts/new/")
        page.get_by_label("Name").fill("Fabrikam")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("“Fabrikam” was created.")
        return page

    def test_it_goes_after_half_a_minute_and_stays_while_it_has_the_focus(self, page):
        toast = page.locator(".toast")
        page.clock.run_for(29_000)
        expect(toast).to_be_visible()
        toast.get_by_role("button", name="Dismiss").focus()
        page.clock.run_for(60_000)
        expect(toast).to_be_visible()
        page.locator("#main").focus()
        page.clock.run_for(6_000)
        expect(toast).to_have_count(0)

    def test_it_can_be_dismissed_by_keyboard(self, page):
        page.get_by_role("button", name="Dismiss").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_have_count(0)
        expect(page.locator("#main")).to_be_focused()


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
