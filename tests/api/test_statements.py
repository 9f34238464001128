"""How many statements an answer takes, with authentication, BEGIN and COMMIT."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote


class TestClosing:
    def test_a_close_takes_nine(self, rep, api, count_statements):
        opportunity, client = make_opportunity(rep), api(rep)
        with count_statements(9):
            assert client.post(f"opportunities/{opportunity.pk}/close-as-won/").status_code == 200

    def test_a_competitor_takes_two_more(self, rep, api, count_statements):
        opportunity, client, body = make_opportunity(rep), api(rep), {"competitor": str(make_competitor().pk)}
        with count_statements(11):
            assert client.post(f"opportunities/{opportunity.pk}/close-as-lost/", body).status_code == 200

    @pytest.mark.parametrize("quotes", [1, 5])
    def test_any_number_of_quotes_takes_three_more(self, rep, api, count_statements, quotes):
        opportunity, client = make_opportunity(rep), api(rep)
        for __ in range(quotes):
            make_quote(opportunity)
        with count_statements(12):
            answer = client.post(f"opportunities/{opportunity.pk}/close-as-won/", {"close_quotes": "lost"})
        assert len(answer.json()["closed_quotes"]) == quotes


def statements_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured.captured_queries)


def make_rows(rep, teammate):
    """One more row of everything, each with records of its own around it."""
    opportunity = make_opportunity(rep, actor=rep, account=make_account(), competitors=[make_competitor().pk])
    make_quote(opportunity, "lost")
    close_won(opportunity, actor=teammate, competitor=make_competitor())
    make_quote(make_opportunity(teammate), "active")


@pytest.mark.parametrize(
    ("records", "most"),
    [
        ("opportunities", 2),
        ("quotes", 2),
        ("opportunity-closes", 2),
        ("quote-closes", 2),
        ("accounts", 2),
        ("competitors", 2),
        ("users", 2),
        ("status-reasons", 2),
    ],
)
def test_a_list_takes_one_statement_for_any_number_of_rows(rep, teammate, api, records, most):
    client = api(rep)
    make_rows(rep, teammate)
    assert statements_of(client, f"{records}/") == most
    make_rows(rep, teammate)
    make_rows(rep, teammate)
    assert statements_of(client, f"{records}/") == most
    assert statements_of(client, f"{records}/?count=true") == most + 1


def test_a_record_and_what_hangs_on_it_take_the_same_for_any_number(rep, teammate, api):
    client = api(rep)
    opportunity = make_opportunity(rep, account=make_account(), competitors=[make_competitor().pk])
    make_quote(opportunity, "lost")
    paths = {"": 2, "close-check/?outcome=won": 4, "activities/": 4, "timeline/": 4}
    for __ in range(2):
        for path, statements in paths.items():
            assert statements_of(client, f"opportunities/{opportunity.pk}/{path}") == statements, path
        make_quote(opportunity, "won", actor=teammate), make_quote(opportunity, "canceled")


def test_a_quote_takes_one(rep, api):
    assert statements_of(api(rep), f"quotes/{make_quote(make_opportunity(rep)).pk}/") == 2
