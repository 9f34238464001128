"""Which index answers each view. At the few rows of a test PostgreSQL would read them all, so it may not here."""

import re
from itertools import takewhile

import pytest
from django.db import connection
from django.http import QueryDict

from crm.lists import read_list
from opportunities.list_views import OpportunityListPage
from opportunities.lists import OPPORTUNITIES
from tests.factories import make_opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_tables(db):
    """As after their making, until the test is over: what other tests wrote and took back would weigh in the plans."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE crm_user, opportunities_opportunity CASCADE")


@pytest.fixture
def plans(new_tables, rep):
    """The plans of the statements that reading a list, or its sums, asks."""
    for state in ("open", "won", "lost"):
        make_opportunity(rep, state=state)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")

    def explain(deed):
        asked = []

        def note(execute, sql, params, many, context):
            asked.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            deed()
        return [plan_of(sql, params) for sql, params in asked]

    return explain


def plan_of(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("view", "index"),
    [
        ("open", "opportunity_open_by_date"),
        ("team-open", "opportunity_open_by_date"),
        ("closed", "opportunity_closed_by_date"),
        ("won", "opportunity_closed_by_date"),
        ("lost", "opportunity_closed_by_date"),
        ("all", "opportunity_by_modified"),
    ],
)
def test_the_order_of_a_view_comes_from_its_index(plans, rep, view, index):
    (plan,) = plans(lambda: read_list(OPPORTUNITIES, QueryDict(f"view={view}"), rep))
    assert re.search(rf"Index (Only )?Scan (Backward )?using {index} ", below_limit(plan)), plan
    assert "Sort" not in below_limit(plan), plan


def below_limit(plan):
    """What chooses the rows of a page."""
    before, _limit, after = plan.partition("Limit ")
    depth = len(before.rpartition("\n")[2])
    lines = takewhile(lambda line: not line[:depth].strip(), after.split("\n")[1:])
    return "\n".join(lines)


@pytest.mark.parametrize("view", OPPORTUNITIES.views)
def test_the_sums_of_a_view_come_from_an_index_alone(plans, rep, view):
    result = read_list(OPPORTUNITIES, QueryDict(f"view={view}"), rep)
    page = OpportunityListPage()
    page.params = QueryDict(f"view={view}")
    index, other = "opportunity_sums", "opportunity_by_owner"
    if view in ("my-open", "team-open"):
        index, other = other, index
    with connection.cursor() as cursor:
        # Of so few rows any index costs the same: the others are out of the way.
        cursor.execute(f"DROP INDEX opportunity_open_by_date, opportunity_closed_by_date, {other}")
    (plan,) = plans(lambda: page.summarize(result))
    assert f"Index Only Scan using {index} " in plan, plan


def test_what_shows_a_row_is_joined_to_those_of_one_page(plans, rep):
    """An order without an index sorts keys and ids, not all that a row shows."""
    (plan,) = plans(lambda: read_list(OPPORTUNITIES, QueryDict("view=open&ordering=-estimated_revenue"), rep))
    assert "opportunities_account" in plan
    assert "Sort Key: v0.estimated_revenue" in below_limit(plan), plan
    assert "opportunities_account" not in below_limit(plan), plan
