"""Opportunities: what is written and read, key by key, as the contract has it."""

import pytest

from opportunities.models import Opportunity
from tests.api.forms import EVENT, OPPORTUNITY, OPPORTUNITY_CLOSE, QUOTE_CLOSE, person
from tests.factories import (
    close_lost,
    close_won,
    make_account,
    make_competitor,
    make_opportunity,
    make_quote,
    reopen,
)


class TestOpportunities:
    def test_only_the_topic_is_required(self, rep, api):
        answer = api(rep).post("opportunities/", {"topic": "New roof"})
        assert answer.status_code == 201
        record = answer.json()
        assert list(record) == OPPORTUNITY
        assert record["owner"] == person(rep)
        assert (record["currency"], record["rating"], record["sales_stage"]) == ("USD", "warm", "qualify")
        assert (record["state"], record["status_reason"]) == ("open", {"code": 1, "label": "In Progress"})
        assert record["forecast_category"] == "pipeline"
        assert (record["account"], record["probability"], record["competitors"]) == (None, None, [])
        assert answer["Location"] == f"http://testserver/api/v1/opportunities/{record['id']}/"
        assert record["url"] == f"http://testserver/opportunities/{record['id']}/"

    def test_every_writable_field_is_written_and_read_back(self, rep, manager, api):
        account = make_account("Contoso")
        rivals = [make_competitor("Zeta"), make_competitor("alpha")]
        values = {
            "topic": "  New roof ",
            "account": str(account.pk),
            "owner": str(rep.pk),
            "currency": "KWD",
            "estimated_revenue": "1234.5",
            "estimated_close_date": "2027-02-28",
            "probability": 40,
            "rating": "hot",
            "sales_stage": "propose",
            "description": " two\n lines ",
            "competitors": [str(rival.pk) for rival in rivals],
            "forecast_category": "best_case",
            "status_reason": 2,
        }
        created = api(manager).post("opportunities/", values).json()
        assert created == api(manager).get(f"opportunities/{created['id']}/").json()
        assert created["topic"] == "New roof"
        assert created["description"] == " two\n lines "
        assert created["account"] == {"id": str(account.pk), "name": "Contoso"}
        assert created["estimated_revenue"] == "1234.500"
        assert created["status_reason"] == {"code": 2, "label": "On Hold"}
        assert [rival["name"] for rival in created["competitors"]] == ["alpha", "Zeta"]
        same = ("currency", "estimated_close_date", "probability", "rating", "sales_stage", "forecast_category")
        assert {field: created[field] for field in same} == {field: values[field] for field in same}

    def test_money_is_read_from_its_decimal_text(self, rep, api):
        # As a float this is 999999999999.9900512695...
        answer = api(rep).post("opportunities/", '{"topic": "x", "estimated_revenue": 999999999999.99}')
        assert answer.json()["estimated_revenue"] == "999999999999.99"

    @pytest.mark.parametrize(("currency", "text"), [("JPY", "1000"), ("EUR", "1000.00"), ("KWD", "1000.000")])
    def test_money_has_the_decimals_of_its_currency(self, rep, api, currency, text):
        body = {"topic": "x", "currency": currency, "estimated_revenue": "1000"}
        assert api(rep).post("opportunities/", body).json()["estimated_revenue"] == text

    def test_patch_changes_what_it_names_and_null_clears(self, rep, api):
        opportunity = make_opportunity(rep, account=make_account(), probability=10, competitors=[make_competitor().pk])
        answer = api(rep).patch(
            f"opportunities/{opportunity.pk}/",
            {"account": None, "probability": None, "competitors": [], "topic": "New"},
        )
        record = answer.json()
        assert list(record) == OPPORTUNITY
        assert (record["account"], record["probability"], record["competitors"]) == (None, None, [])
        assert (record["topic"], record["estimated_revenue"], record["version"]) == ("New", "1000.00", 2)

    def test_a_patch_that_changes_nothing_leaves_version_and_log(self, rep, api):
        opportunity = make_opportunity(rep)
        answer = api(rep).patch(f"opportunities/{opportunity.pk}/", {"topic": opportunity.topic, "rating": "warm"})
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
        assert len(api(rep).get(f"opportunities/{opportunity.pk}/timeline/").json()) == 1

    def test_delete(self, rep, api):
        opportunity = make_opportunity(rep)
        answer = api(rep).delete(f"opportunities/{opportunity.pk}/")
        assert (answer.status_code, answer.content) == (204, b"")
        assert not Opportunity.objects.exists()

    def test_times_are_utc_to_the_second(self, rep, api):
        record = api(rep).post("opportunities/", {"topic": "x"}).json()
        stored = Opportunity.objects.get()
        assert record["created_at"] == stored.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")


class TestHistory:
    def test_activities_are_all_closings_newest_first(self, rep, api):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity, "lost")
        first = close_won(opportunity).opportunity_close
        reopen(opportunity)
        second = close_lost(opportunity).opportunity_close
        path = f"opportunities/{opportunity.pk}/activities/"
        activities = api(rep).get(path).json()
        assert [activity["id"] for activity in activities[:2]] == [str(second.pk), str(first.pk)]
        assert [activity["activity_status"] for activity in activities] == ["completed", "canceled", "completed"]
        assert [list(activity) for activity in activities] == [OPPORTUNITY_CLOSE, OPPORTUNITY_CLOSE, QUOTE_CLOSE]
        assert activities[2]["quote"] == {"id": str(quote.pk), "number": quote.number, "name": quote.name}
        assert api(rep).get(path, {"view": "closed"}).json() == api(rep).get(path, {"view": "all"}).json() == activities
        assert api(rep).get(path, {"view": "open"}).status_code == 400

    def test_the_timeline_tells_the_record_and_its_quotes(self, rep, teammate, api):
        opportunity = make_opportunity(rep)
        make_quote(opportunity, "lost")
        closing = close_won(opportunity, actor=teammate)
        events = api(rep).get(f"opportunities/{opportunity.pk}/timeline/").json()
        assert [event["type"] for event in events] == [
            "opportunity.won",
            "quote.closed",
            "quote.created",
            "opportunity.created",
        ]
        assert {tuple(event) for event in events} == {tuple(EVENT)}
        won = events[0]
        assert (won["actor"], won["record"]) == (person(teammate), {"type": "opportunity", "id": str(opportunity.pk)})
        assert won["before"].keys() == won["after"].keys()
        assert (won["before"]["state"], won["after"]["state"]) == ("open", "won")
        assert won["data"] == {"opportunity_close": str(closing.opportunity_close.pk)}
        assert won["version"] == closing.opportunity.version

    def test_what_the_api_does_says_so(self, rep, api):
        pk = api(rep).post("opportunities/", {"topic": "x"}).json()["id"]
        assert [event["origin"] for event in api(rep).get(f"opportunities/{pk}/timeline/").json()] == ["api"]
