"""My work: every number is that of the list behind it, and today is the user's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from crm import clock
from crm.models import BusinessUnit
from opportunities.models import SalesStage
from tests.factories import close_won, make_opportunity, make_user, reopen
from tests.pages.html import elements, inline_code, text_of, titles

pytestmark = pytest.mark.django_db
HOME = "/home/"
NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DATES = {
    "long overdue": date(2026, 10, 1),
    "overdue since the first": date(2026, 11, 1),
    "overdue since yesterday": TODAY - timedelta(days=1),
    "today": TODAY,
    "last of the month": date(2026, 11, 30),
    "next month": date(2026, 12, 1),
    "without a date": None,
}
CLOSED = (
    ("won", date(2026, 11, 21)),
    ("lost", date(2026, 10, 2)),
    ("won", date(2026, 10, 1)),
    ("won", date(2026, 9, 30)),
    ("lost", date(2025, 12, 1)),
    ("lost", date(2025, 11, 30)),
)


@pytest.fixture(autouse=True)
def late_evening():
    with clock.at(NOW):
        yield


@pytest.fixture
def deals(rep, teammate, stranger):
    """The rep's deals of every kind, and one of each kind of two others."""
    for at, (topic, day) in enumerate(DATES.items()):
        currency = "EUR" if at % 2 else "USD"
        values = {"sales_stage": at % 3, "currency": currency, "estimated_revenue": Decimal(100 + at)}
        make_opportunity(rep, topic=topic, estimated_close_date=day, **values)
    for state, day in CLOSED:
        make_opportunity(rep, topic=f"{state} {day}", state=state, close={"close_date": day})
    for other in (teammate, stranger):
        make_opportunity(other, topic=f"of {other}", estimated_close_date=TODAY)
        make_opportunity(other, topic=f"lost by {other}", state="lost", close={"close_date": TODAY})
    reopened = make_opportunity(rep, topic="reopened", sales_stage=SalesStage.CLOSE)
    close_won(reopened, close_date=TODAY)
    reopen(reopened)


def listed(client: Client, url: str) -> int:
    response = client.get(unescape(url))
    assert response.status_code == 200, url
    return response.context["summary"].count


def linked(response):
    """Each number of the page with the address of its list."""
    context = response.context
    work, urls = context["work"], context["urls"]
    yield "open", work.open.count, urls["open"]
    yield "due", work.due.count, urls["due"]
    yield "overdue", work.overdue.count, urls["overdue"]
    yield "quarter", work.win_rate.deals, urls["quarter"]
    for row in context["stages"]:
        yield row.stage.name, row.tally.count, row.url
    for group in context["chart"].groups:
        for series, cell in zip(context["chart"].series, group.cells, strict=True):
            yield f"{group.label} {series.key}", cell.number, cell.url


@pytest.mark.parametrize("scope", ["", "?scope=team"])
def test_every_number_is_that_of_the_list_behind_it(browse, rep, deals, scope):
    client = browse(rep)
    page = client.get(HOME + scope)
    numbers = list(linked(page))
    assert len(numbers) == 4 + 4 + 2 * 12
    for name, number, url in numbers:
        assert listed(client, url) == number, name
        if number:
            assert elements(page, "a", href=url), name


def test_the_numbers_are_those_of_the_users_own_deals(browse, rep, deals):
    work = browse(rep).get(HOME).context["work"]
    assert (work.open.count, work.due.count, work.overdue.count) == (8, 4, 3)
    assert work.overdue.sums == {"USD": Decimal(202), "EUR": Decimal(101)}
    assert (work.win_rate.won, work.win_rate.lost) == (2, 1)
    won = [rate.won for __, rate in work.months]
    lost = [rate.lost for __, rate in work.months]
    assert (won, lost) == ([0] * 9 + [1, 1, 1], [1] + [0] * 9 + [1, 0])


def test_the_team_is_the_business_unit_and_those_below_it(browse, deals, manager, vp):
    below = BusinessUnit.objects.create_unit("North West", parent=manager.business_unit)
    make_opportunity(make_user("western", "salesperson", below), topic="west")
    counts = {user: browse(user).get(f"{HOME}?scope=team").context["work"].open.count for user in (manager, vp)}
    assert counts == {manager: 8 + 1 + 1, vp: 8 + 2 + 1}
    client = browse(manager)
    for name, number, url in linked(client.get(f"{HOME}?scope=team")):
        assert listed(client, url) == number, name


