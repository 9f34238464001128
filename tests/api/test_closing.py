"""Closing, reopening and the close check: what the verbs take and answer."""

from decimal import Decimal

import pytest

from opportunities.models import Opportunity, StatusReason
from tests.api.forms import OPPORTUNITY, OPPORTUNITY_CLOSE, QUOTE, person
from tests.factories import (
    close_lost,
    close_won,
    make_competitor,
    make_opportunity,
    make_quote,
)


class TestClosing:
    @pytest.mark.parametrize(
        ("verb", "state", "reason", "probability"),
        [("close-as-won", "won", "Won", 100), ("close-as-lost", "lost", "Canceled", 0)],
    )
    def test_an_empty_body_closes_with_the_defaults(self, rep, api, verb, state, reason, probability):
        opportunity = make_opportunity(rep)
        answer = api(rep).post(f"opportunities/{opportunity.pk}/{verb}/", "")
        assert answer.status_code == 200
        record, close = answer.json()["opportunity"], answer.json()["opportunity_close"]
        assert list(answer.json()) == ["opportunity", "opportunity_close", "closed_quotes"]
        assert (list(record), list(close)) == (OPPORTUNITY, OPPORTUNITY_CLOSE)
        assert (record["state"], record["status_reason"]["label"], record["probability"]) == (
            state,
            reason,
            probability,
        )
        assert (close["type"], close["outcome"], close["activity_status"]) == ("opportunity_close", state, "completed")
        assert close["opportunity"] == {"id": str(opportunity.pk), "topic": opportunity.topic}
        assert (close["subject"], close["closed_by"]) == (opportunity.topic, person(rep))
        assert (close["competitor"], close["custom"], close["reopened_by"], close["reopened_at"]) == (
            None,
            {},
            None,
            None,
        )
        assert close["actual_revenue"] == record["actual_revenue"] == ("1000.00" if state == "won" else None)
        assert answer.json()["closed_quotes"] == []

    def test_the_whole_form(self, rep, api):
        opportunity = make_opportunity(rep, currency="JPY")
        rival = make_competitor("Fabrikam")
        body = {
            "status_reason": 5,
            "actual_revenue": 70,
            "currency": "JPY",
            "close_date": "2024-02-29",
            "description": "Too dear.\n",
            "competitor": str(rival.pk),
            "custom": {},
        }
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-lost/", body).json()
        close = answer["opportunity_close"]
        assert close["status_reason"] == {"code": 5, "label": "Out-Sold"}
        assert (close["actual_revenue"], close["currency"], close["close_date"]) == ("70", "JPY", "2024-02-29")
        assert (close["competitor"], close["description"]) == ({"id": str(rival.pk), "name": "Fabrikam"}, "Too dear.\n")
        assert answer["opportunity"]["competitors"] == [{"id": str(rival.pk), "name": "Fabrikam"}]

    def test_null_is_left_out(self, rep, api):
        opportunity = make_opportunity(rep)
        fields = ("status_reason", "actual_revenue", "currency", "close_date", "description", "competitor", "custom")
        body = dict.fromkeys((*fields, "close_quotes"))
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", body)
        assert answer.status_code == 200
        assert answer.json()["opportunity_close"]["actual_revenue"] == "1000.00"

    def test_zero_is_a_value(self, rep, api):
        opportunity = make_opportunity(rep)
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", {"actual_revenue": 0}).json()
        assert answer["opportunity_close"]["actual_revenue"] == "0.00"

    def test_quotes_are_closed_along_where_asked_for(self, rep, api):
        opportunity = make_opportunity(rep)
        make_quote(opportunity, "draft"), make_quote(opportunity, "active"), make_quote(opportunity, "won")
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", {"close_quotes": "canceled"}).json()
        assert [list(quote) for quote in answer["closed_quotes"]] == [QUOTE, QUOTE]
        assert {quote["status_reason"]["label"] for quote in answer["closed_quotes"]} == {"Canceled"}
        assert answer["opportunity"]["open_quotes"] == 0
        # What the won quote came to.
        assert answer["opportunity"]["actual_revenue"] == "500.00"

    def test_blocking_quotes_are_named(self, rep, api):
        opportunity = make_opportunity(rep)
        draft, active = make_quote(opportunity), make_quote(opportunity, "active")
        make_quote(opportunity, "won")
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-lost/")
        assert (answer.status_code, answer.json()["code"]) == (409, "opportunity_has_open_quotes")
        assert sorted(answer.json()["blocking_quotes"], key=lambda quote: quote["number"]) == [
            {
                "id": str(quote.pk),
                "number": quote.number,
                "revision": 0,
                "name": quote.name,
                "state": state,
                "total_amount": "500.00",
                "currency": "USD",
            }
            for quote, state in ((draft, "draft"), (active, "active"))
        ]

    def test_a_closed_one_names_who_when_and_how(self, rep, teammate, api):
        closing = close_lost(make_opportunity(rep), actor=teammate)
        problem = api(rep).post(f"opportunities/{closing.opportunity.pk}/close-as-won/").json()
        assert problem["code"] == "opportunity_already_closed"
        assert (problem["closed_by"], problem["outcome"]) == (person(teammate), "lost")
        assert problem["closed_at"] == closing.opportunity_close.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_the_record_keeps_what_things_were_called(self, rep, api):
        rival = make_competitor("Fabrikam")
        close = close_lost(make_opportunity(rep, topic="Old"), competitor=rival, status_reason=5).opportunity_close
        type(rival).objects.update(name="Renamed")
        StatusReason.objects.filter(code=5).update(label_en="Renamed")
        Opportunity.objects.update(topic="Renamed")
        answer = api(rep).get(f"opportunity-closes/{close.pk}/").json()
        assert list(answer) == OPPORTUNITY_CLOSE
        assert answer["competitor"] == {"id": str(rival.pk), "name": "Fabrikam"}
        assert answer["status_reason"] == {"code": 5, "label": "Out-Sold"}
        assert (answer["subject"], answer["opportunity"]["topic"]) == ("Old", "Renamed")

    def test_reopen(self, rep, teammate, api):
        opportunity = close_won(make_opportunity(rep, probability=35)).opportunity
        body = {"status_reason": 2, "reason": "They called again."}
        answer = api(teammate).post(f"opportunities/{opportunity.pk}/reopen/", body)
        assert (answer.status_code, list(answer.json())) == (200, ["opportunity", "opportunity_close"])
        record, close = answer.json()["opportunity"], answer.json()["opportunity_close"]
        assert (list(record), list(close)) == (OPPORTUNITY, OPPORTUNITY_CLOSE)
        assert (record["state"], record["status_reason"]["code"], record["probability"]) == ("open", 2, 35)
        assert (record["actual_revenue"], record["actual_close_date"]) == (None, None)
        assert (close["activity_status"], close["actual_revenue"]) == ("canceled", "1000.00")
        assert (close["reopened_by"], close["reopen_reason"]) == (person(teammate), "They called again.")
        assert close["reopened_at"].endswith("Z")

    def test_close_quotes(self, rep, api):
        opportunity = make_opportunity(rep)
        make_quote(opportunity), make_quote(opportunity, "active")
        path = f"opportunities/{opportunity.pk}/close-quotes/"
        answer = api(rep).post(path, {"status_reason": "lost"}).json()
        assert list(answer) == ["opportunity", "closed_quotes"]
        assert [quote["state"] for quote in answer["closed_quotes"]] == ["closed", "closed"]
        version = answer["opportunity"]["version"]
        again = api(rep).post(path, {"status_reason": "lost"})
        assert (again.status_code, again.json()["closed_quotes"]) == (200, [])
        assert again.json()["opportunity"]["version"] == version


