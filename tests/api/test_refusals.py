"""Refusals: their form, their order, and that everything under /api/ has them."""

import logging
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.test import Client

from crm.errors import PROBLEMS
from crm.models import Token
from opportunities.api import views
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote

ABSENT = "019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55"


def problem(answer, status, code):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"http://testserver/problems/{code}/"
    assert body["title"]
    assert body["detail"]
    assert answer["Vary"] == "Accept-Language, Authorization, Cookie"
    return body


class TestCredentials:
    @pytest.mark.parametrize(
        "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic cmVwOng=", "Bearer a b", "Bearer \u00e6\u00f8"]
    )
    def test_without_valid_ones_nothing_is_said(self, rep, header):
        headers = {} if header is None else {"Authorization": header}
        answer = Client().get("/api/v1/opportunities/", headers=headers)
        problem(answer, 401, "unauthenticated")
        assert answer["WWW-Authenticate"] == "Bearer"

    def test_a_token_of_a_user_who_left(self, rep, api):
        client = api(rep)
        assert client.get("users/me/").status_code == 200
        rep.is_active = False
        rep.save(update_fields=["is_active"])
        problem(client.get("users/me/"), 401, "unauthenticated")

    def test_a_revoked_token(self, rep, api):
        client = api(rep)
        Token.objects.all().delete()
        problem(client.get("users/me/"), 401, "unauthenticated")

    def test_the_scheme_ignores_case(self, rep, token):
        answer = Client().get("/api/v1/users/me/", headers={"Authorization": f"bearer {token(rep)}"})
        assert answer.status_code == 200

    def test_a_wrong_token_is_not_saved_by_a_session(self, rep, browse):
        answer = browse(rep).get("/api/v1/users/me/", headers={"Authorization": "Bearer wrong"})
        problem(answer, 401, "unauthenticated")

    def test_a_session_reads(self, rep, browse):
        assert browse(rep).get("/api/v1/users/me/").json()["username"] == "rep"

    def test_a_session_writes_with_its_csrf_token_only(self, rep):
        client = Client(enforce_csrf_checks=True)
        client.force_login(rep, backend="crm.authentication.UserBackend")
        path, body = "/api/v1/opportunities/", {"topic": "x"}
        problem(client.post(path, body, "application/json"), 403, "permission_denied")
        # The page to browse the API gives the cookie.
        client.get("/api/docs/?script=")
        token = client.cookies["csrftoken"].value
        assert client.post(path, body, "application/json", headers={"X-CSRFToken": token}).status_code == 201


