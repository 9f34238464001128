"""Views of quotes: the page and the API name the same ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from crm import clock
from tests.factories import make_account, make_opportunity, make_quote
from tests.pages.html import titles

pytestmark = pytest.mark.django_db
# Late in the evening of the 21st in UTC; the 22nd in Copenhagen.
LATE = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture
def expiring(browse, api, rep):
    """The names of the quotes that expire soon, by either door."""

    def names():
        client, doors = browse(rep), api(rep)
        with clock.at(LATE):
            page = client.get("/quotes/?view=expiring")
            answer = doors.get("quotes/", {"view": "expiring"}).json()
        found = [row["name"] for row in answer["results"]]
        assert titles(page) == [row["number"] for row in answer["results"]]
        return found

    return names


@pytest.mark.parametrize(
    ("zone", "today"), [("", TODAY), ("Europe/Copenhagen", TODAY + timedelta(days=1)), ("America/New_York", TODAY)]
)
def test_it_lists_what_expires_from_today_to_the_thirtieth_day(expiring, rep, zone, today):
    rep.time_zone = zone
    rep.save(update_fields=["time_zone"])
    opportunity = make_opportunity(rep)
    for days in (31, 30, 0, -1):
        make_quote(opportunity, name=f"{days}", effective_to=today + timedelta(days=days))
    make_quote(opportunity, name="no end")
    assert expiring() == ["0", "30"]


def test_it_lists_drafts_and_active_ones_alone(expiring, rep):
    opportunity = make_opportunity(rep)
    for state in ("draft", "active", "won", "lost", "canceled"):
        make_quote(opportunity, state, name=state, effective_to=TODAY + timedelta(days=1))
    assert set(expiring()) == {"draft", "active"}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("all", {"draft", "active", "won", "lost"}),
        ("draft", {"draft"}),
        ("active", {"active"}),
        ("won", {"won"}),
        ("closed", {"lost"}),
    ],
)
def test_each_view_has_the_quotes_of_its_state(api, rep, view, expected):
    opportunity = make_opportunity(rep)
    for state in ("draft", "active", "won", "lost"):
        make_quote(opportunity, state, name=state)
    assert {row["name"] for row in api(rep).get("quotes/", {"view": view}).json()["results"]} == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status_reason": "5"}, {"lost"}),
        ({"status_reason": "1,2"}, {"draft", "active"}),
        ({"total_amount_min": "200"}, {"active", "won", "lost"}),
        ({"total_amount_min": "200", "total_amount_max": "300"}, {"active", "won"}),
        ({"currency": "EUR"}, set()),
        ({"effective_to_after": "2026-02-01", "effective_to_before": "2026-03-01"}, {"active", "won"}),
        ({"effective_to_in": "last_year", "currency": "USD"}, set()),
    ],
)
def test_filters_narrow(api, rep, query, expected):
    opportunity = make_opportunity(rep)
    for number, state in enumerate(("draft", "active", "won", "lost"), start=1):
        make_quote(
            opportunity, state, name=state, total_amount=Decimal(100 * number), effective_to=date(2026, number, 1)
        )
    assert {row["name"] for row in api(rep).get("quotes/", query).json()["results"]} == expected


def test_it_filters_by_what_the_opportunity_has(api, rep, teammate):
    account = make_account()
    make_quote(make_opportunity(rep, account=account), name="mine")
    make_quote(make_opportunity(teammate), name="hers")
    for query, expected in (({"owner": teammate.pk}, ["hers"]), ({"account": account.pk}, ["mine"])):
        assert [row["name"] for row in api(rep).get("quotes/", query).json()["results"]] == expected
