"""Quotes, accounts, competitors, users and status reasons, key by key."""

from datetime import timedelta

import pytest

from quotes.models import Quote, QuoteClose
from tests.api.forms import QUOTE, QUOTE_CLOSE, person
from tests.factories import (
    close_lost,
    make_account,
    make_competitor,
    make_opportunity,
    make_quote,
)


class TestQuotes:
    def test_create(self, rep, api):
        opportunity = make_opportunity(rep, currency="EUR")
        body = {
            "opportunity": str(opportunity.pk),
            "name": " Offer ",
            "total_amount": 99.9,
            "effective_from": "2026-01-01",
            "effective_to": "2026-02-01",
            "currency": "EUR",
        }
        answer = api(rep).post("quotes/", body)
        quote = answer.json()
        assert (answer.status_code, list(quote)) == (201, QUOTE)
        assert answer["Location"] == f"http://testserver/api/v1/quotes/{quote['id']}/"
        assert (quote["name"], quote["total_amount"], quote["revision"], quote["state"]) == (
            "Offer",
            "99.90",
            0,
            "draft",
        )
        assert quote["opportunity"] == {"id": str(opportunity.pk), "topic": opportunity.topic}
        assert quote["status_reason"] == {"code": 1, "label": "In Progress"}
        assert (quote["effective_from"], quote["effective_to"], quote["closed_on"]) == (
            "2026-01-01",
            "2026-02-01",
            None,
        )
        assert quote == api(rep).get(f"quotes/{quote['id']}/").json()

    def test_patch_and_delete(self, rep, api):
        quote = make_quote(make_opportunity(rep))
        changed = (
            api(rep).patch(f"quotes/{quote.pk}/", {"total_amount": "7", "name": "Other", "currency": "USD"}).json()
        )
        assert (changed["total_amount"], changed["name"], changed["version"]) == ("7.00", "Other", 2)
        assert api(rep).delete(f"quotes/{quote.pk}/").status_code == 204
        assert not Quote.objects.exists()

    def test_activate(self, rep, api):
        answer = api(rep).post(f"quotes/{make_quote(make_opportunity(rep)).pk}/activate/")
        assert (answer.status_code, list(answer.json()), answer.json()["state"]) == (200, QUOTE, "active")

    def test_win_and_close_the_others(self, rep, api):
        opportunity = make_opportunity(rep)
        quote, other = make_quote(opportunity, "active"), make_quote(opportunity)
        body = {"close_other_quotes": True, "close_date": "2024-01-31", "description": "Signed."}
        answer = api(rep).post(f"quotes/{quote.pk}/win/", body).json()
        assert list(answer) == ["quote", "quote_close", "closed_quotes"]
        assert (answer["quote"]["state"], answer["quote"]["closed_on"]) == ("won", "2024-01-31")
        assert list(answer["quote_close"]) == QUOTE_CLOSE
        assert (answer["quote_close"]["outcome"], answer["quote_close"]["description"]) == ("won", "Signed.")
        assert [(each["id"], each["state"]) for each in answer["closed_quotes"]] == [(str(other.pk), "closed")]

    def test_win_leaves_the_others_alone_unasked(self, rep, api):
        opportunity = make_opportunity(rep)
        quote, other = make_quote(opportunity, "active"), make_quote(opportunity)
        answer = api(rep).post(f"quotes/{quote.pk}/win/", {"close_other_quotes": None}).json()
        assert answer["closed_quotes"] == []
        assert Quote.objects.get(pk=other.pk).is_open

    def test_close(self, rep, api):
        quote = make_quote(make_opportunity(rep))
        answer = api(rep).post(f"quotes/{quote.pk}/close/", {"status_reason": "canceled"}).json()
        assert answer["quote"]["status_reason"] == {"code": 6, "label": "Canceled"}
        close = answer["quote_close"]
        assert (close["outcome"], close["status_reason"], close["activity_status"]) == (
            "canceled",
            {"code": 6, "label": "Canceled"},
            "completed",
        )
        assert (close["number"], close["total_amount"], close["closed_by"]) == (quote.number, "500.00", person(rep))
        assert answer["closed_quotes"] == []
        assert api(rep).get(f"quote-closes/{close['id']}/").json() == close

    def test_revise(self, rep, api):
        quote = make_quote(make_opportunity(rep), "active")
        answer = api(rep).post(f"quotes/{quote.pk}/revise/")
        assert (answer.status_code, list(answer.json())) == (201, ["quote", "revised_quote"])
        draft, revised = answer.json()["quote"], answer.json()["revised_quote"]
        assert (draft["number"], draft["revision"], draft["state"]) == (quote.number, 1, "draft")
        assert (revised["id"], revised["status_reason"]["label"]) == (str(quote.pk), "Revised")
        assert answer["Location"] == f"http://testserver/api/v1/quotes/{draft['id']}/"