class TestEverywhere:
    @pytest.mark.parametrize(
        "path",
        ["", "nope", "v1/", "v1/nope/", "v1/opportunities", "v2/opportunities/", "v1/opportunities/x/y/z/", "%00"],
    )
    def test_an_unknown_path_is_a_problem(self, db, path):
        client = Client(enforce_csrf_checks=True)
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"):
            problem(client.generic(method, f"/api/{path}"), 404, "not_found")

    @pytest.mark.parametrize("method", ["PUT", "OPTIONS", "TRACE", "BREW"])
    def test_other_methods_are_not_offered(self, rep, api, method):
        client = api(rep)
        for path in ("opportunities/", f"opportunities/{make_opportunity(rep).pk}/", "users/me/"):
            answer = client.client.generic(method, f"/api/v1/{path}", headers=client.headers)
            problem(answer, 405, "method_not_allowed")
            assert method not in answer["Allow"]

    def test_a_verb_is_posted(self, rep, api):
        answer = api(rep).get(f"opportunities/{make_opportunity(rep).pk}/close-as-won/")
        problem(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "POST"

    @pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png"])
    def test_another_form_than_json_is_not_to_be_had(self, rep, api, accept):
        problem(api(rep).get("opportunities/", accept=accept), 406, "not_acceptable")
        problem(api(None).get("opportunities/", accept=accept), 401, "unauthenticated")

    @pytest.mark.parametrize(
        "pk", ["x", "7", ABSENT.replace("-", ""), ABSENT[:-1], "%00", "%ff", "..", ABSENT + "0", "{" + ABSENT + "}"]
    )
    def test_an_address_without_an_id_is_not_found(self, rep, api, pk):
        for records in (
            "opportunities",
            "quotes",
            "accounts",
            "users",
            "quote-closes",
            "close-fields",
            "status-reasons",
        ):
            problem(api(rep).get(f"{records}/{pk}/"), 404, "not_found")

    def test_head_is_get_without_the_body(self, rep, api):
        client, path = api(rep), f"/api/v1/opportunities/{make_opportunity(rep).pk}/"
        answer = client.client.head(path, headers=client.headers)
        assert (answer.status_code, answer.content, answer["ETag"]) == (200, b"", '"1"')

    def test_a_wrong_host_is_a_problem(self, rep, api, settings):
        answer = api(rep).get("opportunities/", host="evil.example")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert (answer.json()["code"], answer.json()["type"]) == ("malformed", "/problems/malformed/")

    def test_an_unexpected_error_is_logged_and_tells_nothing(self, rep, api, monkeypatch, caplog):
        def fail(*args, **kwargs):
            raise RuntimeError("secret")

        monkeypatch.setattr(views, "create_opportunity", fail)
        with caplog.at_level(logging.ERROR):
            answer = api(rep).post("opportunities/", {"topic": "x"})
        problem(answer, 500, "error")
        assert b"secret" not in answer.content
        logged = [record for record in caplog.records if record.name == "crm.api.problems"]
        assert "RuntimeError: secret" in logged[0].exc_text or "secret" in str(logged[0].exc_info)

    def test_an_absent_database_is_unavailable(self, rep, api, monkeypatch):
        def fail(*args, **kwargs):
            raise OperationalError("server closed the connection")

        client = api(rep)
        monkeypatch.setattr("crm.api.authentication.Token.objects", SimpleNamespace(find=fail))
        answer = client.get("opportunities/")
        body = problem(answer, 503, "unavailable")
        assert int(answer["Retry-After"]) > 0
        assert "server closed" not in body["detail"]


class TestLanguage:
    def test_codes_and_keys_stay_whatever_the_language(self, rep, api):
        opportunity = close_won(make_opportunity(rep)).opportunity
        path = f"opportunities/{opportunity.pk}/close-as-won/"
        english, danish = (api(rep).post(path, accept_language=language) for language in ("en", "da"))
        assert (english["Content-Language"], danish["Content-Language"]) == ("en", "da")
        assert english.json().keys() == danish.json().keys()
        assert english.json()["code"] == danish.json()["code"] == "opportunity_already_closed"

    def test_labels_follow_the_header_and_without_one_the_users_preference(self, rep, teammate, api):
        rep.language = "da"
        rep.save(update_fields=["language"])
        danish = api(rep).get("status-reasons/5/")
        assert (danish.json()["label"], danish["Content-Language"]) == ("Udkonkurreret", "da")
        assert api(rep).get("status-reasons/5/", accept_language="en").json()["label"] == "Out-Sold"
        assert api(rep).get("status-reasons/5/", accept_language="*").json()["label"] == "Out-Sold"
        # The next request of the same thread, by someone who prefers nothing.
        assert api(teammate).get("status-reasons/5/").json()["label"] == "Out-Sold"
        assert api(teammate).get("status-reasons/5/", accept_language="da").json()["label"] == "Udkonkurreret"

    def test_a_language_that_nobody_speaks_is_english(self, rep, api):
        assert api(rep).get("status-reasons/5/", accept_language="xx,*;q=0.1").json()["label"] == "Out-Sold"


class TestOrder:
    """401, shape, 404, 403, 412, 409, rules: a request that breaks all of them hears of them in this order."""

    @pytest.fixture
    def closed(self, rep):
        return close_won(make_opportunity(rep)).opportunity

    @pytest.mark.parametrize(
        ("verb", "code", "broken"),
        [
            ("close-as-won", "opportunity_already_closed", {"close_date": "2999-01-01"}),
            ("close-as-lost", "opportunity_already_closed", {"actual_revenue": "-1"}),
            ("close-quotes", "opportunity_closed", {"status_reason": "lost", "close_date": "2999-01-01"}),
        ],
    )
    def test_of_the_closing_verbs(self, rep, member, api, closed, verb, code, broken):
        path, absent = f"opportunities/{closed.pk}/{verb}/", f"opportunities/{ABSENT}/{verb}/"
        shapeless = broken | {"unknown": 1}
        problem(api(None).post(absent, shapeless), 401, "unauthenticated")
        problem(api(member).post(absent, shapeless, if_match='"9"'), 400, "invalid")
        problem(api(member).post(f"opportunities/x/{verb}/", shapeless), 400, "invalid")
        problem(api(member).post(absent, broken, if_match='"9"'), 404, "not_found")
        problem(api(member).post(path, broken, if_match='"9"'), 403, "permission_denied")
        assert problem(api(rep).post(path, broken, if_match='"9"'), 412, "stale")["version"] == closed.version
        problem(api(rep).post(path, broken, if_match=f'"{closed.version}"'), 409, code)
        opened = make_opportunity(rep)
        problem(api(rep).post(f"opportunities/{opened.pk}/{verb}/", broken, if_match='"1"'), 400, "invalid")

    def test_of_patch(self, rep, member, api, closed):
        path, absent, broken = f"opportunities/{closed.pk}/", f"opportunities/{ABSENT}/", {"probability": 101}
        problem(api(None).patch(absent, {"state": 1}), 401, "unauthenticated")
        problem(api(member).patch(absent, {"state": 1}), 400, "invalid")
        problem(api(member).patch(absent, broken, if_match='"9"'), 404, "not_found")
        problem(api(member).patch(path, broken, if_match='"9"'), 403, "permission_denied")
        problem(api(rep).patch(path, broken, if_match='"9"'), 412, "stale")
        problem(api(rep).patch(path, broken), 409, "opportunity_closed")
        problem(api(rep).patch(f"opportunities/{make_opportunity(rep).pk}/", broken), 400, "invalid")

    def test_of_reopening(self, rep, member, api):
        opportunity = make_opportunity(rep)
        path, broken = f"opportunities/{opportunity.pk}/reopen/", {"status_reason": 3}
        problem(api(member).post(f"opportunities/{ABSENT}/reopen/", {"x": 1}), 400, "invalid")
        problem(api(member).post(f"opportunities/{ABSENT}/reopen/", broken), 404, "not_found")
        problem(api(member).post(path, broken, if_match='"9"'), 403, "permission_denied")
        problem(api(rep).post(path, broken, if_match='"9"'), 412, "stale")
        problem(api(rep).post(path, broken), 409, "opportunity_already_open")
        close_won(opportunity)
        problem(api(rep).post(path, broken), 400, "invalid")

    def test_of_a_quote_the_opportunity_is_judged_first(self, rep, member, api):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity, "won")
        path, broken = f"quotes/{quote.pk}/win/", {"close_date": "2999-01-01"}
        problem(api(member).post(f"quotes/{ABSENT}/win/", {"x": 1}), 400, "invalid")
        problem(api(member).post(f"quotes/{ABSENT}/win/", broken), 404, "not_found")
        problem(api(member).post(path, broken, if_match='"9"'), 403, "permission_denied")
        problem(api(rep).post(path, broken, if_match='"9"'), 412, "stale")
        problem(api(rep).post(path, broken), 409, "quote_not_open")
        close_won(opportunity)
        problem(api(rep).post(path, broken), 409, "opportunity_closed")

    def test_of_creating_a_quote(self, rep, member, api):
        opportunity = make_opportunity(rep)
        broken = {"opportunity": str(opportunity.pk), "name": "", "total_amount": "-1"}
        problem(api(member).post("quotes/", broken | {"number": "1"}), 400, "invalid")
        problem(api(member).post("quotes/", broken), 403, "permission_denied")
        assert set(problem(api(rep).post("quotes/", broken), 400, "invalid")["errors"]) == {"name", "total_amount"}
        close_won(opportunity)
        problem(api(rep).post("quotes/", broken), 409, "opportunity_closed")
        absent = problem(api(rep).post("quotes/", broken | {"opportunity": ABSENT}), 400, "invalid")
        assert list(absent["errors"]) == ["opportunity"]


