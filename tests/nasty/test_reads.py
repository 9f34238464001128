"""The same values in every parameter of every list, in cursors, ids and headers: refused by name, or understood."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from crm.lists import PAGING
from opportunities.filters import OpportunityFilters
from tests.conftest import ApiClient
from tests.factories import make_account, make_opportunity
from tests.nasty.scene import Scene
from tests.nasty.values import TEXTS, spread
from tests.nasty.writes import API, views

LISTS = {path: view.cls.definition for path, view in views() if view.actions.get("get") == "list"}
PARAMETERS = {
    **{path: ["view", "ordering", "search", *PAGING, *each.filters.base_filters] for path, each in LISTS.items()},
    "events/": ["after", "limit"],
    "reports/win-loss/": ["group_by", "search", *OpportunityFilters.base_filters],
    "opportunities/{id}/close-check/": ["outcome"],
    "opportunities/{id}/activities/": ["view"],
    "users/me/": ["x"],
}
MORE = [
    "1", "200", "201", "01", "+1", "1.0", "true", ",", "a,b", "-", "--", "-created_at", "name,name", "none,none",
    "2026-11-21T09:30:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01,", "EUR,",
]  # fmt: skip
VALUES = [*TEXTS.values(), *MORE]
SHARP = [TEXTS[name] for name in ("nothing", "NUL", "a lone surrogate", "far too long")]
IDS = ["019A2F3C-8D1E-7C44-9B1F-2F6F0D4C1A55", "0", "-1", "2147483648", "9" * 40, "%00", "%ff", "%0a", "%2e%2e"]


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_parameter_is_refused_by_its_name_or_understood(admin, client, path):
    address = f"/{API}{Scene(admin).address(path)}"
    for given in spread(PARAMETERS[path], VALUES, SHARP, stride=25):
        rest = given
        while (answer := client.get(f"{address}?{query(rest)}")).status_code != 200:
            about = f"{answer.status_code} {answer.content[:1000]!r} for {rest}"[:3000]
            assert answer.status_code == 400, about
            refused = answer.json()["errors"]
            assert refused, about
            assert all(texts and all(texts) for texts in refused.values()), about
            if not rest:
                break  # one that is required is missing by now
            assert refused.keys() <= rest.keys(), about
            rest = {name: value for name, value in rest.items() if name not in refused}


@pytest.mark.parametrize("offset", ["+23:59", "-23:59", "+15:59"])
def test_a_time_may_have_an_offset_that_the_database_does_not_know(admin, client, offset):
    make_opportunity(admin)
    answer = client.get(f"/{API}opportunities/", {"created_after": f"2026-01-01T00:00:00{offset}"})
    assert (answer.status_code, len(answer.json()["results"])) == (200, 1)


def query(given):
    """As bytes: a lone surrogate is no UTF-8."""
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in given.items()})


CURSORS = ["", "x", "a.b.c", "eyJ4IjoxfQ.x", "x" * 9000, "\0", "é.é", ".", "..", "%", "null"]


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_that_was_not_given_out_here_is_refused(admin, client, path):
    for __ in range(2):
        make_account(), make_opportunity(admin)
    given_out = client.get(f"/{API}accounts/?page_size=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    bent = [given_out[:-1], given_out + "A", given_out[1:], *([given_out] if path != "accounts/" else [])]
    for cursor in [*CURSORS, *bent]:
        answer = client.get(f"/{API}{path}", {"cursor": cursor})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"]), cursor


# Each letter is a byte on the wire.
HEADERS = [
    "", " ", ",", "*", '"', '"1', '"1"x', 'W/"1"', '"1",', '"99999999999999999999"', '"-1"', "\x01", "\x7f",
    "\xff\xfe", "a" * 9000, "'; --", "%00", "{}", "null", "q=1", "*/*;q=x", "text/;q=1", "a/b/c", "da;q=9", "en-\xe6",
    "application/json; charset=\xff", "application/json;;;", "application/json; charset=utf-16", "multipart/form-data",
    "application/x-www-form-urlencoded; charset=x", "Bearer", "Bearer  ", "Bearer \xff", "Bearer a\tb", "Basic \xff",
]  # fmt: skip
READ_BY = {
    "If-Match": "PATCH",
    "If-None-Match": "GET",
    "Idempotency-Key": "POST",
    "Authorization": "GET",
    "Accept": "GET",
    "Accept-Language": "GET",
    "Content-Type": "PATCH",
    "Cookie": "GET",
    "X-Forwarded-For": "GET",
}


@pytest.mark.parametrize("name", READ_BY)
def test_a_header_is_understood_or_refused(rep, token, name):
    account, client = make_account(), ApiClient(token(rep))
    path = "accounts/" if READ_BY[name] == "POST" else f"accounts/{account.pk}/"
    for value in HEADERS:
        answer = client._send(READ_BY[name], path, {}, {name: value})
        assert answer.status_code in (200, 304, 400, 401, 406, 412, 415), f"{value!r}: {answer.content[:500]!r}"
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", value
            assert answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("path", sorted({path for path, view in views() if "{id}" in path}))
def test_what_is_no_id_is_not_found(admin, client, path):
    methods = {method for each, view in views() if each == path for method in view.actions if method != "head"}
    for text in IDS:
        for method in methods:
            answer = client.generic(method, f"/{API}{path.replace('{id}', text)}", "{}", "application/json")
            # A body of the wrong shape is told of before an address that names no record.
            assert answer.status_code in (404, 400), f"{method} {text}: {answer.status_code} {answer.content[:300]!r}"
            assert answer.json()["code"] in ("not_found", "invalid")