class TestOthers:
    def test_accounts(self, rep, admin, api):
        answer = api(rep).post("accounts/", {"name": " Contoso ", "external_id": "A1"})
        account = answer.json()
        assert answer.status_code == 201
        assert set(account) == {"id", "name", "external_id", "version", "created_at", "modified_at"}
        assert (account["name"], account["external_id"], account["version"]) == ("Contoso", "A1", 1)
        changed = api(rep).patch(f"accounts/{account['id']}/", {"external_id": None}).json()
        assert (changed["external_id"], changed["version"]) == (None, 2)
        assert api(rep).get(f"accounts/{account['id']}/").json() == changed
        assert api(admin).delete(f"accounts/{account['id']}/").status_code == 204

    def test_competitors(self, manager, admin, api):
        answer = api(manager).post("competitors/", {"name": "Fabrikam", "website": "https://fabrikam.example"})
        competitor = answer.json()
        assert answer.status_code == 201
        assert set(competitor) == {
            "id", "name", "website", "key_product", "strengths", "weaknesses", "opportunities", "threats", "version",
            "created_at", "modified_at",
        }  # fmt: skip
        changed = api(manager).patch(f"competitors/{competitor['id']}/", {"strengths": "Cheap\n"}).json()
        assert (changed["strengths"], changed["version"]) == ("Cheap\n", 2)
        assert api(admin).delete(f"competitors/{competitor['id']}/").status_code == 204

    def test_a_competitor_in_use_stays(self, rep, admin, api):
        rival = make_competitor()
        close_lost(make_opportunity(rep), competitor=rival)
        answer = api(admin).delete(f"competitors/{rival.pk}/")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")

    def test_the_name_of_a_competitor_is_taken_once(self, manager, api):
        make_competitor("Fabrikam")
        answer = api(manager).post("competitors/", {"name": "FABRIKAM"})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])

    def test_users(self, rep, manager, api):
        user = api(rep).get(f"users/{manager.pk}/").json()
        assert user == {
            **person(manager),
            "role": "sales_manager",
            "business_unit": {"id": str(manager.business_unit.pk), "name": "North"},
        }
        assert user in api(rep).get("users/").json()["results"]
        assert api(rep).patch(f"users/{manager.pk}/", {}).status_code == 405

    def test_users_are_found_by_name_and_username(self, rep, teammate, manager, api):
        def usernames(query):
            return [row["username"] for row in api(rep).get(f"users/?{query}").json()["results"]]

        manager.last_name = "Van Dyck"
        manager.save(update_fields=["last_name"])
        assert usernames("search=dyc") == usernames("search=MAN van") == ["manager"]
        assert usernames("search=re") == ["rep"]
        assert usernames("search=ammate") == []
        assert usernames("username=rep,teammate,nemo") == ["rep", "teammate"]
        assert usernames("username=te") == []

    def test_an_account_is_found_by_its_external_id(self, rep, api):
        wanted = make_account(external_id="ERP-7")
        make_account(external_id="ERP-70"), make_account()
        found = api(rep).get("accounts/?external_id=ERP-7,ERP-8").json()["results"]
        assert [row["id"] for row in found] == [str(wanted.pk)]

    def test_quote_closes_by_opportunity_and_day(self, rep, api):
        quote = make_quote(make_opportunity(rep), "lost")
        make_quote(make_opportunity(rep), "won")
        day = QuoteClose.objects.get(quote=quote).close_date

        def found(query):
            return len(api(rep).get(f"quote-closes/?opportunity={quote.opportunity_id}&{query}").json()["results"])

        assert found(f"close_date_after={day}&close_date_before={day}") == 1
        assert found(f"close_date_after={day + timedelta(1)}") == found(f"close_date_before={day - timedelta(1)}") == 0

    def test_me(self, rep, api):
        me = api(rep).get("users/me/").json()
        assert list(me) == ["id", "username", "name", "role", "business_unit", "language", "time_zone"]
        answer = api(rep).patch("users/me/", {"language": "da", "time_zone": "Europe/Copenhagen"})
        assert (answer.status_code, answer.json()) == (200, me | {"language": "da", "time_zone": "Europe/Copenhagen"})
        assert api(rep).get("users/me/").json() == answer.json()

    @pytest.mark.parametrize(
        ("body", "field"),
        [({"language": "sv"}, "language"), ({"time_zone": "Mars/Base"}, "time_zone"), ({"role": "x"}, "role")],
    )
    def test_me_refuses(self, rep, api, body, field):
        answer = api(rep).patch("users/me/", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
        assert api(rep).get("users/me/").json()["language"] == ""

    def test_status_reasons(self, rep, api):
        reasons = api(rep).get("status-reasons/").json()["results"]
        assert [reason["code"] for reason in reasons] == [1, 2, 3, 4, 5]
        assert reasons[4] == {
            "code": 5,
            "label": "Out-Sold",
            "state": "lost",
            "order": 2,
            "active": True,
            "is_default": False,
            "requires_competitor": False,
            "requires_description": False,
        }
        assert api(rep).get("status-reasons/5/").json() == reasons[4]
        assert api(rep).get("status-reasons/77/").status_code == 404
        assert api(rep).get("status-reasons/x/").status_code == 404
        assert api(rep).post("status-reasons/", {}).status_code == 405