def test_today_is_the_users_day(browse, rep, deals):
    rep.time_zone = "Europe/Copenhagen"
    rep.save(update_fields=["time_zone"])
    page = browse(rep).get(HOME)
    assert page.context["work"].overdue.count == 4
    client = browse(rep)
    assert {listed(client, url) for name, __, url in linked(page) if name == "overdue"} == {4}


@pytest.mark.parametrize(("zone", "month"), [("", "November 2026"), ("Pacific/Auckland", "December 2026")])
def test_the_month_and_the_quarter_are_those_of_the_users_day(browse, rep, zone, month):
    rep.time_zone = zone
    rep.save(update_fields=["time_zone"])
    make_opportunity(rep)
    with clock.at(datetime(2026, 11, 30, 12, tzinfo=UTC)):
        assert browse(rep).get(HOME).context["chart"].groups[-1].label == month
    with clock.at(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        quarter = browse(rep).get(HOME).context["work"].quarter
    assert quarter.first == (date(2027, 1, 1) if zone else date(2026, 10, 1))


def test_it_shows_what_is_due_first_and_what_was_closed_last(browse, rep, deals):
    work = browse(rep).get(HOME).context["work"]
    assert [row.topic for row in work.next_rows] == list(DATES)[:5]
    assert [row.topic for row in work.closed_rows] == [f"{state} {day}" for state, day in CLOSED[:5]]
    client = browse(rep)
    closed = client.get(unescape(browse(rep).get(HOME).context["urls"]["closed"]))
    assert titles(closed)[:5] == [row.topic for row in work.closed_rows]


def test_currencies_are_never_added(browse, rep, deals):
    text = text_of(browse(rep).get(HOME))
    assert "€ 101.00" in text
    assert "$ 202.00" in text
    assert "303" not in text


def test_without_deals_of_the_quarter_there_is_no_rate(browse, rep):
    make_opportunity(rep)
    text = text_of(browse(rep).get(HOME))
    assert "Win rate this quarter –" in text
    assert "No deal was closed this quarter." in text


def test_who_owns_nothing_is_told_what_to_do(browse, rep, member, deals, manager):
    page = browse(manager).get(HOME)
    assert "You own no opportunities yet" in text_of(page)
    assert elements(page, "a", href="/opportunities/new/", class_="button button--primary")
    page = browse(member).get(HOME)
    assert "Your role reads what others sell" in text_of(page)
    assert not elements(page, "a", href="/opportunities/new/")
    assert elements(page, "a", href="/opportunities/?view=open")


def test_who_has_no_unit_has_no_team(browse, units):
    alone = make_user("alone", "salesperson", None)
    make_opportunity(alone)
    page = browse(alone).get(f"{HOME}?scope=team")
    assert page.context["scope"].name == "mine"
    assert not elements(page, "a", href=f"{HOME}?scope=team")


def test_an_unknown_scope_is_ones_own(browse, rep, deals):
    assert browse(rep).get(f"{HOME}?scope=all").context["work"].open.count == 8


def test_who_may_read_nothing_sees_nothing(browse, nobody, deals):
    page = browse(nobody).get(f"{HOME}?scope=team")
    assert page.context["work"].is_empty
    assert "Your administrator can give you one." in text_of(page)
    assert "Your role reads" not in text_of(page)
    assert not elements(page, "a", href="/opportunities/?view=open", class_="button")


def test_a_bar_of_a_stage_is_not_part_of_its_name(browse, rep, deals):
    bars = elements(browse(rep).get(HOME), "svg", class_="share")
    assert bars
    assert all(bar["aria-hidden"] == "true" for bar in bars)


@pytest.mark.parametrize("scope", ["", "?scope=team"])
def test_it_takes_six_statements(browse, rep, deals, count_statements, scope):
    client = browse(rep)
    client.get(HOME)
    with count_statements(6):
        client.get(HOME + scope)


def test_the_charts_tell_in_words_what_they_show(browse, rep, deals):
    page = browse(rep).get(HOME)
    picture = elements(page, "svg", class_="chart-picture")[0]
    assert picture["role"] == "img"
    named = [found["id"] for found in elements(page) if found.get("id") in picture["aria-labelledby"].split()]
    assert named == ["chart-closed-title", "chart-closed-text"]
    assert "From December 2025 to November 2026: 3 won, 2 lost." in text_of(page)
    assert not inline_code(page)


def test_danish_numbers_do_not_reach_the_picture(browse, rep, deals):
    rep.language = "da"
    rep.save(update_fields=["language"])
    page = browse(rep).get(HOME)
    assert "Mit arbejde" in text_of(page)
    places = [value for rect in elements(page, "rect") for value in (rect["width"], rect["height"])]
    assert places
    assert all(place.isdigit() for place in places)
