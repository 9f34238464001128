"""Three people and four more: a record's owner, his teammate and a stranger, and those above and beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings

from crm.models import BusinessUnit, User
from tests import expect
from tests.described import check_answer
from tests.factories import make_token, make_user

BASE = "/api/v1/"


@pytest.fixture(autouse=True, scope="session")
def _passwords_cost_nothing() -> Iterator[None]:
    """Hashing is slow by design, and every sign-in of a test would wait for it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _nobody_is_throttled() -> Iterator[None]:
    """A test asks more in a minute than people and programs do; tests/api/test_limits.py sets a limit."""
    with override_settings(API_RATE_LIMIT=0):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A browser's line to the live server may outlive its tests, and would keep the database from being dropped."""
    yield
    # A test may have ended the session of this one.
    connection.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def units(db: None) -> SimpleNamespace:
    """root over north and south."""
    root = BusinessUnit.objects.create_unit("Sales Hub")
    north = BusinessUnit.objects.create_unit("North", parent=root)
    south = BusinessUnit.objects.create_unit("South", parent=root)
    return SimpleNamespace(root=root, north=north, south=south)


@pytest.fixture
def rep(units: SimpleNamespace) -> User:
    return make_user("rep", "salesperson", units.north)


@pytest.fixture
def teammate(units: SimpleNamespace) -> User:
    return make_user("teammate", "salesperson", units.north)


@pytest.fixture
def member(units: SimpleNamespace) -> User:
    return make_user("member", "sales_team_member", units.north)


@pytest.fixture
def manager(units: SimpleNamespace) -> User:
    return make_user("manager", "sales_manager", units.north)


@pytest.fixture
def stranger(units: SimpleNamespace) -> User:
    return make_user("stranger", "salesperson", units.south)


@pytest.fixture
def vp(units: SimpleNamespace) -> User:
    return make_user("vp", "vice_president_of_sales", units.root)


@pytest.fixture
def admin(units: SimpleNamespace) -> User:
    return make_user("admin", "system_administrator", units.root)


@pytest.fixture
def nobody(units: SimpleNamespace) -> User:
    """A user without a role."""
    return make_user("nobody", None, units.north)


@pytest.fixture
def people(
    rep: User, teammate: User, member: User, manager: User, stranger: User, vp: User, admin: User, nobody: User
) -> dict[str, User]:
    everyone = (rep, teammate, member, manager, stranger, vp, admin, nobody)
    return {user.username: user for user in everyone}


@pytest.fixture
def token(db: None) -> Callable[[User], str]:
    """A bearer token of the user: the same one each time within a test."""
    issued: dict[Any, str] = {}

    def token_of(user: User) -> str:
        if user.pk not in issued:
            issued[user.pk] = make_token(user, name="test")
        return issued[user.pk]

    return token_of


class ApiClient:
    """The API as an integrator calls it. Paths are below /api/v1/ unless they begin with a slash or are links."""

    def __init__(self, token: str | None) -> None:
        # A 500 is an answer to assert on, not an exception of the test.
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        response = self.client.get(_url(path), query, headers=self._headers(headers))
        check_answer("GET", _url(path), None, response)
        return response

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("POST", path, {} if body is None else body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._send("PATCH", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self._send("PUT", path, body, headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        response = self.client.delete(_url(path), headers=self._headers(headers))
        check_answer("DELETE", _url(path), None, response)
        return response

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        """A body that is text or bytes is sent as it is."""
        data = body if isinstance(body, str | bytes) else json.dumps(body, default=str)
        content_type = headers.pop("content_type", "application/json")
        response = self.client.generic(method, _url(path), data, content_type, headers=self._headers(headers))
        check_answer(method, _url(path), body, response)
        return response

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        """`if_match='"3"'` is the header If-Match."""
        return self.headers | {name.replace("_", "-"): value for name, value in headers.items()}


def _url(path: str) -> str:
    return path if path.startswith(("/", "http://", "https://")) else BASE + path


@pytest.fixture
def api(token: Callable[[User], str]) -> Callable[[User | None], ApiClient]:
    """`api(user).post("opportunities/", {"topic": …}, if_match='"1"').json()`; `api(None)` is nobody."""
    return lambda user: ApiClient(user and token(user))


@pytest.fixture
def browse(db: None) -> Callable[[User], Client]:
    """A browser's client, signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        # Named, because the first backend only counts failed sign-ins and knows no users.
        client.force_login(user, backend="crm.authentication.UserBackend")
        return client

    return signed_in


@pytest.fixture
def count_statements() -> Callable[..., AbstractContextManager[Any]]:
    """`with count_statements(8): …`"""
    return expect.count_statements
