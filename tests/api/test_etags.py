"""Versions as entity tags: what a client saw is what it changes, or it hears that it did not."""

import pytest

from opportunities.models import Opportunity
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep)


def test_single_answers_carry_the_version(rep, admin, api, opportunity):
    quote = make_quote(opportunity)
    paths = {
        f"opportunities/{opportunity.pk}/": '"2"',
        f"quotes/{quote.pk}/": '"1"',
        f"accounts/{make_account().pk}/": '"1"',
        f"competitors/{make_competitor().pk}/": '"1"',
    }
    assert {path: api(rep).get(path)["ETag"] for path in paths} == paths


def test_what_has_no_version_carries_none(rep, api, opportunity):
    close = close_won(opportunity).opportunity_close
    paths = ("opportunities/", "users/me/", f"users/{rep.pk}/", "status-reasons/3/", f"opportunity-closes/{close.pk}/")
    assert not any("ETag" in api(rep).get(path) for path in paths)


def test_writes_answer_the_new_one(rep, api, opportunity):
    client, path = api(rep), f"opportunities/{opportunity.pk}/"
    assert client.post("opportunities/", {"topic": "x"})["ETag"] == '"1"'
    assert client.patch(path, {"topic": "y"})["ETag"] == '"2"'
    assert client.post(f"{path}close-as-won/")["ETag"] == '"3"'
    assert client.post(f"{path}reopen/")["ETag"] == '"4"'
    quote = client.post("quotes/", {"opportunity": str(opportunity.pk), "name": "x", "total_amount": "1"})
    assert quote["ETag"] == '"1"'
    path = f"quotes/{quote.json()['id']}/"
    assert client.post(f"{path}activate/")["ETag"] == '"2"'
    revised = client.post(f"{path}revise/")
    # Of the new quote, which is what a 201 is about.
    assert (revised["ETag"], revised.json()["revised_quote"]["version"]) == ('"1"', 3)
    path = f"quotes/{revised.json()['quote']['id']}/"
    assert client.post(f"{path}close/", {"status_reason": "lost"})["ETag"] == '"2"'


@pytest.mark.parametrize("header", ['"1"', "*", ' "7" , "1"', '"x", "1"', 'W/"9","1"', ',"1",'])
def test_a_match_lets_pass(rep, api, opportunity, header):
    answer = api(rep).patch(f"opportunities/{opportunity.pk}/", {"topic": "new"}, if_match=header)
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')


@pytest.mark.parametrize(
    "header",
    ['"2"', 'W/"1"', "1", "", '"01"', '"1', "'1'", '"1" "2"', '"1", 1', '"1";', '*, "1"', '" 1"', '"²"', '"-1"'],
)
def test_anything_else_does_not(rep, api, opportunity, header):
    answer = api(rep).patch(f"opportunities/{opportunity.pk}/", {"topic": "new"}, if_match=header)
    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (412, "stale", 1)
    assert Opportunity.objects.get().topic == opportunity.topic


@pytest.mark.parametrize("verb", ["close-as-won", "close-as-lost", "close-quotes", "reopen", "delete", "patch"])
def test_every_verb_on_an_opportunity_honours_it(rep, api, opportunity, verb):
    if verb == "reopen":
        opportunity = close_won(opportunity).opportunity
    path, stale = f"opportunities/{opportunity.pk}/", {"if_match": f'"{opportunity.version + 1}"'}
    client = api(rep)
    calls = {
        "delete": lambda: client.delete(path, **stale),
        "patch": lambda: client.patch(path, {"topic": "x"}, **stale),
        "close-quotes": lambda: client.post(f"{path}close-quotes/", {"status_reason": "lost"}, **stale),
    }
    answer = calls.get(verb, lambda: client.post(f"{path}{verb}/", **stale))()
    assert (answer.status_code, answer.json()["version"]) == (412, opportunity.version)


@pytest.mark.parametrize("verb", ["activate", "win", "close", "revise", "delete", "patch"])
def test_every_verb_on_a_quote_honours_it(rep, api, opportunity, verb):
    path = f"quotes/{make_quote(opportunity).pk}/"
    client, stale = api(rep), {"if_match": '"2"'}
    calls = {
        "delete": lambda: client.delete(path, **stale),
        "patch": lambda: client.patch(path, {"name": "x"}, **stale),
        "close": lambda: client.post(f"{path}close/", {"status_reason": "lost"}, **stale),
    }
    answer = calls.get(verb, lambda: client.post(f"{path}{verb}/", **stale))()
    assert (answer.status_code, answer.json()["version"]) == (412, 1)


@pytest.mark.parametrize(("make", "path"), [(make_account, "accounts"), (make_competitor, "competitors")])
def test_the_records_of_the_organization_honour_it(admin, api, make, path):
    path = f"{path}/{make().pk}/"
    assert api(admin).patch(path, {"name": "x"}, if_match='"2"').status_code == 412
    assert api(admin).delete(path, if_match='"2"').status_code == 412
    assert api(admin).patch(path, {"name": "x"}, if_match='"1"')["ETag"] == '"2"'


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', "*", '"7", "1"'])
def test_a_known_version_is_not_sent_again(rep, api, opportunity, header):
    answer = api(rep).get(f"opportunities/{opportunity.pk}/", if_none_match=header)
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", '"1"')
    assert answer["Vary"] == "Accept-Language, Authorization, Cookie"


@pytest.mark.parametrize("header", ['"2"', "1", '"1" x', ""])
def test_another_version_is(rep, api, opportunity, header):
    assert api(rep).get(f"opportunities/{opportunity.pk}/", if_none_match=header).status_code == 200


def test_a_known_version_does_not_open_closed_doors(nobody, api, opportunity):
    assert api(nobody).get(f"opportunities/{opportunity.pk}/", if_none_match="*").status_code == 404