class TestCodes:
    def test_currency_mismatch(self, rep, api):
        opportunity = make_opportunity(rep)
        answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", {"currency": "EUR"})
        problem(answer, 400, "currency_mismatch")
        body = {"opportunity": str(opportunity.pk), "name": "x", "total_amount": "1", "currency": "EUR"}
        problem(api(rep).post("quotes/", body), 400, "currency_mismatch")

    def test_opportunity_not_deletable(self, rep, api):
        closed = close_won(make_opportunity(rep)).opportunity
        problem(api(rep).delete(f"opportunities/{closed.pk}/"), 409, "opportunity_not_deletable")

    @pytest.mark.parametrize(
        ("state", "verb", "code"),
        [
            ("active", "activate", "quote_not_draft"),
            ("won", "activate", "quote_not_draft"),
            ("draft", "win", "quote_not_active"),
            ("draft", "revise", "quote_not_active"),
            ("lost", "win", "quote_not_open"),
            ("won", "close", "quote_not_open"),
            ("revised", "revise", "quote_not_open"),
        ],
    )
    def test_quote_verbs_from_the_wrong_state(self, rep, api, state, verb, code):
        quote = make_quote(make_opportunity(rep), state)
        body = {"status_reason": "lost"} if verb == "close" else {}
        problem(api(rep).post(f"quotes/{quote.pk}/{verb}/", body), 409, code)

    def test_only_drafts_are_edited_and_deleted(self, rep, api):
        quote = make_quote(make_opportunity(rep), "active")
        problem(api(rep).patch(f"quotes/{quote.pk}/", {"name": "x"}), 409, "quote_not_draft")
        problem(api(rep).delete(f"quotes/{quote.pk}/"), 409, "quote_not_draft")

    def test_related_records_that_are_absent_are_errors_of_their_fields(self, rep, api):
        body = {"topic": "x", "account": ABSENT, "owner": ABSENT, "competitors": [ABSENT], "status_reason": 99}
        answer = problem(api(rep).post("opportunities/", body), 400, "invalid")
        assert set(answer["errors"]) == {"account", "owner", "competitors", "status_reason"}
        opportunity = make_opportunity(rep)
        body = {"competitor": ABSENT, "status_reason": 1, "close_date": "2999-01-01", "description": "x" * 2001}
        answer = problem(api(rep).post(f"opportunities/{opportunity.pk}/close-as-lost/", body), 400, "invalid")
        assert set(answer["errors"]) == {"competitor", "status_reason", "close_date", "description"}

    @pytest.mark.parametrize(
        ("make", "path", "fields"),
        [(make_account, "accounts", {"name": 301}), (make_competitor, "competitors", {"name": 101, "threats": 2001})],
    )
    def test_texts_that_are_too_long(self, admin, api, make, path, fields):
        body = {field: "x" * length for field, length in fields.items()}
        answer = problem(api(admin).patch(f"{path}/{make().pk}/", body), 400, "invalid")
        assert set(answer["errors"]) == set(fields)


class TestPages:
    @pytest.mark.parametrize("code", sorted(PROBLEMS))
    def test_every_code_has_its_page(self, db, code):
        answer = Client().get(f"/problems/{code}/")
        assert answer.status_code == 200
        for text in (PROBLEMS[code].title, PROBLEMS[code].cure, code):
            assert str(text).split("'")[0] in answer.content.decode().replace("&lt;", "<").replace("&gt;", ">")

    def test_the_list_names_them_all(self, db):
        content = Client().get("/problems/").content.decode()
        assert all(f"/problems/{code}/" in content for code in PROBLEMS)

    def test_there_are_no_others(self, db):
        assert Client().get("/problems/nope/").status_code == 404

    @pytest.mark.parametrize("code", ["opportunity_already_closed", "opportunity_has_open_quotes"])
    def test_integrators_find_the_number_that_they_know(self, db, code):
        assert PROBLEMS[code].dynamics in Client().get(f"/problems/{code}/").content.decode()
