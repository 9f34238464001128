"""Access tokens in the browser: made, shown once, listed, revoked."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from crm.models import Token, User
from crm.tokens import TokenRequest, create_token, revoke_token
from tests.conftest import ApiClient
from tests.expect import count_statements, invalid, refused
from tests.factories import make_token
from tests.pages.html import elements, inline_code
from tests.pages.reading import HTMX, errors_of, text_of

NEW = {"name": "Nightly report", "scopes": ["read", "close"], "expires_days": "90"}


@pytest.fixture
def client(browse, rep):
    return browse(rep)


def secret_on(page):
    content = page.content.decode()
    start = content.index(">", content.index('class="secret"')) + 1
    return unescape(content[start : content.index("<", start)])


class TestMaking:
    def test_it_is_shown_once_and_works(self, client, rep):
        page = client.post("/tokens/new/", NEW)
        secret = secret_on(page)
        assert (page.status_code, "no-store" in page["Cache-Control"]) == (201, True)
        assert ApiClient(secret).get("users/me/").json()["username"] == "rep"
        assert secret not in client.get("/tokens/").content.decode()
        token = Token.objects.get()
        assert (token.user, token.name, token.scopes) == (rep, "Nightly report", ["read", "close"])
        assert timedelta(89) < token.expires_at - timezone.now() <= timedelta(90)
        assert not token.is_service
        assert inline_code(page) == []

    def test_no_end_is_a_choice(self, client):
        client.post("/tokens/new/", NEW | {"expires_days": ""})
        assert Token.objects.get().expires_at is None

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 101}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["all"]}, "scopes"),
            ({"scopes": ["admin"]}, "scopes"),
            ({"expires_days": "7"}, "expires_days"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, client, typed, field):
        page = client.post("/tokens/new/", NEW | typed)
        assert (page.status_code, list(errors_of(page))) == (400, [field])
        assert not Token.objects.exists()

    def test_the_rule_judges_all_at_once(self, rep):
        rep.is_active = False
        with invalid(name=1, scopes="read, write, close, admin", expires_days="1 to 3650", user="not active"):
            create_token(rep, TokenRequest(name="", scopes=["x"], expires_days=0), actor=rep)

    def test_only_for_oneself(self, client, teammate):
        assert not elements(client.get("/tokens/new/"), "select", name="user")
        client.post("/tokens/new/", NEW | {"user": str(teammate.pk)})
        assert not Token.objects.filter(user=teammate).exists()

    def test_nobody_makes_one_for_another_but_administrators(self, people, rep):
        for name, actor in people.items():
            if name in ("rep", "admin"):
                create_token(rep, TokenRequest(name="x"), actor=actor)
            else:
                with refused("permission_denied"):
                    create_token(rep, TokenRequest(name="x"), actor=actor)
        assert {token.created_by.username: token.is_service for token in Token.objects.all()} == {
            "rep": False,
            "admin": True,
        }


class TestServiceTokens:
    def test_an_administrator_makes_one_for_another(self, admin, rep, browse):
        page = browse(admin).post("/tokens/new/", NEW | {"user": str(rep.pk)})
        assert ApiClient(secret_on(page)).get("users/me/").json()["username"] == "rep"
        token = Token.objects.get()
        assert (token.user, token.is_service, token.created_by) == (rep, True, admin)
        for user in (admin, rep):
            assert "Service token" in text_of(browse(user).get("/tokens/"))

    def test_a_user_who_left_is_not_offered(self, admin, rep, browse):
        User.objects.filter(pk=rep.pk).update(is_active=False)
        assert "user" in errors_of(browse(admin).post("/tokens/new/", NEW | {"user": str(rep.pk)}))

    def test_personal_ones_of_others_are_nobodys_to_see(self, admin, rep, browse):
        token, __ = create_token(rep, TokenRequest(name="Private thing"), actor=rep)
        client = browse(admin)
        assert "Private thing" not in text_of(client.get("/tokens/"))
        assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 404
        token.refresh_from_db()
        assert token.revoked_at is None

    def test_the_log_tells_who_made_and_revoked_it(self, admin, rep):
        token, secret = create_token(rep, TokenRequest(name="Sync", scopes=["read"]), actor=admin)
        revoke_token(token.pk, actor=rep)
        made, revoked = LogEntry.objects.order_by("pk")
        assert (made.user, revoked.user) == (admin, rep)
        assert '"scopes": [null, "read"]' in made.change_message
        assert "revoked_at" in revoked.change_message
        assert secret not in made.change_message + revoked.change_message


class TestRevoking:
    @pytest.fixture
    def made(self, rep):
        return create_token(rep, TokenRequest(name="Sync"), actor=rep)

    def test_it_asks_and_then_the_token_is_none(self, client, made):
        token, secret = made
        page = client.get(f"/tokens/{token.pk}/revoke/", headers=HTMX)
        assert "Sync" in text_of(page)
        assert "cannot be undone" in text_of(page)
        assert ApiClient(secret).get("users/me/").status_code == 200
        assert client.post(f"/tokens/{token.pk}/revoke/")["Location"] == "/tokens/"
        assert ApiClient(secret).get("users/me/").status_code == 401
        page = client.get("/tokens/")
        assert "The token was revoked." in text_of(page)
        assert "Sync" not in text_of(page)

    def test_twice_is_once(self, client, made, rep):
        first = revoke_token(made[0].pk, actor=rep).revoked_at
        assert revoke_token(made[0].pk, actor=None).revoked_at == first

    def test_others_find_nothing(self, made, teammate, browse):
        for path in (f"/tokens/{made[0].pk}/revoke/", "/tokens/019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55/revoke/"):
            assert browse(teammate).get(path).status_code == browse(teammate).post(path).status_code == 404


class TestList:
    def test_it_tells_scopes_end_and_last_use(self, client, rep):
        make_token(rep, name="Fresh")
        past = timezone.now() - timedelta(days=400)
        make_token(rep, name="Stale", scopes=["read"], expires_at=past, last_used_at=past)
        page = text_of(client.get("/tokens/"))
        assert "read, write, close, admin" in page
        assert page.count("Never") == 2
        assert "Expired" in page

    def test_its_statements_do_not_grow(self, admin, rep, browse):
        client = browse(admin)
        for __ in range(2):
            create_token(rep, TokenRequest(name="x"), actor=admin)
            create_token(admin, TokenRequest(name="x"), actor=admin)
            with count_statements(4):
                assert client.get("/tokens/").status_code == 200

    def test_without_one_it_says_so_and_the_menu_leads_here(self, client):
        page = client.get("/tokens/")
        assert "You have no token." in text_of(page)
        assert elements(page, "a", href="/tokens/")
        assert client.get("/tokens/new/").status_code == 200

    def test_only_for_who_is_signed_in(self, db, browse):
        assert Client().get("/tokens/")["Location"].startswith("/sign-in/")
