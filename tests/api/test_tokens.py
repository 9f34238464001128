"""Tokens at the API's door: which let in, for what, and what is noted of their use."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import get_resolver

from crm.models import Scope, Token
from tests.api.test_refusals import problem
from tests.conftest import ApiClient
from tests.factories import make_opportunity, make_token

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ABSENT = "019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55"

# What closes, reopens or ends something; everything else that is not read is written, but for what administrators set.
CLOSING = {
    "opportunities/{id}/close-as-won/",
    "opportunities/{id}/close-as-lost/",
    "opportunities/{id}/reopen/",
    "opportunities/{id}/close-quotes/",
    "opportunities/bulk-close/",
    "opportunities/bulk-reopen/",
    "opportunities/bulk-close-quotes/",
    "quotes/{id}/activate/",
    "quotes/{id}/win/",
    "quotes/{id}/close/",
    "quotes/{id}/revise/",
}
ADMINISTERED = ("webhooks/",)


def routes():
    """Each method and path that the API offers."""
    found = []
    for group in get_resolver().url_patterns:
        if str(group.pattern) != "api/v1/":
            continue
        for pattern in group.url_patterns:
            path = re.sub(r"\^|\$|\\Z", "", re.sub(r"\(\?P<pk>[^)]*\)", "{id}", str(pattern.pattern)))
            found += [(method.upper(), path) for method in pattern.callback.actions if method != "head"]
    return sorted(found)


def needed(method, path):
    if method == "GET":
        return "read"
    if path in CLOSING:
        return "close"
    return "admin" if path.startswith(ADMINISTERED) else "write"


@pytest.fixture
def holder(rep):
    """A client with a token of these scopes."""
    return lambda *scopes, user=rep: ApiClient(make_token(user, name="scoped", scopes=list(scopes)))


class TestScopes:
    def test_the_table_names_only_what_there_is(self):
        assert {path for method, path in routes() if method == "POST"} >= CLOSING
        assert len(routes()) > 40

    @pytest.mark.parametrize(("method", "path"), routes(), ids=lambda value: value)
    def test_every_route_needs_exactly_one(self, admin, holder, method, path):
        scope, address = needed(method, path), path.replace("{id}", ABSENT)
        for client, lets_in in (
            (holder(scope, user=admin), True),
            (holder(*set(Scope.values) - {scope}, user=admin), False),
        ):
            answer = client._send(method, address, {"unknown": 1}, {})
            refused = answer.status_code == 403 and f"“{scope}”" in answer.json()["detail"]
            assert refused is not lets_in, answer.content
            if not lets_in:
                problem(answer, 403, "permission_denied")

    def test_a_scope_is_judged_after_the_credentials_and_before_all_else(self, rep, holder):
        path = f"opportunities/{make_opportunity(rep).pk}/close-as-won/"
        problem(holder("read").post("opportunities/x/close-as-won/", "not JSON"), 403, "permission_denied")
        problem(holder("read").put(path, {}), 405, "method_not_allowed")
        assert holder("close").post(path).status_code == 200

    def test_the_refusal_is_in_the_users_language(self, rep, holder):
        rep.language = "da"
        rep.save(update_fields=["language"])
        answer = holder("read").post("opportunities/", {"topic": "x"})
        assert "mangler rettigheden “write”" in problem(answer, 403, "permission_denied")["detail"]

    def test_a_token_never_exceeds_its_user(self, member, rep, holder):
        opportunity = make_opportunity(rep)
        client = holder(*Scope.values, user=member)
        problem(client.patch(f"opportunities/{opportunity.pk}/", {"topic": "x"}), 403, "permission_denied")

    def test_a_session_has_no_scopes(self, rep, browse):
        assert browse(rep).post("/api/v1/opportunities/", {"topic": "x"}, "application/json").status_code == 201

    def test_tokens_have_every_scope_unless_told(self, rep, token):
        token(rep)
        assert Token.objects.get().scopes == ["read", "write", "close", "admin"]

    @pytest.mark.parametrize("scopes", [[], ["read", "delete"]])
    def test_the_database_knows_no_other(self, rep, scopes):
        with pytest.raises(IntegrityError, match="token_scopes_known"):
            make_token(rep, name="x", scopes=scopes)


class TestEnd:
    @time_machine.travel(NOW, tick=False)
    @pytest.mark.parametrize(("expires_in", "status"), [(timedelta(seconds=1), 200), (timedelta(0), 401)])
    def test_an_expired_one_is_none(self, rep, expires_in, status):
        secret = make_token(rep, name="x", expires_at=NOW + expires_in)
        answer = ApiClient(secret).get("users/me/")
        assert answer.status_code == status
        assert (Token.objects.get().last_used_at is None) is (status == 401)

    def test_a_revoked_one_is_none(self, rep):
        problem(ApiClient(make_token(rep, name="x", revoked_at=NOW)).get("users/me/"), 401, "unauthenticated")
        assert Token.objects.get().last_used_at is None


class TestLastUse:
    def test_it_is_noted_at_most_every_five_minutes(self, rep, token, api):
        client, noted = api(rep), []
        for minutes in (0, 4, 5, 9):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                assert client.get("users/me/").status_code == 200
            noted.append((Token.objects.get().last_used_at - NOW) // timedelta(minutes=1))
        assert noted == [0, 0, 5, 5]

    def test_noting_takes_no_statement_of_its_own(self, rep, api, count_statements):
        client = api(rep)
        for __ in range(2):
            with count_statements(1):
                client.get("users/me/")
        assert Token.objects.get().last_used_at

    def test_it_is_noted_though_the_deed_is_refused(self, rep, api):
        problem(api(rep).post(f"opportunities/{ABSENT}/close-as-won/"), 404, "not_found")
        assert Token.objects.get().last_used_at
