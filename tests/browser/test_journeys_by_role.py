"""A day of each role, at a desk and on a phone: what each is there for, from the first page to the last."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.models import User
from opportunities.models import Opportunity, OpportunityClose, SalesStage, State
from tests.browser.commands import press
from tests.factories import make_account, make_competitor, make_opportunity, make_quote

TOPIC = "Forty espresso machines"
Opener = Callable[..., Page]


@pytest.fixture
def sale(transactional_db: None, rep: User) -> Opportunity:
    """Blocked by an active quote."""
    make_competitor("Northwind")
    sale = make_opportunity(rep, topic=TOPIC, account=make_account("Contoso"))
    make_quote(sale, "active", name="Machines and service")
    return sale


def follow(page: Page, name: str) -> None:
    """A link of the site map, which is a drawer on a phone."""
    link = page.get_by_role("navigation", name="Site map").get_by_role("link", name=name).locator("visible=true")
    if not link.count():
        page.locator(".drawer summary").click()
    link.first.click()


def told(page: Page, text: str) -> Locator:
    toast = page.locator(".toast").filter(has_text=text)
    expect(toast).to_be_visible()
    return toast


def test_a_rep_moves_closes_undoes_loses_and_finds_it_again(
    open_browser: Opener, rep: User, sale: Opportunity, size: str
) -> None:
    page = open_browser(rep, size)
    page.goto("/")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    follow(page, "Opportunities")
    page.get_by_role("link", name=TOPIC).click()
    page.get_by_role("button", name="Propose – move the sale to this stage").click()
    expect(page.get_by_role("status").first).to_contain_text("The sales stage is now Propose.")

    press(page, "Close as Won")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 quote is still open.")).to_be_visible()
    dialog.get_by_role("button", name="Close Opportunity").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose how the open quotes are to be closed")
    assert Opportunity.objects.get().state == State.OPEN
    dialog.get_by_label("Close as Canceled along with the opportunity").check()
    dialog.get_by_role("button", name="Close Opportunity").click()
    with page.expect_navigation():
        told(page, f"“{TOPIC}” was closed as won.").get_by_role("button", name="Undo").click()
    told(page, f"“{TOPIC}” was reopened.")

    press(page, "Close as Lost")
    dialog.get_by_label("Status reason").select_option("Out-Sold")
    dialog.get_by_role("combobox", name="Competitor", exact=True).press_sequentially("north")
    dialog.get_by_role("option", name="Northwind").click()
    dialog.get_by_role("button", name="Close Opportunity").click()
    told(page, f"“{TOPIC}” was closed as lost.")
    follow(page, "Closed Opportunities")
    page.get_by_role("link", name=TOPIC).click()
    page.get_by_role("link", name="Related: Activities").click()
    page.get_by_role("link", name=f"Opportunity Close: {TOPIC}").first.click()
    expect(page.get_by_role("heading", name=TOPIC, level=1)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Northwind")
    assert Opportunity.objects.get().sales_stage == SalesStage.PROPOSE
    assert OpportunityClose.objects.count() == 2


def test_a_manager_finds_keeps_exports_and_closes_many(
    open_browser: Opener, manager: User, rep: User, sale: Opportunity, size: str
) -> None:
    for topic in ("Espresso one", "Espresso two"):
        make_opportunity(rep, topic=topic)
    make_opportunity(manager, topic="Not his")
    page = open_browser(manager, size)
    page.goto("/opportunities/?view=open")
    page.get_by_role("link", name="Edit filters").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Owner").select_option(label=rep.name)
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name=f"Remove the filter Owner: {rep.name}")).to_be_visible()
    press(page, "Edit columns")
    dialog.get_by_role("checkbox", name="Currency").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("tbody td[data-label=Currency]")).to_have_text(["USD"] * 3)
    page.locator(".views summary").click()
    page.get_by_role("link", name="Save view as").click()
    dialog.get_by_label("Name").fill("Of my rep")
    dialog.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Of my rep · Sales Hub")

    press(page, "Export")
    with page.expect_download() as caught:
        dialog.get_by_role("button", name="Download").click()
    head, *rows = csv.reader(io.StringIO(Path(caught.value.path()).read_text("utf-8-sig")))
    assert "Currency" in head
    assert {row[0] for row in rows} == {TOPIC, "Espresso one", "Espresso two"}

    page.get_by_role("checkbox", name="Select all on this page").check()
    page.locator("#selection").get_by_role("button", name="Close as Won").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Close as Won (2)").click()
    expect(page.get_by_text("What was refused is unchanged.")).to_be_visible()
    refused = page.get_by_role("row").filter(has_text=TOPIC)
    expect(refused).to_contain_text("These quotes are still open")
    assert sorted(Opportunity.objects.filter(state=State.WON).values_list("topic", flat=True)) == [
        "Espresso one",
        "Espresso two",
    ]


def test_a_read_only_member_sees_all_and_is_told_why_he_changes_nothing(
    open_browser: Opener, accessible: Callable[[Page], None], member: User, sale: Opportunity, size: str
) -> None:
    page = open_browser(member, size)
    page.goto("/opportunities/?view=all")
    page.get_by_role("link", name=TOPIC).click()
    expect(page.get_by_role("heading", name=TOPIC, level=1)).to_be_visible()
    bar = page.get_by_role("navigation", name="Commands")
    if size == "phone":
        bar.get_by_role("button", name="More commands").click()
    expect(bar.get_by_role("link")).to_have_accessible_name("Missing a command?")
    commands = bar.locator(".command[id]")
    assert {"Edit", "Close as Won", "Close as Lost", "Assign", "Delete"} <= set(commands.all_inner_texts())
    for each in commands.all():
        expect(each).to_have_attribute("aria-disabled", "true")
        expect(each).to_have_accessible_description(re.compile("role"))
    for address in ("close-as-won/", "edit/", "assign/"):
        answer = page.goto(f"{sale.get_absolute_url()}{address}")
        assert answer
        assert answer.status == 403
        expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()
    accessible(page)


def test_what_an_administrator_sets_a_rep_meets_at_once(
    open_browser: Opener, admin: User, rep: User, sale: Opportunity, size: str
) -> None:
    page = open_browser(rep, size)
    page.goto(sale.get_absolute_url())
    desk = open_browser(admin, size)
    desk.goto("/admin/opportunities/closefield/add/")
    desk.locator("[name=name]").fill("decision_maker")
    desk.locator("[name=label_en]").fill("Decision maker")
    desk.locator("[name=label_da]").fill("Beslutningstager")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    desk.goto("/admin/opportunities/statusreason/add/")
    desk.locator("[name=state]").select_option(str(State.LOST))
    desk.locator("[name=label_en]").fill("No budget")
    desk.locator("[name=label_da]").fill("Intet budget")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".messagelist .success")).to_be_visible()

    press(page, "Close as Lost")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Close as Lost along with the opportunity").check()
    dialog.get_by_label("Status reason").select_option("No budget")
    dialog.get_by_label("Decision maker").fill("The works council")
    dialog.get_by_role("button", name="Close Opportunity").click()
    told(page, f"“{TOPIC}” was closed as lost.")
    page.get_by_role("link", name="Related: Activities").click()
    expect(page.get_by_text("The works council")).to_be_visible()
    expect(page.get_by_text("No budget").first).to_be_visible()
