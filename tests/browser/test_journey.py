"""The main job, end to end: refused while a quote is open, closed as won, found, reopened, closed as lost.

At desktop and phone width, with scripts and without; axe looks at every page and dialog on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm.models import User
from opportunities.models import ActivityStatus, Opportunity, OpportunityClose, State
from quotes.models import Quote
from quotes.states import QuoteStatusReason
from tests.browser.commands import press
from tests.factories import PASSWORD, make_competitor, make_opportunity, make_quote

TOPIC = "Contoso – 40 café espresso machines"


class Journey:
    """A sales rep at work. At each page and dialog that he comes to, axe looks once."""

    def __init__(self, page: Page, accessible: Callable[[Page], None], scripts: bool) -> None:
        self.page, self.accessible, self.scripts = page, accessible, scripts
        self.looked_at: set[str] = set()

    def look(self, name: str) -> None:
        # Without scripts axe itself cannot run; the pages are the same.
        if self.scripts and name not in self.looked_at:
            self.accessible(self.page)
            self.looked_at.add(name)

    def sign_in(self) -> None:
        self.page.goto("/")
        self.page.get_by_label("Username").fill("rep")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="My work")).to_be_visible()
        self.look("my work")
        self.page.get_by_role("link", name="Open Opportunities").click()

    def open_record(self) -> None:
        self.page.get_by_role("link", name=TOPIC).click()
        expect(self.page.get_by_role("heading", name=TOPIC, level=1)).to_be_visible()
        self.look("record")

    def site_map(self, link: str) -> None:
        if not self.page.get_by_role("link", name=link).is_visible():
            self.page.locator("details.drawer > summary").click()
        self.page.get_by_role("link", name=link).locator("visible=true").click()
        expect(self.page.locator("#list")).to_contain_text(TOPIC)
        self.look(link)

    def tab(self, name: str) -> None:
        self.page.get_by_role("navigation", name="Tabs of the record").get_by_role("link", name=name).click()
        self.look(name)

    def command(self, name: str, title: str) -> None:
        press(self.page, name)
        expect(self.page.get_by_role("heading", name=title)).to_be_visible()
        self.look(title)

    def submit(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def told(self, text: str) -> None:
        expect(self.page.get_by_role("status").get_by_text(text)).to_be_visible()
        self.look("told")

    def choose(self, label: str, name: str) -> None:
        field = self.page.get_by_role("combobox", name=label, exact=True)
        if not self.scripts:
            field.select_option(name)
            return
        field.press_sequentially(name[:3])
        self.page.get_by_role("option", name=name, exact=True).click()

    def close(self, outcome: str) -> None:
        self.command(f"Close as {outcome.capitalize()}", f"Close Opportunity as {outcome}")
        self.submit("Close Opportunity")


@pytest.fixture
def opportunity(transactional_db: None, rep: User) -> Opportunity:
    rep.set_password(PASSWORD)
    rep.save(update_fields=["password"])
    make_competitor("Northwind")
    opportunity = make_opportunity(rep, topic=TOPIC, currency="EUR", estimated_revenue=Decimal("128400"))
    make_quote(opportunity, "active", name="Machines and service", total_amount=Decimal("131000"))
    return opportunity


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def journey(request: pytest.FixtureRequest, open_browser, accessible, opportunity: Opportunity, size: str) -> Journey:
    page = open_browser(None, size, java_script_enabled=request.param)
    return Journey(page, accessible, request.param)


def test_refused_then_quotes_closed_then_won_found_reopened_and_lost(journey: Journey) -> None:
    page = journey.page
    journey.sign_in()
    journey.open_record()
    journey.close("won")
    expect(page.get_by_role("alert")).to_contain_text("Open quotes: Choose how the open quotes are to be closed")
    expect(page.get_by_role("table", name="").get_by_text("Machines and service").last).to_be_visible()
    journey.look("refusal")
    page.get_by_role("link", name="Cancel").click()
    journey.tab("Quotes")
    expect(page.get_by_text("blocks closing").first).to_be_visible()
    _close_all_quotes(journey)
    _close_as_won(journey, "129,000.00")
    journey.site_map("Closed Opportunities")
    journey.open_record()
    _reopen(journey)
    _close_as_lost(journey)
    _look_back(journey)
    assert list(Quote.objects.values_list("status_reason", flat=True)) == [QuoteStatusReason.LOST]


def test_quotes_are_closed_along(journey: Journey) -> None:
    page = journey.page
    journey.sign_in()
    journey.open_record()
    journey.command("Close as Won", "Close Opportunity as won")
    for choice in page.get_by_role("radio").all():
        expect(choice).not_to_be_checked()
    page.get_by_label("Close as Canceled along with the opportunity").check()
    journey.submit("Close Opportunity")
    journey.told(f"“{TOPIC}” was closed as won.")
    expect(page.get_by_text("1 quote was closed as Canceled.")).to_be_visible()
    journey.tab("Quotes")
    expect(page.get_by_role("table").get_by_text("Canceled")).to_be_visible()
    assert Opportunity.objects.get().state == State.WON


def _close_all_quotes(journey: Journey) -> None:
    journey.command("Close all quotes", "Close all quotes")
    journey.page.get_by_label("Lost").check()
    journey.submit("Close all quotes")
    journey.told("1 quote was closed as Lost.")


def _close_as_won(journey: Journey, revenue: str) -> None:
    journey.command("Close as Won", "Close Opportunity as won")
    expect(journey.page.get_by_label("Actual revenue")).to_have_value("128,400.00")
    journey.page.get_by_label("Actual revenue").fill(revenue)
    journey.submit("Close Opportunity")
    journey.told(f"“{TOPIC}” was closed as won.")
    expect(journey.page.get_by_text("Read-only. Rep closed this opportunity as Won")).to_be_visible()
    assert Opportunity.objects.get().actual_revenue == Decimal("129000")


def _reopen(journey: Journey) -> None:
    expect(journey.page.locator("#command-edit")).to_have_attribute("aria-disabled", "true")
    journey.command("Reopen Opportunity", "Reopen Opportunity")
    journey.page.get_by_label("Reason for reopening").fill("They changed their mind.")
    journey.submit("Reopen Opportunity")
    journey.told(f"“{TOPIC}” was reopened.")


def _close_as_lost(journey: Journey) -> None:
    journey.command("Close as Lost", "Close Opportunity as lost")
    journey.page.get_by_label("Status reason", exact=True).select_option("Out-Sold")
    journey.choose("Competitor", "Northwind")
    journey.page.get_by_role("textbox", name="Description").fill("They were cheaper.")
    journey.submit("Close Opportunity")
    journey.told(f"“{TOPIC}” was closed as lost.")


def _look_back(journey: Journey) -> None:
    journey.tab("Related: Activities")
    for said in ("They were cheaper.", "They changed their mind.", "Out-Sold"):
        expect(journey.page.get_by_text(said).first).to_be_visible()
    journey.tab("Timeline")
    expect(journey.page.get_by_text("Rep reopened the opportunity.")).to_be_visible()
    statuses = OpportunityClose.objects.values_list("activity_status", flat=True)
    assert sorted(statuses) == [ActivityStatus.COMPLETED, ActivityStatus.CANCELED]
