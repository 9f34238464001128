"""Lists over the API: their form, links and refusals. What filters and orders find is tested with the lists."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.factories import close_won, make_opportunity, make_quote


@pytest.fixture
def five(rep):
    return [make_opportunity(rep, topic=f"Topic {number}") for number in range(5)]


def topics(answer):
    return [row["topic"] for row in answer.json()["results"]]


def test_the_form(rep, api, five):
    answer = api(rep).get("opportunities/")
    assert (answer.status_code, list(answer.json())) == (200, ["next", "previous", "results"])
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    assert answer.json()["results"][0] == api(rep).get(f"opportunities/{five[4].pk}/").json()
    assert "count" not in api(rep).get("opportunities/?count=false").json()
    assert api(rep).get("opportunities/?count=true&page_size=2").json()["count"] == 5


def test_the_links_lead_there_and_back(rep, api, five):
    client = api(rep)
    first = client.get("opportunities/?ordering=topic&page_size=2&count=true&search=topic")
    assert first.json()["next"].startswith("http://testserver/api/v1/opportunities/?")
    second = client.get(first.json()["next"])
    third = client.get(second.json()["next"])
    assert [topics(page) for page in (first, second, third)] == [
        ["Topic 0", "Topic 1"],
        ["Topic 2", "Topic 3"],
        ["Topic 4"],
    ]
    assert (first.json()["previous"], third.json()["next"]) == (None, None)
    assert topics(client.get(third.json()["previous"])) == topics(second)
    query = parse_qs(urlsplit(third.json()["previous"]).query)
    assert {name: query[name] for name in ("ordering", "page_size", "search")} == {
        "ordering": ["topic"],
        "page_size": ["2"],
        "search": ["topic"],
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("x=1", "x"),
        ("format=json", "format"),
        ("view=mine", "view"),
        ("state=won&state=lost", "state"),
        ("state=closed", "state"),
        ("owner=rep", "owner"),
        ("page_size=201", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=%D9%A1", "page_size"),
        ("count=1", "count"),
        ("ordering=nope", "ordering"),
        ("cursor=x", "cursor"),
        ("cursor=W10", "cursor"),
        ("estimated_revenue_min=1e3", "estimated_revenue_min"),
        ("estimated_revenue_min=NaN", "estimated_revenue_min"),
        ("actual_close_date_after=21.11.2026", "actual_close_date_after"),
        ("created_after=x", "created_after"),
        ("status_reason=won", "status_reason"),
        ("currency=%00", "currency"),
        ("search=%00", "search"),
        ("owner=%00", "owner"),
    ],
)
def test_a_wrong_parameter_is_never_an_unfiltered_list(rep, api, five, query, parameter):
    answer = api(rep).get(f"opportunities/?{query}")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", [parameter])


@pytest.mark.parametrize("query", ["search=%ff", "search='%22%5C", "search=%F0%9F%AB%90", f"status_reason={10**30}"])
def test_odd_values_find_nothing_and_break_nothing(rep, api, five, query):
    answer = api(rep).get(f"opportunities/?{query}")
    assert answer.status_code in (200, 400)
    assert answer.json().get("results", []) == []


@pytest.mark.parametrize(
    "records", ["quotes", "accounts", "competitors", "users", "opportunity-closes", "quote-closes", "status-reasons"]
)
def test_every_list_is_as_strict(rep, api, records):
    assert api(rep).get(f"{records}/?nope=1").status_code == 400
    assert list(api(rep).get(f"{records}/?page_size=1").json()) == ["next", "previous", "results"]


def test_a_cursor_is_bound_to_its_filters(rep, api, five):
    link = api(rep).get("opportunities/?page_size=2&state=open").json()["next"]
    assert api(rep).get(link.replace("state=open", "state=won")).status_code == 400


def test_filters_of_the_other_lists(rep, api):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity, "lost")
    make_quote(make_opportunity(rep))
    closing = close_won(opportunity, close_date=date(2024, 1, 31))
    client = api(rep)

    def ids(path):
        return [row["id"] for row in client.get(path).json()["results"]]

    assert ids(f"quotes/?opportunity={opportunity.pk}") == [str(quote.pk)]
    assert ids("quotes/?state=closed") == [str(quote.pk)]
    assert ids(f"quotes/?number={quote.number}") == [str(quote.pk)]
    closes = f"opportunity-closes/?opportunity={opportunity.pk}&outcome=won&activity_status=completed"
    assert ids(f"{closes}&close_date_after=2024-01-31&close_date_before=2024-01-31") == [
        str(closing.opportunity_close.pk)
    ]
    assert ids(f"{closes}&close_date_after=2024-02-01") == []
    assert len(ids(f"quote-closes/?opportunity={opportunity.pk}")) == 1
