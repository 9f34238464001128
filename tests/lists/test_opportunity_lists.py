"""Views, filters and search of opportunities: what is asked is what comes, and what is not understood is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from crm import clock
from crm.errors import Invalid
from crm.lists import read_list
from crm.models import User
from opportunities.filters import search_opportunities
from opportunities.lists import OPPORTUNITIES
from opportunities.models import Opportunity
from tests.factories import make_account, make_competitor, make_opportunity, make_quote, make_user

pytestmark = pytest.mark.django_db


def topics(user: User, query: str) -> list[str]:
    return [row.topic for row in read_list(OPPORTUNITIES, QueryDict(query), user).rows]


@pytest.fixture
def sales(rep: User, teammate: User, stranger: User) -> None:
    make_opportunity(rep, topic="mine", estimated_close_date=date(2026, 3, 1))
    make_opportunity(teammate, topic="ours", estimated_close_date=date(2026, 2, 1))
    make_opportunity(stranger, topic="theirs", estimated_close_date=date(2026, 1, 1))
    make_opportunity(
        rep, topic="won", state="won", close={"actual_revenue": Decimal(5), "close_date": date(2026, 1, 5)}
    )
    make_opportunity(rep, topic="lost", state="lost", close={"close_date": date(2026, 1, 6)})


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("open", ["theirs", "ours", "mine"]),
        ("my-open", ["mine"]),
        ("team-open", ["ours", "mine"]),
        ("closed", ["lost", "won"]),
        ("won", ["won"]),
        ("lost", ["lost"]),
        ("all", ["lost", "won", "theirs", "ours", "mine"]),
    ],
)
def test_each_view_has_its_rows_in_its_order(rep: User, sales: None, view: str, expected: list[str]) -> None:
    assert topics(rep, f"view={view}") == expected


def test_a_user_without_a_role_reads_nothing(nobody: User, sales: None) -> None:
    assert topics(nobody, "") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=won,lost", {"won", "lost"}),
        ("view=closed&state=open", set()),
        ("status_reason=4", {"lost"}),
        ("status_reason=3,4", {"won", "lost"}),
        ("estimated_close_date_after=2026-02-01", {"mine", "ours"}),
        ("estimated_close_date_before=2026-02-01", {"theirs", "ours"}),
        ("actual_close_date_after=2026-01-06&actual_close_date_before=2026-01-06", {"lost"}),
        ("actual_revenue_min=5", {"won"}),
        ("actual_revenue_min=5.01", set()),
        ("forecast_category=pipeline", {"mine", "ours", "theirs"}),
        ("currency=USD,EUR", {"mine", "ours", "theirs", "won", "lost"}),
        ("currency=EUR", set()),
        ("owner=00000000-0000-0000-0000-000000000000", set()),
    ],
)
def test_filters_narrow(rep: User, sales: None, query: str, expected: set[str]) -> None:
    assert set(topics(rep, query)) == expected


def test_it_filters_by_owner_and_unit(rep: User, stranger: User, sales: None) -> None:
    assert set(topics(rep, f"owner={rep.pk},{stranger.pk}&view=open")) == {"mine", "theirs"}
    assert topics(rep, f"business_unit={stranger.business_unit_id}") == ["theirs"]


def test_none_finds_the_rows_without_one(rep: User, manager: User) -> None:
    account, rival, alone = make_account(), make_competitor(), make_user("alone", "vice_president_of_sales", None)
    make_opportunity(rep, topic="named", account=account, state="lost", close={"competitor": rival})
    make_opportunity(alone, topic="bare", state="lost")
    for name, pk in (("account", account.pk), ("close_competitor", rival.pk), ("business_unit", rep.business_unit_id)):
        assert topics(manager, f"view=closed&{name}=none") == ["bare"], name
        assert set(topics(manager, f"{name}={pk},none&view=closed")) == {"named", "bare"}, name
        assert topics(manager, f"{name}={pk}&view=closed") == ["named"], name


def test_only_what_can_be_missing_can_be_none(rep: User) -> None:
    for query in ("owner=none", "competitor=none", "account=None"):
        with pytest.raises(Invalid):
            topics(rep, query)


def test_an_opportunity_with_two_of_the_competitors_comes_once(rep: User) -> None:
    first, second = make_competitor(), make_competitor()
    make_opportunity(rep, topic="both", competitors=[first.pk, second.pk])
    make_opportunity(rep, topic="none")
    assert topics(rep, f"competitor={first.pk},{second.pk}") == ["both"]


def test_a_day_is_the_users_day(rep: User) -> None:
    with clock.at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)):
        make_opportunity(rep, topic="late")
    rep.time_zone = "Europe/Copenhagen"
    assert topics(rep, "created_after=2026-03-02&created_before=2026-03-02") == ["late"]
    assert topics(rep, "created_before=2026-03-01") == []
    rep.time_zone = ""
    assert topics(rep, "created_after=2026-03-01&created_before=2026-03-01") == ["late"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("this_month", {"today", "first of the month"}),
        ("last_month", {"last of the month before"}),
        ("next_month", set()),
        ("this_quarter", {"today", "first of the month", "last of the month before"}),
        ("next_quarter", {"next quarter"}),
        ("last_quarter", {"last of the quarter before"}),
        ("this_year", {"today", "first of the month", "last of the month before", "last of the quarter before"}),
        ("last_year", {"year before", "thirteenth month"}),
        (
            "last_12_months",
            {"today", "first of the month", "last of the month before", "last of the quarter before", "year before"},
        ),
    ],
)
def test_a_period_is_seen_from_the_users_day(rep: User, name: str, expected: set[str]) -> None:
    days = {
        "today": date(2026, 11, 22),
        "first of the month": date(2026, 11, 1),
        "last of the month before": date(2026, 10, 31),
        "last of the quarter before": date(2026, 9, 30),
        "next quarter": date(2027, 1, 1),
        "year before": date(2025, 12, 31),
        "thirteenth month": date(2025, 11, 30),
    }
    for topic, day in days.items():
        make_opportunity(rep, topic=topic, estimated_close_date=day)
    rep.time_zone = "Europe/Copenhagen"
    with clock.at(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):
        assert set(topics(rep, f"estimated_close_date_in={name}")) == expected


def test_a_moment_is_taken_as_it_is(rep: User) -> None:
    with clock.at(datetime(2026, 3, 1, 9, 30, tzinfo=UTC)):
        make_opportunity(rep, topic="half past nine")
    assert topics(rep, "created_after=2026-03-01T09:30:00Z") == ["half past nine"]
    assert topics(rep, "created_after=2026-03-01T10:30:01%2B01:00") == []
    assert topics(rep, "created_after=2026-03-02T09:29:00%2B23:59") == ["half past nine"]
    assert topics(rep, "modified_before=2026-03-01T10:30:00%2B01:00") == ["half past nine"]
    assert topics(rep, "created_before=9999-12-31") == ["half past nine"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("espresso", True),
        ("ESP", True),
        ("caf", True),
        ("CAFÉ", True),
        ("presso", False),
        ("esp contoso", True),
        ("esp nowhere", False),
        ("QUO-0", True),
        ("40", True),
        ("cafe", True),
        ("cafe\u0301", True),
        ("ærø", True),
        ("aeroe", True),
        ("aero", True),
        ("moller", True),
        ("Moeller", True),
        ("MØLL", True),
        ("aarh", True),
        ("arhus", True),
        ("lukasz", True),
        ("Strasse", True),
        ("がっ", True),
        ("がう", False),
        ("hus", False),
        ("Æ", True),
        ("İstanbul", True),
        ("istan", True),
        ("%", False),
        ("_", False),
        ("esp & !", True),
        ("& !", False),
        ("'", False),
        ("", True),
        ("  ", True),
        ("røg' | 'x", False),
    ],
)
def test_each_typed_word_begins_a_word(rep: User, search: str, found: bool) -> None:
    account = make_account("Contoso Ærø Møller Århus Łukasz Straße がっこう")
    opportunity = make_opportunity(rep, topic="Café İstanbul – 40 espresso-machines", account=account)
    make_quote(opportunity)
    query = QueryDict(mutable=True)
    query["search"] = search
    assert bool(read_list(OPPORTUNITIES, query, rep).rows) is found


def test_an_index_answers_each_part_of_a_search() -> None:
    rows = search_opportunities(Opportunity.objects.order_by(), "esp")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    plan = rows.explain()
    assert [index for index in ("opportunity_words", "account_words", "quote_words") if index not in plan] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("bogus=1", "bogus"),
        ("state=open&state=won", "state"),
        ("state=opened", "state"),
        ("state=", "state"),
        ("state=open,", "state"),
        ("owner=1", "owner"),
        ("owner={00000000-0000-0000-0000-000000000000}", "owner"),
        ("status_reason=x", "status_reason"),
        ("status_reason=99999999999999999999", "status_reason"),
        ("currency=usd", "currency"),
        ("rating=1", "rating"),
        ("actual_revenue_min=1e3", "actual_revenue_min"),
        ("actual_revenue_min=NaN", "actual_revenue_min"),
        ("actual_revenue_min=-1", "actual_revenue_min"),
        ("actual_revenue_min=١", "actual_revenue_min"),
        ("actual_close_date_in=someday", "actual_close_date_in"),
        ("created_after=2026-1-1", "created_after"),
        ("created_after=2026-02-30", "created_after"),
        ("created_before=9999-12-32", "created_before"),
        ("created_after=2026-11-21T09:30:00", "created_after"),
        ("created_after=0001-01-01T00:00:00%2B01:00", "created_after"),
        ("view=everything", "view"),
        ("page_size=0", "page_size"),
        ("page_size=201", "page_size"),
        ("page_size=x", "page_size"),
        ("count=1", "count"),
        ("ordering=secret", "ordering"),
        ("ordering=topic,topic", "ordering"),
        ("ordering=topic,-topic", "ordering"),
        ("ordering=--topic", "ordering"),
        ("ordering=topic,rating,state,owner", "ordering"),
        ("search=a%00b", "search"),
    ],
)
def test_what_is_not_understood_is_refused(rep: User, query: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_list(OPPORTUNITIES, QueryDict(query), rep)
    assert list(refused.value.errors) == [field]


def test_all_errors_come_at_once(rep: User) -> None:
    query = QueryDict("bogus=1&view=x&count=maybe&state=x&owner=y&ordering=z&page_size=0")
    with pytest.raises(Invalid) as refused:
        read_list(OPPORTUNITIES, query, rep)
    assert set(refused.value.errors) == set(query)


def test_it_counts_all_pages(rep: User, sales: None) -> None:
    result: Any = read_list(OPPORTUNITIES, QueryDict("page_size=2&count=true"), rep)
    assert (len(result.rows), result.count, result.wants_count) == (2, 5, True)


def test_ratings_and_stages_are_ordered_by_rank(rep: User) -> None:
    for rating in (2, 3, 1):
        make_opportunity(rep, topic=str(rating), rating=rating, estimated_revenue=Decimal(rating))
    assert topics(rep, "ordering=rating") == ["1", "2", "3"]
    assert topics(rep, "ordering=-rating") == ["3", "2", "1"]
