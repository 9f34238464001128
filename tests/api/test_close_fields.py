"""Custom close fields over the API."""

from __future__ import annotations

import json

import pytest

from opportunities.close_fields.kinds import FieldType
from opportunities.models import ShownOn
from tests.factories import make_close_field, make_opportunity

pytestmark = pytest.mark.django_db


def test_closing_takes_and_answers_each_kind_in_json(rep, api):
    for kind in FieldType:
        make_close_field(f"a_{kind}", kind, options=("price", "quality"))
    custom = {
        "a_text": " Anna ",
        "a_whole_number": 3,
        "a_decimal": 12.5,
        "a_date": "2027-01-31",
        "a_yes_no": False,
        "a_choice": "price",
    }
    answer = api(rep).post(f"opportunities/{make_opportunity(rep).pk}/close-as-won/", {"custom": custom})
    assert answer.status_code == 200
    close = answer.json()["opportunity_close"]
    assert close["custom"] == custom | {"a_text": "Anna", "a_decimal": "12.5"}
    assert api(rep).get(f"opportunity-closes/{close['id']}/").json()["custom"] == close["custom"]


def test_what_is_wrong_is_told_under_custom(rep, api):
    make_close_field("needed", required=True)
    make_close_field("visits", FieldType.WHOLE_NUMBER)
    path = f"opportunities/{make_opportunity(rep).pk}/close-as-lost/"
    answer = api(rep).post(path, {"custom": {"visits": "3", "other": 1}, "status_reason": 3})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == {"custom.needed", "custom.visits", "custom.other", "status_reason"}
    danish = api(rep).post(path, {}, accept_language="da").json()["errors"]
    assert danish == {"custom.needed": ["Feltet er påkrævet."]}


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
def test_what_no_text_can_hold_is_refused(rep, api, escape, dry_run):
    make_close_field("why")
    body = {"outcome": "won", "ids": [str(make_opportunity(rep).pk)], "custom": {"why": "ESCAPE"}, "dry_run": dry_run}
    answer = api(rep).post("opportunities/bulk-close/", json.dumps(body).replace("ESCAPE", f"a{escape}"))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["custom.why"])


@pytest.mark.parametrize("left_out", [{}, {"custom": None}, {"custom": {}}, {"custom": {"why": None}}])
def test_null_means_left_out(rep, api, left_out):
    field = make_close_field("why")
    path = f"opportunities/{make_opportunity(rep).pk}/close-as-won/"
    field.required = True
    field.save()
    assert list(api(rep).post(path, left_out).json()["errors"]) == ["custom.why"]
    field.required = False
    field.save()
    assert api(rep).post(path, left_out).json()["opportunity_close"]["custom"] == {}


def test_a_bulk_close_gives_them_to_every_row(rep, api):
    make_close_field("why", required=True)
    rows = [make_opportunity(rep) for _each in range(3)]
    body = {"outcome": "lost", "ids": [str(row.pk) for row in rows]}
    assert list(api(rep).post("opportunities/bulk-close/", body).json()["errors"]) == ["custom.why"]
    assert api(rep).post("opportunities/bulk-close/", body | {"custom": {"why": "Price"}}).json()["closed"] == 3
    closes = api(rep).get("opportunity-closes/").json()["results"]
    assert [close["custom"] for close in closes] == [{"why": "Price"}] * 3


def test_the_close_check_lists_them_and_does_not_refuse_for_them(rep, api):
    make_close_field("why", FieldType.CHOICE, options=("price",), required=True)
    path = f"opportunities/{make_opportunity(rep).pk}/close-check/?outcome=won"
    check = api(rep).get(path).json()
    assert (check["allowed"], check["refusals"]) == (True, [])
    assert check["fields"][-1] == {
        "name": "why",
        "label": "Why",
        "help": "",
        "type": "choice",
        "required": True,
        "choices": [{"value": "price", "label": "Price"}],
        "max_length": None,
        "custom": True,
    }
    assert api(rep).get(path, accept_language="da").json()["fields"][-1]["label"] == "Why (da)"


class TestDefinitions:
    def test_they_are_listed_in_their_order_in_the_readers_language(self, rep, api):
        make_close_field("second", order=2, shown_on=ShownOn.LOST, active=False)
        make_close_field("first", FieldType.CHOICE, options=("price",), order=1, required=True, help_en="Ask them.")
        first = {
            "name": "first",
            "label": "First",
            "help": "Ask them.",
            "type": "choice",
            "choices": [{"value": "price", "label": "Price"}],
            "shown_on": "both",
            "required": True,
            "order": 1,
            "active": True,
        }
        second = {
            "name": "second",
            "label": "Second",
            "help": "",
            "type": "text",
            "choices": None,
            "shown_on": "lost",
            "required": False,
            "order": 2,
            "active": False,
        }
        assert api(rep).get("close-fields/").json() == {"next": None, "previous": None, "results": [first, second]}
        assert api(rep).get("close-fields/second/").json() == second
        assert api(rep).get("close-fields/first/", accept_language="da").json()["label"] == "First (da)"

    def test_they_are_read_only_here_and_unknown_ones_absent(self, admin, nobody, api):
        make_close_field("why")
        assert api(admin).post("close-fields/", {"name": "x"}).status_code == 405
        assert api(admin).patch("close-fields/why/", {}).status_code == 405
        assert api(admin).get("close-fields/other/").status_code == 404
        assert api(nobody).get("close-fields/").json()["results"] == []
        assert api(nobody).get("close-fields/why/").status_code == 404