class TestCloseCheck:
    def test_it_answers_whether_and_with_what(self, rep, api):
        opportunity = make_opportunity(rep, estimated_revenue=Decimal("12.5"), currency="EUR")
        check = api(rep).get(f"opportunities/{opportunity.pk}/close-check/", {"outcome": "won"}).json()
        assert list(check) == ["allowed", "refusals", "blocking_quotes", "defaults", "fields"]
        assert (check["allowed"], check["refusals"], check["blocking_quotes"]) == (True, [], [])
        assert list(check["defaults"]) == ["status_reason", "actual_revenue", "currency", "close_date"]
        assert (check["defaults"]["status_reason"], check["defaults"]["actual_revenue"]) == (3, "12.50")
        assert {tuple(field) for field in check["fields"]} == {
            ("name", "label", "help", "type", "required", "choices", "max_length")
        }

    @pytest.mark.parametrize("outcome", ["won", "lost"])
    def test_its_defaults_are_a_close_body(self, rep, api, outcome):
        opportunity = make_opportunity(rep)
        defaults = api(rep).get(f"opportunities/{opportunity.pk}/close-check/?outcome={outcome}").json()["defaults"]
        assert api(rep).post(f"opportunities/{opportunity.pk}/close-as-{outcome}/", defaults).status_code == 200

    def test_it_lists_every_refusal_in_order(self, rep, member, api):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity)
        check = api(member).get(f"opportunities/{opportunity.pk}/close-check/?outcome=lost").json()
        assert [refusal["code"] for refusal in check["refusals"]] == [
            "permission_denied",
            "opportunity_has_open_quotes",
        ]
        assert (check["allowed"], [each["id"] for each in check["blocking_quotes"]]) == (False, [str(quote.pk)])

    @pytest.mark.parametrize(
        "query", ["", "?outcome=", "?outcome=open", "?outcome=won&outcome=won", "?outcome=won&x=1"]
    )
    def test_it_takes_one_outcome_and_nothing_else(self, rep, api, query):
        answer = api(rep).get(f"opportunities/{make_opportunity(rep).pk}/close-check/{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
