"""Paging by keys: every row once, in order, forward and back, whatever is added on the way."""

from __future__ import annotations

import itertools
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.signing import b64_decode, b64_encode
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import Invalid
from crm.lists import ListResult, read_list
from crm.models import User
from opportunities.lists import OPPORTUNITIES
from opportunities.models import Opportunity
from tests.factories import make_account, make_opportunity

pytestmark = pytest.mark.django_db

ORDERABLE = ("topic", "account", "rating", "estimated_revenue", "probability", "estimated_close_date")


@pytest.fixture
def rows(rep: User) -> list[Opportunity]:
    accounts = [make_account("Beta"), make_account("alpha"), None]
    values = itertools.product(accounts, [Decimal(10), Decimal(20), None], [date(2026, 1, 1), None])
    topics = itertools.cycle(["b", "A", "a", "C"])
    return [
        make_opportunity(
            rep,
            topic=topic,
            account=account,
            estimated_revenue=revenue,
            estimated_close_date=day,
            probability=index % 3 * 10 or None,
            rating=index % 3 + 1,
        )
        for index, ((account, revenue, day), topic) in enumerate(zip(values, topics, strict=False))
    ]


def read(user: User, **params: Any) -> ListResult:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in params.items()})
    return read_list(OPPORTUNITIES, query, user)


def walk(user: User, **params: Any) -> list[ListResult]:
    """All pages, forward."""
    pages = [read(user, **params)]
    while pages[-1].next_cursor:
        pages.append(read(user, cursor=pages[-1].next_cursor, **params))
    return pages


def walk_back(user: User, page: ListResult, **params: Any) -> list[ListResult]:
    pages = [page]
    while pages[0].previous_cursor:
        pages.insert(0, read(user, cursor=pages[0].previous_cursor, **params))
    return pages


def keys(pages: list[ListResult]) -> list[Any]:
    return [row.pk for page in pages for row in page.rows]


def plain_order(rows: list[Opportunity], ordering: str) -> list[Any]:
    """The same order by Python's stable sort: last field first, empty values last, ties by id."""
    names = ordering.split(",")
    ordered = sorted(rows, key=lambda row: row.pk)
    for name in reversed(names):
        value = plain_value(name.removeprefix("-"))
        given_rows = [row for row in ordered if value(row) is not None]
        empty = [row for row in ordered if value(row) is None]
        # `reverse` keeps the order of equal rows only when applied twice to them: sort on a negated rank instead.
        ranks = sorted({value(row) for row in given_rows}, reverse=name.startswith("-"))
        ordered = [row for rank in ranks for row in given_rows if value(row) == rank] + empty
    return [row.pk for row in ordered]


def plain_value(name: str) -> Any:
    if name == "account":
        return lambda row: row.account and row.account.name.lower()
    if name == "topic":
        return lambda row: row.topic.lower()
    return lambda row: getattr(row, name)


ORDERINGS = st.lists(st.sampled_from(ORDERABLE), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names)).map(",".join)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ordering=ORDERINGS, size=st.integers(1, 20))
def test_it_gives_every_row_once_in_order_both_ways(rep: User, rows: Any, ordering: str, size: int) -> None:
    pages = walk(rep, ordering=ordering, page_size=size)
    assert keys(pages) == plain_order(rows, ordering)
    assert keys(walk_back(rep, pages[-1], ordering=ordering, page_size=size)) == keys(pages)
    assert pages[0].previous_cursor is None


def test_it_skips_and_repeats_no_row_while_rows_are_added(rep: User, rows: list[Opportunity]) -> None:
    seen = []
    page = read(rep, ordering="topic", page_size=4)
    for number in range(100):
        seen += [row.pk for row in page.rows]
        if page.next_cursor is None:
            break
        make_opportunity(rep, topic="a" if number % 2 else "b")
        page = read(rep, ordering="topic", page_size=4, cursor=page.next_cursor)
    original = {row.pk for row in rows}
    assert [pk for pk in seen if pk in original] == plain_order(rows, "topic")


def test_it_reads_a_page_in_one_statement(rep: User, rows: Any, count_statements: Any) -> None:
    with count_statements(1):
        result = read(rep, page_size=10)
        [(row.account, row.owner.name, row.status_reason.label, row.competitor_refs) for row in result.rows]


def test_a_page_before_the_first_row_is_the_first_page(rep: User, rows: list[Opportunity]) -> None:
    pages = walk(rep, ordering="topic", page_size=10)
    Opportunity.objects.filter(pk__in=[row.pk for row in pages[0].rows]).delete()
    again = read(rep, ordering="topic", page_size=10, cursor=pages[1].previous_cursor)
    assert keys([again]) == keys([pages[1]])
    assert again.previous_cursor is None


@pytest.mark.parametrize(
    "change",
    [{"ordering": "-topic"}, {"rating": "hot"}, {"search": "a"}, {"view": "open"}, {"cursor": "x"}, {"cursor": "é"}],
)
def test_it_refuses_a_cursor_of_another_list(rep: User, rows: Any, change: dict[str, str]) -> None:
    cursor = read(rep, ordering="topic", page_size=5).next_cursor
    with pytest.raises(Invalid) as refused:
        read(rep, **{"ordering": "topic", "page_size": 5, "cursor": cursor} | change)
    assert list(refused.value.errors) == ["cursor"]


@pytest.mark.parametrize("typed", ["\0", "1e999999", {}, None])
def test_it_refuses_a_cursor_that_it_did_not_make(rep: User, rows: Any, typed: Any) -> None:
    cursor = read(rep, ordering="topic", page_size=5).next_cursor
    assert cursor is not None
    backward, __, pk = json.loads(b64_decode(cursor.partition(".")[0].encode()))
    forged = b64_encode(json.dumps([backward, typed, pk]).encode()).decode() + "." + cursor.partition(".")[2]
    with pytest.raises(Invalid) as refused:
        read(rep, ordering="topic", page_size=5, cursor=forged)
    assert list(refused.value.errors) == ["cursor"]


def test_a_cursor_outlives_another_page_size(rep: User, rows: list[Opportunity]) -> None:
    first = read(rep, ordering="topic", page_size=5)
    rest = read(rep, ordering="topic", page_size=200, cursor=first.next_cursor)
    assert keys([first, rest]) == plain_order(rows, "topic")
