"""Many opportunities in one call of the API: the form of the answer, and what it costs."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Event
from opportunities.actions import change_settings
from opportunities.models import Opportunity
from quotes.models import Quote
from tests.expect import nothing_changes
from tests.factories import make_competitor, make_opportunity, make_quote

# path: what goes with the ids, and how the answer calls the rows that went
VERBS = {
    "bulk-close": ({"outcome": "lost"}, "closed"),
    "bulk-reopen": ({}, "reopened"),
    "bulk-close-quotes": ({"status_reason": "canceled"}, "closed"),
    "bulk-assign": ({}, "assigned"),
}


@pytest.fixture
def send(api, vp):
    """`send(user, "bulk-close", opportunities, …)`; assigned is to the vice president unless told."""

    def post(user, verb, opportunities, **values):
        ids = [str(getattr(each, "pk", each)) for each in opportunities]
        owner = {"owner": str(vp.pk)} if verb == "bulk-assign" else {}
        return api(user).post(f"opportunities/{verb}/", {"ids": ids, **VERBS[verb][0], **owner, **values})

    return post


def make_row(owner, verb):
    opportunity = make_opportunity(owner, state="won" if verb == "bulk-reopen" else "open")
    if verb == "bulk-close-quotes":
        make_quote(opportunity)
    return opportunity


def test_reopening_asks_for_a_reason_where_an_administrator_wants_it(vp, rep, admin, api, send):
    opportunity = make_row(rep, "bulk-reopen")
    change_settings({"reopen_reason_required": True}, actor=admin)
    path = f"opportunities/{opportunity.pk}/reopen/"
    with nothing_changes():
        refused = [
            send(vp, "bulk-reopen", [opportunity]),
            send(vp, "bulk-reopen", [opportunity], dry_run=True, reason=" "),
            api(rep).post(path),
            api(rep).post(path, {"reason": "\n"}),
        ]
    for answer in refused:
        assert (answer.status_code, answer.json()["errors"]) == (400, {"reason": ["Say why it is reopened."]})
    assert send(vp, "bulk-reopen", [opportunity], reason="They called").json()["reopened"] == 1


class TestTheAnswer:
    @pytest.mark.parametrize("verb", VERBS)
    def test_it_tells_every_row_in_the_order_asked(self, vp, rep, send, verb):
        first, second, absent = make_row(rep, verb), make_row(rep, verb), uuid4()
        answer = send(vp, verb, [second, absent, first, second])
        body = answer.json()
        assert (answer.status_code, list(body)) == (200, [VERBS[verb][1], "refused", "results"])
        assert list(body.values()) == [
            2,
            1,
            [
                {"id": str(second.pk), "ok": True},
                {
                    "id": str(absent),
                    "ok": False,
                    "code": "not_found",
                    "detail": "There is no such record, or you may not read it.",
                },
                {"id": str(first.pk), "ok": True},
            ],
        ]
        assert "ETag" not in answer.headers
        assert {event.origin for event in Event.objects.filter(actor_id=vp.pk)} == {"api"}

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_dry_run_answers_the_same_and_changes_nothing(self, vp, rep, send, verb):
        rows = [make_row(rep, verb), uuid4()]
        with nothing_changes():
            foretold = send(vp, verb, rows, dry_run=True).json()
        assert foretold == send(vp, verb, rows, dry_run=False).json()
        assert foretold[VERBS[verb][1]] == 1

    def test_a_refused_row_speaks_the_readers_language(self, rep, api):
        opportunity = make_opportunity(rep, estimated_revenue=None)
        body = {"ids": [str(opportunity.pk)], "outcome": "won"}
        rows = [
            api(rep).post("opportunities/bulk-close/", body, accept_language=language).json()["results"][0]
            for language in ("en", "da")
        ]
        assert [row["code"] for row in rows] == ["invalid", "invalid"]
        assert rows[0]["detail"] == "Enter the actual revenue: there is no won quote and no estimate."
        assert rows[1]["detail"].startswith("Angiv")

    def test_the_form_reaches_every_row(self, rep, api):
        rival = make_competitor()
        opportunities = [make_opportunity(rep, currency=currency) for currency in ("USD", "USD")]
        make_quote(opportunities[1])
        body = {
            "outcome": "lost",
            "ids": [str(each.pk) for each in opportunities],
            "status_reason": 5,
            "actual_revenue": "12.50",
            "currency": "USD",
            "close_date": "2026-01-31",
            "description": "Too dear",
            "competitor": str(rival.pk),
            "custom": {},
            "close_quotes": "canceled",
        }
        assert api(rep).post("opportunities/bulk-close/", body).json()["closed"] == 2
        for opportunity in Opportunity.objects.select_related("close"):
            assert (opportunity.status_reason_id, opportunity.actual_revenue) == (5, Decimal("12.5"))
            assert (opportunity.close.description, opportunity.close.competitor_id) == ("Too dear", rival.pk)
        assert Quote.objects.get().state == 3

    def test_null_counts_as_left_out(self, rep, send):
        rows = [make_opportunity(rep)]
        values = dict.fromkeys(("status_reason", "actual_revenue", "close_date", "competitor", "dry_run"))
        assert send(rep, "bulk-close", rows, **values).json()["closed"] == 1


class TestTheCallIsRefused:
    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize(
        ("ids", "text"),
        [
            (None, "required"),
            ([], "from 1 to 1000"),
            ([str(UUID(int=each)) for each in range(1001)], "from 1 to 1000"),
            (["x"], "Enter an id"),
            ([1], "Enter an id"),
            ([None], "null"),
            ("x", "list"),
        ],
    )
    def test_for_its_ids(self, vp, rep, api, verb, ids, text):
        owner = {"owner": str(vp.pk)} if verb == "bulk-assign" else {}
        answer = api(rep).post(f"opportunities/{verb}/", {**VERBS[verb][0], **owner, "ids": ids})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert list(answer.json()["errors"]) == ["ids"]
        assert text in " ".join(answer.json()["errors"]["ids"])

    @pytest.mark.parametrize(
        ("verb", "values", "field"),
        [
            ("bulk-close", {"outcome": None}, "outcome"),
            ("bulk-close", {"outcome": "open"}, "outcome"),
            ("bulk-close", {"state": "lost"}, "state"),
            ("bulk-close", {"status_reason": 3}, "status_reason"),
            ("bulk-close", {"close_date": "2999-01-01"}, "close_date"),
            ("bulk-close", {"description": "x" * 2001}, "description"),
            ("bulk-close", {"custom": {"budget": 1}}, "custom.budget"),
            ("bulk-close", {"actual_revenue": "-1"}, "actual_revenue"),
            ("bulk-close", {"dry_run": "yes"}, "dry_run"),
            ("bulk-reopen", {"status_reason": 3}, "status_reason"),
            ("bulk-close-quotes", {"status_reason": "won"}, "status_reason"),
            ("bulk-assign", {"owner": str(uuid4())}, "owner"),
            ("bulk-assign", {"owner": None}, "owner"),
        ],
    )
    def test_for_its_form(self, rep, send, verb, values, field):
        rows = [make_row(rep, verb)]
        with nothing_changes():
            answer = send(rep, verb, rows, **values)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert list(answer.json()["errors"]) == [field]

    def test_for_one_amount_in_two_currencies(self, rep, send):
        rows = [make_opportunity(rep), make_opportunity(rep, currency="EUR")]
        answer = send(rep, "bulk-close", rows, actual_revenue=5)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["actual_revenue"])

    @pytest.mark.parametrize("verb", VERBS)
    def test_for_another_method_or_nobody(self, rep, api, verb):
        assert api(rep).get(f"opportunities/{verb}/").status_code == 405
        assert api(rep).patch(f"opportunities/{verb}/", {}).status_code == 405
        assert api(None).post(f"opportunities/{verb}/", {}).status_code == 401


def test_a_row_without_the_right_stops_no_other(people, send):
    rows = [make_opportunity(people["stranger"]), make_opportunity(people["teammate"])]
    answer = send(people["rep"], "bulk-close", rows).json()
    assert (answer["closed"], answer["refused"]) == (1, 1)
    assert answer["results"][0]["code"] == "permission_denied"


class TestStatements:
    @pytest.mark.parametrize(
        ("verb", "most"), [("bulk-close", 9), ("bulk-reopen", 9), ("bulk-close-quotes", 9), ("bulk-assign", 7)]
    )
    def test_any_number_of_rows_takes_the_same(self, vp, rep, api, send, verb, most):
        counts, __ = set(), api(vp)  # whose token is issued once
        for number in (2, 60):
            rows = [make_row(rep, verb) for __ in range(number)]
            with CaptureQueriesContext(connection) as captured:
                assert send(vp, verb, rows).json()["refused"] == 0
            counts.add(len(captured.captured_queries))
        assert counts == {most}

    def test_refusals_and_quotes_along_take_no_more_for_more(self, rep, stranger, api, send):
        counts, __ = set(), api(rep)
        for number in (1, 20):
            rows = [make_opportunity(rep, state="won") for __ in range(number)]
            rows += [make_opportunity(stranger) for __ in range(number)]
            rows += [make_row(rep, "bulk-close-quotes") for __ in range(number + 1)]
            with CaptureQueriesContext(connection) as captured:
                assert send(rep, "bulk-close", rows, close_quotes="lost").json()["closed"] == number + 1
            counts.add(len(captured.captured_queries))
        assert counts == {12}

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_dry_run_locks_nothing(self, vp, rep, send, verb):
        rows = [make_row(rep, verb)]
        with CaptureQueriesContext(connection) as captured:
            send(vp, verb, rows, dry_run=True)
        assert captured.captured_queries
        assert not [query["sql"] for query in captured.captured_queries if "FOR UPDATE" in query["sql"]]
