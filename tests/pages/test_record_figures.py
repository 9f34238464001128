"""What accounts and competitors tell of won and lost deals: from the closings that count, each number with its list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from crm import clock
from tests.factories import close_lost, make_account, make_competitor, make_opportunity, reopen
from tests.pages.html import elements, inline_code, text_of, titles

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_that_day():
    with clock.at(NOW):
        yield


@pytest.fixture
def rival():
    return make_competitor("Rival")


@pytest.fixture
def deals(rep, rival):
    """Lost twice to the rival and won once against it; others that it only contested."""
    for state, day, estimated, actual in (
        ("lost", date(2026, 11, 2), 100, None),
        ("lost", date(2026, 2, 1), 999, 200),
        ("won", date(2026, 11, 3), 999, 700),
    ):
        close = {"competitor": rival, "close_date": day, "actual_revenue": actual and Decimal(actual)}
        make_opportunity(rep, topic=f"{state} {day}", state=state, estimated_revenue=Decimal(estimated), close=close)
    make_opportunity(rep, topic="lost to nobody", state="lost", competitors=[rival])
    make_opportunity(rep, topic="open", competitors=[rival])
    reopened = make_opportunity(rep, topic="reopened", competitors=[rival])
    close_lost(reopened, competitor=rival)
    reopen(reopened)


def page_of(client, record):
    return client.get(reverse(record._meta.model_name, args=[record.pk]))


def listed(client, url):
    response = client.get(unescape(url))
    assert response.status_code == 200, url
    return titles(response)


def test_the_competitors_win_rate_counts_completed_closings_that_name_it(browse, rep, rival, deals):
    text = text_of(page_of(browse(rep), rival))
    assert "Its win rate 67 % 2 of 3 deals" in text
    assert "Won against us 2" in text
    assert "Lost against us 1" in text


def test_by_value_a_lost_deal_is_worth_its_estimate_where_nothing_else_is_known(browse, rep, rival, deals):
    # 300 lost, of them 100 by estimate; 700 won.
    assert "By value 30 % USD" in text_of(page_of(browse(rep), rival))


def test_the_deals_lost_to_it_and_won_against_it_are_listed_apart(browse, rep, rival, deals):
    context = page_of(browse(rep), rival).context
    assert [close.subject for close in context["lost_to"]] == ["lost 2026-11-02", "lost 2026-02-01"]
    assert [close.subject for close in context["won_against"]] == ["won 2026-11-03"]
    assert {row.topic for row in context["open_rows"]} == {"open", "reopened"}


def test_every_number_of_the_competitor_is_that_of_the_list_behind_it(browse, rep, rival, deals):
    client = browse(rep)
    page = page_of(client, rival)
    urls, rate = page.context["urls"], page.context["win_rate"]
    numbers = {urls["closed"]: rate.deals, urls["lost"]: rate.won, urls["won"]: rate.lost}
    for url, number in numbers.items():
        assert len(listed(client, url)) == number
        assert elements(page, "a", href=url)
    for group in page.context["chart"].groups:
        for cell in group.cells:
            assert len(listed(client, cell.url)) == cell.number, group.label
    assert len(listed(client, urls["all"])) == 6


def test_the_chart_has_eight_quarters_up_to_the_present_one(browse, rep, rival, deals):
    groups = page_of(browse(rep), rival).context["chart"].groups
    assert [groups[0].label, groups[-1].label, groups[-1].short_label] == ["Q1 2025", "Q4 2026", "Q4 26"]
    assert [[cell.number for cell in group.cells] for group in groups[4:]] == [[0, 1], [0, 0], [0, 0], [1, 1]]


def test_more_deals_than_the_page_shows_are_a_link_away(browse, rep, rival):
    for __ in range(11):
        make_opportunity(rep, state="lost", close={"competitor": rival})
    client = browse(rep)
    page = page_of(client, rival)
    assert len(page.context["lost_to"]) == 10
    assert "Show all 11" in text_of(page)
    assert len(listed(client, page.context["urls"]["lost"])) == 11


def test_a_competitor_without_closings_has_no_rate(browse, rep, rival):
    page = page_of(browse(rep), rival)
    assert "Its win rate –" in text_of(page)
    assert not inline_code(page)


def test_an_account_tells_its_totals_by_currency_and_its_win_rate(browse, rep):
    account = make_account("Buyer")
    for currency, revenue in (("EUR", 100), ("EUR", 50), ("DKK", 70)):
        make_opportunity(rep, account=account, currency=currency, estimated_revenue=Decimal(revenue))
    for state in ("won", "won", "lost"):
        make_opportunity(rep, account=account, state=state, estimated_revenue=Decimal(1000))
    make_opportunity(rep, state="lost")
    client = browse(rep)
    page = page_of(client, account)
    text = text_of(page)
    assert "Win rate 67 % 2 of 3 deals" in text
    assert "Won $ 2,000.00" in text
    assert "Open 3 70.00 DKK € 150.00" in text
    urls = page.context["urls"]
    assert [len(listed(client, urls[view])) for view in ("closed", "open", "all")] == [3, 3, 6]


@pytest.mark.parametrize("make", [make_account, make_competitor])
def test_a_record_costs_eight_statements_at_most(browse, rep, count_statements, make):
    record = make()
    client = browse(rep)
    page_of(client, record)
    with count_statements(8):
        page_of(client, record)


def test_the_filters_find_units_with_those_below_and_the_competitor_of_the_closing(api, units, rep, stranger, rival):
    make_opportunity(rep, topic="north", state="lost", close={"competitor": rival})
    make_opportunity(stranger, topic="south", competitors=[rival])

    def topics(**query):
        return {row["topic"] for row in api(rep).get("opportunities/", query).json()["results"]}

    assert topics(business_unit_within=units.root.pk) == {"north", "south"}
    assert topics(business_unit_within=f"{units.north.pk},{units.south.pk}") == {"north", "south"}
    assert topics(business_unit_within=units.south.pk) == {"south"}
    assert topics(business_unit_within="00000000-0000-0000-0000-000000000000") == set()
    assert topics(close_competitor=rival.pk) == {"north"}
    assert topics(competitor=rival.pk) == {"north", "south"}
