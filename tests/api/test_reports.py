"""The win/loss report over the API, against a plain computation of the same."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm import clock
from opportunities.win_loss import GROUPINGS
from tests.conftest import ApiClient
from tests.factories import (
    close_lost,
    close_won,
    make_account,
    make_competitor,
    make_opportunity,
    make_token,
    make_user,
    reopen,
)

REPORT = "reports/win-loss/"
CREATED = datetime(2026, 1, 1, 12, tzinfo=UTC)
DECIMALS = {"EUR": 2, "JPY": 0}
amounts = st.none() | st.integers(0, 10**6)
deals = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["won", "lost"]),
        "currency": st.sampled_from(list(DECIMALS)),
        "estimated": st.integers(0, 10**6),
        "actual": amounts,
        "day": st.dates(date(2025, 12, 1), date(2026, 3, 31)),
        "competitor": st.sampled_from([None, 0, 1]),
        "reopened": st.booleans(),
    }
)


def worth(deal):
    return deal["estimated"] if deal["actual"] is None else deal["actual"]


def rounded(part, whole):
    """Percent, a half rounded up."""
    return int(Fraction(part) / Fraction(whole) * 100 + Fraction(1, 2)) if whole else None


def figures(found):
    """What the report says of these deals."""
    won, lost = ([deal for deal in found if deal["outcome"] == outcome] for outcome in ("won", "lost"))
    values = []
    for code in sorted({deal["currency"] for deal in found}):
        sums = [sum(worth(deal) for deal in side if deal["currency"] == code) for side in (won, lost)]
        texts = [f"{Decimal(each):.{DECIMALS[code]}f}" for each in sums]
        rate = rounded(sums[0], sum(sums))
        values.append({"currency": code, "won": texts[0], "lost": texts[1], "win_rate_by_value": rate})
    days = sum(max((deal["day"] - CREATED.date()).days, 0) for deal in found)
    return {
        "won": len(won),
        "lost": len(lost),
        "win_rate": rounded(len(won), len(found)),
        "amounts": values,
        "average_days_to_close": int(Fraction(days, len(found)) * 10 + Fraction(1, 2)) / 10 if found else None,
    }


def grouped(found, key):
    groups = defaultdict(list)
    for deal in found:
        groups[key(deal)].append(deal)
    return {name: figures(each) for name, each in groups.items()}


def make_deal(owner, deal, rivals):
    with clock.at(CREATED):
        values = {"currency": deal["currency"], "estimated_revenue": Decimal(deal["estimated"])}
        opportunity = make_opportunity(owner, **values)
    rival = None if deal["competitor"] is None else rivals[deal["competitor"]]
    actual = None if deal["actual"] is None else Decimal(deal["actual"])
    close = {"won": close_won, "lost": close_lost}[deal["outcome"]]
    close(opportunity, actual_revenue=actual, close_date=deal["day"], competitor=rival)
    if deal["reopened"]:
        reopen(opportunity)


def by_label(answer):
    return {row.pop("group")["label"]: row for row in answer.json()["results"]}


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(deals, max_size=6))
@example([])
def test_it_says_what_a_plain_computation_says(rep, api, given_deals):
    client, today = api(rep), datetime(2026, 4, 1, 12, tzinfo=UTC)
    with transaction.atomic():
        rivals = [make_competitor("Alpha"), make_competitor("Beta")]
        with clock.at(today):
            for deal in given_deals:
                make_deal(rep, deal, rivals)
        by_rival, by_month = (client.get(f"{REPORT}?group_by={name}") for name in ("competitor", "month"))
        transaction.set_rollback(True)
    kept = [deal for deal in given_deals if not deal["reopened"]]
    assert by_rival.json()["total"] == by_month.json()["total"] == figures(kept)
    names = {None: "No competitor", 0: "Alpha", 1: "Beta"}
    assert by_label(by_rival) == grouped(kept, lambda deal: names[deal["competitor"]])
    assert by_label(by_month) == grouped(kept, lambda deal: f"{deal['day']:%B %Y}")


@pytest.fixture
def sales(rep, teammate, stranger):
    account = make_account("Contoso")
    for owner, state, day in (
        (rep, "won", date(2026, 1, 5)),
        (rep, "lost", date(2026, 1, 31)),
        (teammate, "won", date(2026, 2, 1)),
        (stranger, "lost", date(2025, 12, 31)),
    ):
        make_opportunity(owner, state=state, account=account, close={"close_date": day})
    make_opportunity(rep)


def test_the_form(rep, api, sales):
    answer = api(rep).get(f"{REPORT}?group_by=account").json()
    assert list(answer) == ["group_by", "results", "total"]
    (row,) = answer["results"]
    assert list(row) == ["group", *answer["total"]]
    assert answer["total"] == {name: value for name, value in row.items() if name != "group"}
    assert list(row["amounts"][0]) == ["currency", "won", "lost", "win_rate_by_value"]


def test_a_group_is_named_by_what_it_is(rep, stranger, api, sales):
    client = api(rep)

    def first(name):
        return client.get(f"{REPORT}?group_by={name}").json()["results"][0]["group"]

    assert first("owner") == {"id": str(rep.pk), "label": rep.name}
    assert first("business_unit") == {"id": str(rep.business_unit_id), "label": "North"}
    assert first("status_reason") == {"code": 4, "label": "Canceled"}
    assert first("competitor") == {"id": None, "label": "No competitor"}
    assert first("month") == {"month": "2025-12", "label": "December 2025"}


def test_most_deals_come_first_the_ones_without_last_and_months_as_they_go(rep, api, sales):
    for rival in (make_competitor("Zeta"), make_competitor("alpha"), make_competitor("Beta")):
        for __ in range(2 if rival.name == "Zeta" else 1):
            make_opportunity(rep, state="lost", close={"competitor": rival, "close_date": date(2026, 3, 1)})

    def labels(name):
        return [row["group"]["label"] for row in api(rep).get(f"{REPORT}?group_by={name}").json()["results"]]

    assert labels("competitor") == ["Zeta", "alpha", "Beta", "No competitor"]
    assert labels("month") == ["December 2025", "January 2026", "February 2026", "March 2026"]


def test_the_filters_are_those_of_the_list(rep, teammate, api, sales):
    client = api(rep)
    for query in (
        f"owner={rep.pk}",
        f"business_unit={rep.business_unit_id}",
        f"business_unit_within={rep.business_unit.parent_id}",
        "state=lost",
        "actual_close_date_after=2026-01-31&actual_close_date_before=2026-02-01",
        "account=none",
        "search=contoso",
        "currency=EUR",
        "state=open",
    ):
        total = client.get(f"{REPORT}?{query}").json()["total"]
        count = client.get(f"opportunities/?view=closed&count=true&{query}").json()["count"]
        assert total["won"] + total["lost"] == count, query


def test_without_deals_there_is_no_rate(rep, api):
    assert api(rep).get(REPORT).json() == {
        "group_by": "status_reason",
        "results": [],
        "total": {"won": 0, "lost": 0, "win_rate": None, "amounts": [], "average_days_to_close": None},
    }


def test_deals_that_are_worth_nothing_have_no_rate_by_value(rep, api):
    make_opportunity(rep, state="won", close={"actual_revenue": Decimal(0)})
    (amount,) = api(rep).get(REPORT).json()["total"]["amounts"]
    assert amount == {"currency": "USD", "won": "0.00", "lost": "0.00", "win_rate_by_value": None}


def test_a_day_is_the_readers_day(rep, api):
    with clock.at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):
        opportunity = make_opportunity(rep)
    with clock.at(datetime(2026, 3, 5, tzinfo=UTC)):
        close_won(opportunity, close_date=date(2026, 3, 4))
    for zone, days in (("", 3), ("Europe/Copenhagen", 2)):
        rep.time_zone = zone
        rep.save(update_fields=["time_zone"])
        assert api(rep).get(REPORT).json()["total"]["average_days_to_close"] == days


def test_the_business_unit_is_that_of_the_owner_today(rep, stranger, units, api, sales):
    rep.business_unit = units.south
    rep.save(update_fields=["business_unit"])
    make_opportunity(make_user("alone", "salesperson", None), state="lost")
    rows = by_label(api(stranger).get(f"{REPORT}?group_by=business_unit"))
    assert {name: row["won"] + row["lost"] for name, row in rows.items()} == {
        "South": 3,
        "North": 1,
        "No business unit": 1,
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("group_by=rating", "group_by"),
        ("group_by=", "group_by"),
        ("group_by=owner&group_by=owner", "group_by"),
        ("view=won", "view"),
        ("ordering=topic", "ordering"),
        ("page_size=1", "page_size"),
        ("count=true", "count"),
        ("x=1", "x"),
        ("owner=rep", "owner"),
        ("state=won&state=lost", "state"),
        ("actual_close_date_after=1.1.2026", "actual_close_date_after"),
        ("actual_close_date_in=", "actual_close_date_in"),
    ],
)
def test_a_wrong_parameter_is_refused(rep, api, sales, query, parameter):
    answer = api(rep).get(f"{REPORT}?{query}")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", [parameter])


def test_all_that_is_wrong_is_told_at_once(rep, api):
    errors = api(rep).get(f"{REPORT}?group_by=x&y=1&state=open,closed").json()["errors"]
    assert set(errors) == {"group_by", "y", "state"}


@pytest.mark.parametrize("person", ["nobody", "member", "vp"])
def test_it_counts_what_the_reader_may_read(people, api, sales, person):
    total = api(people[person]).get(REPORT).json()["total"]
    assert total["won"] + total["lost"] == (0 if person == "nobody" else 4)


def test_it_is_for_those_who_are_signed_in_and_only_to_read(rep, api):
    assert api(None).get(REPORT).status_code == 401
    assert api(rep).post(REPORT).status_code == 405


def test_labels_are_in_the_readers_language(rep, api, sales):
    rows = api(rep).get(f"{REPORT}?group_by=competitor", accept_language="da").json()["results"]
    assert rows[0]["group"]["label"] == "Ingen konkurrent"


@pytest.mark.parametrize("name", list(GROUPINGS))
def test_it_takes_two_statements_beside_the_sign_in(rep, api, sales, count_statements, name):
    client = api(rep)
    client.get(REPORT)
    with count_statements(3):
        assert client.get(f"{REPORT}?group_by={name}").status_code == 200


def test_a_token_that_may_only_read_is_enough(rep):
    client = ApiClient(make_token(rep, name="scoped", scopes=["read"]))
    assert client.get(REPORT).status_code == 200
