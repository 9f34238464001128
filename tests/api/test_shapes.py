"""Bodies of the wrong shape: each is a 400 that names what is wrong, never a 500 and never half understood."""

import pytest

from opportunities.models import Opportunity
from tests.factories import make_account, make_opportunity, make_quote

MALFORMED = {
    "no JSON": "{",
    "nothing but space": "  ",
    "single quotes": "{'topic': 'x'}",
    "trailing comma": '{"topic": "x",}',
    "two objects": '{"topic": "x"}{}',
    "a list": "[]",
    "a text": '"topic"',
    "null": "null",
    "a number": "1",
    "NaN": '{"topic": "x", "estimated_revenue": NaN}',
    "Infinity": '{"topic": "x", "estimated_revenue": -Infinity}',
    "the same key twice": '{"topic": "x", "topic": "y"}',
    "the same key twice, deeper": '{"topic": "x", "custom": {"a": 1, "a": 2}}',
    "not UTF-8": b'{"topic": "\xff"}',
    "UTF-16": '{"topic": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"topic": "x"}',
    "a control character": '{"topic": "a\nb"}',
    "a NUL key": '{"topic": "x", "a\\u0000": 1}',
    "a surrogate key": '{"topic": "x", "\\ud800": 1}',
    "nested too deeply": '{"topic": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "an endless integer": '{"topic": "x", "probability": ' + "9" * 5000 + "}",
    "an endless fraction": '{"topic": "x", "estimated_revenue": 0.' + "1" * 5000 + "}",
    "an endless exponent": '{"topic": "x", "estimated_revenue": 1e999999999999999999999}',
    "too large": '{"topic": "' + "x" * 3_000_000 + '"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_it_is_malformed(rep, api, body):
    answer = api(rep).post("opportunities/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert not Opportunity.objects.exists()


NOT_TEXT = (1, 1.5, True, [], {}, ["x"])
NOT_WHOLE = ("5", 1.5, 5.0, True, [], {}, "")
NOT_DATES = (
    "2026-1-1", "20260101", "2026-13-01", "2026-02-29", "0000-01-01", "2026-01-01T00:00:00Z", " 2026-01-01",
    "2026-01-01 ", "+026-01-01", "２０２６-01-01", "10000-01-01", "2026-W01-1", 20260101, True, [], {}, "", "today",
)  # fmt: skip
NOT_MONEY = (
    "", " 1", "1 ", "1e3", "1,000.00", "1_000", "NaN", "Infinity", "0x10", ".5", "5.", "+", "--1", "١٢", "1.2.3", "$5",
    "1" * 41, True, False, [], {}, ["1"],
)  # fmt: skip
NOT_IDS = (
    "", "x", 1, True, [], {}, "019a2f3c8d1e7c449b1f2f6f0d4c1a55", "{019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55}",
    "urn:uuid:019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55", "019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a5",
    " 019a2f3c-8d1e-7c44-9b1f-2f6f0d4c1a55",
)  # fmt: skip
NOT_WORDS = ("", "HOT", "boiling", 1, True, None, [], {})
WRONG = {
    "topic": (*NOT_TEXT, None, "a\0b", "\ud800", "x\udfffy"),
    "description": (*NOT_TEXT, None, "a\0b", "\ud800"),
    "currency": (*NOT_TEXT, None),
    "account": NOT_IDS,
    "owner": (*NOT_IDS, None),
    "estimated_revenue": NOT_MONEY,
    "estimated_close_date": NOT_DATES,
    "probability": NOT_WHOLE,
    "status_reason": (*NOT_WHOLE, None),
    "rating": NOT_WORDS,
    "sales_stage": NOT_WORDS,
    "forecast_category": NOT_WORDS,
    "competitors": (None, "x", {}, ["x"], [1], [None], [[]], 1),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_field_takes_nothing_but_its_type(rep, api, field):
    client = api(rep)
    for value in WRONG[field]:
        answer = client.post("opportunities/", {"topic": "x"} | {field: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), value
        assert list(answer.json()["errors"]) == [field], value
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize("text", ["0", "-0", "-0.0", "+5", "007", "12.50", "1000000000000"])
def test_plain_decimal_strings_are_money(rep, api, text):
    assert api(rep).post("opportunities/", {"topic": "x", "estimated_revenue": text}).status_code == 201


@pytest.mark.parametrize("number", ["1e3", "1E+2", "-0", "0.10", "1e-2"])
def test_json_numbers_are_money(rep, api, number):
    answer = api(rep).post("opportunities/", f'{{"topic": "x", "estimated_revenue": {number}}}')
    assert answer.status_code == 201
    assert "E" not in answer.json()["estimated_revenue"]
    assert not answer.json()["estimated_revenue"].startswith("-")


@pytest.mark.parametrize("number", ["1e400", "1e-400", "1e9999", "-1", "0.001", "1000000000000.01", "9" * 100])
def test_amounts_outside_the_rules_are_refused_by_field(rep, api, number):
    answer = api(rep).post("opportunities/", f'{{"topic": "x", "estimated_revenue": {number}}}')
    assert answer.status_code == 400
    assert answer.json()["code"] in ("malformed", "invalid")


def test_a_huge_whole_number_is_refused_by_field(rep, api):
    for field in ("probability", "status_reason"):
        answer = api(rep).post("opportunities/", {"topic": "x", field: 10**30})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_unknown_and_read_only_keys_are_refused_with_the_other_errors(rep, api):
    body = {"state": "won", "topix": 1, "version": 9, "custom": {}, "probability": "5", "rating": "x", "": 1}
    answer = api(rep).post("opportunities/", body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {*body, "topic"}


def test_what_is_missing_is_judged_with_the_rules(rep, api):
    answer = api(rep).post("opportunities/", {"probability": 101, "estimated_revenue": "-1"})
    assert set(answer.json()["errors"]) == {"topic", "probability", "estimated_revenue"}
    answer = api(rep).post("quotes/", {"opportunity": str(make_opportunity(rep).pk)})
    assert set(answer.json()["errors"]) == {"name", "total_amount"}
    assert set(api(rep).post("quotes/", {}).json()["errors"]) == {"opportunity", "name", "total_amount"}
    assert set(api(rep).post("accounts/", {}).json()["errors"]) == {"name"}


def test_surrounding_spaces_of_one_line_are_trimmed_and_others_kept(rep, api):
    body = {"topic": "\u00a0 A  b\t", "description": "  a\r\n b  "}
    record = api(rep).post("opportunities/", body).json()
    assert (record["topic"], record["description"]) == ("A  b", "  a\r\n b  ")


def test_a_topic_of_spaces_is_none(rep, api):
    assert set(api(rep).post("opportunities/", {"topic": "   "}).json()["errors"]) == {"topic"}


@pytest.mark.parametrize(
    "body", [{"external_id": ""}, {"external_id": 5}, {"name": None}, {"version": 2}, {"name": ["x"]}]
)
def test_accounts_are_strict_too(rep, api, body):
    answer = api(rep).patch(f"accounts/{make_account().pk}/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(body))


CLOSE_WRONG = [
    {"status_reason": "3"},
    {"actual_revenue": "1e3"},
    {"currency": 5},
    {"close_date": "21.11.2026"},
    {"description": 5},
    {"competitor": "Fabrikam"},
    {"custom": []},
    {"custom": "x"},
    {"close_quotes": True},
    {"close_quotes": "won"},
    {"close_quotes": 5},
    {"outcome": "won"},
    {"state": None},
]


@pytest.mark.parametrize("body", CLOSE_WRONG, ids=str)
def test_the_close_form_is_strict(rep, api, body):
    opportunity = make_opportunity(rep)
    answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", body)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", list(body))
    assert Opportunity.objects.get().is_open


def test_custom_fields_that_do_not_exist_are_named(rep, api):
    answer = api(rep).post(
        f"opportunities/{make_opportunity(rep).pk}/close-as-won/", {"custom": {"budget": 1, "why": None}}
    )
    assert set(answer.json()["errors"]) == {"custom.budget", "custom.why"}


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("reopen", {"reason": 5}),
        ("reopen", {"status_reason": "1"}),
        ("reopen", {"comment": "x"}),
        ("close-quotes", {}),
        ("close-quotes", {"status_reason": None}),
        ("close-quotes", {"status_reason": 5}),
        ("close-quotes", {"status_reason": "revised"}),
    ],
    ids=str,
)
def test_the_other_verbs_are_strict(rep, api, verb, body):
    answer = api(rep).post(f"opportunities/{make_opportunity(rep).pk}/{verb}/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert set(answer.json()["errors"]) == set(body or ["status_reason"])


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("activate", {"x": 1}),
        ("revise", {"name": "x"}),
        ("win", {"close_other_quotes": "true"}),
        ("win", {"close_other_quotes": 1}),
        ("win", {"status_reason": "lost"}),
        ("close", {"status_reason": "won"}),
        ("close", {"status_reason": ["lost"]}),
    ],
    ids=str,
)
def test_the_verbs_of_quotes_are_strict(rep, api, verb, body):
    answer = api(rep).post(f"quotes/{make_quote(make_opportunity(rep), 'active').pk}/{verb}/", body)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (400, "invalid", list(body))


@pytest.mark.parametrize("body", [{"opportunity": "x"}, {"number": "QUO-1"}, {"state": "won"}, {"total_amount": None}])
def test_a_quote_is_strict(rep, api, body):
    answer = api(rep).patch(f"quotes/{make_quote(make_opportunity(rep)).pk}/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(body))


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
def test_a_body_that_is_not_json_is_not_read(rep, api, content_type):
    answer = api(rep).post("opportunities/", '{"topic": "x"}', content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x=y"]
)
def test_json_by_any_of_its_names(rep, api, content_type):
    answer = api(rep).post("opportunities/", '{"topic": "blåbærgrød 🫐"}', content_type=content_type)
    assert (answer.status_code, answer.json()["topic"]) == (201, "blåbærgrød 🫐")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", ""])
def test_no_body_is_an_empty_object(rep, api, content_type):
    answer = api(rep).post(f"opportunities/{make_opportunity(rep).pk}/close-as-won/", "", content_type=content_type)
    assert answer.status_code == 200


def test_a_body_in_chunks_is_refused_and_not_taken_for_none(rep, api):
    opportunity = make_opportunity(rep)
    answer = api(rep).post(f"opportunities/{opportunity.pk}/close-as-won/", "", transfer_encoding="chunked")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert Opportunity.objects.get().is_open
