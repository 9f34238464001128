"""`GET /events/`: what happened, in the order of its positions."""

import threading
import time

import pytest
from django.db import connection

from crm import feed
from crm.models import Depth, Event
from opportunities.actions import delete_opportunity, edit_opportunity
from tests.api.forms import EVENT, person
from tests.factories import close_won, make_opportunity, make_quote

UNKNOWN = ["x=1", "cursor=", "after=1&after=2", "limit=1&limit=1"]
WRONG = [
    "after=", "after=-1", "after=1.0", "after=Latest", "after=9223372036854775808", "after=١", "after=1e3",
    "after=%201", "limit=0", "limit=1001", "limit=ten", "limit=", "wait=31", "wait=-1", "wait=0.5", "wait=latest",
]  # fmt: skip


def read(client, query=""):
    answer = client.get(f"events/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def types(answer):
    return [event["type"] for event in answer["results"]]


def test_events_have_the_form_of_the_contract(rep, api):
    opportunity = make_opportunity(rep, topic="Ovens")
    closing = close_won(opportunity)
    answer = read(api(rep))
    assert list(answer) == ["results", "position"]
    created, won = answer["results"]
    assert [list(event) for event in (created, won)] == [EVENT, EVENT]
    assert [event["position"] for event in (created, won)] == [1, 2]
    assert answer["position"] == 2
    assert won | {"before": 0, "after": 0} == {
        "position": 2,
        "id": str(Event.objects.get(position=2).pk),
        "type": "opportunity.won",
        "occurred_at": won["occurred_at"],
        "actor": person(rep),
        "record": {"type": "opportunity", "id": str(opportunity.pk)},
        "opportunity": str(opportunity.pk),
        "version": 2,
        "before": 0,
        "after": 0,
        "data": {"opportunity_close": str(closing.opportunity_close.pk)},
        "origin": "command",
    }
    assert set(won["before"]) == set(won["after"])
    assert (won["after"]["state"], won["after"]["actual_revenue"]) == ("won", "1000.00")


def test_one_goes_on_from_the_last_position(rep, api):
    client = api(rep)
    assert read(client) == {"results": [], "position": 0}
    make_quote(make_opportunity(rep), "active")
    first = read(client, "?limit=2")
    assert (types(first), first["position"]) == (["opportunity.created", "quote.created"], 2)
    rest = read(client, "?after=2")
    assert (types(rest), rest["position"]) == (["quote.activated"], 3)
    assert read(client, "?after=3") == {"results": [], "position": 3}
    assert read(client, "?after=latest") == {"results": [], "position": 3}
    assert read(client, "?after=1000") == {"results": [], "position": 1000}


def test_latest_counts_what_nobody_has_read_yet(rep, api):
    make_opportunity(rep)
    assert read(api(rep), "?after=latest") == {"results": [], "position": 1}


@pytest.mark.parametrize("query", UNKNOWN + WRONG)
def test_parameters_are_strict(rep, api, query):
    answer = api(rep).get(f"events/?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [query.partition("=")[0]]


def test_all_wrong_parameters_are_named_at_once(rep, api):
    errors = api(rep).get("events/?after=x&limit=0&wait=99&y=1").json()["errors"]
    assert set(errors) == {"after", "limit", "wait", "y"}


def test_nobody_and_other_methods(rep, api):
    assert api(None).get("events/").status_code == 401
    assert api(rep).post("events/").status_code == 405


class TestReaders:
    def test_without_a_role_one_reads_none_but_moves_on(self, rep, nobody, api):
        make_opportunity(rep)
        assert read(api(nobody)) == {"results": [], "position": 1}

    @pytest.mark.parametrize(("depth", "owners"), [(Depth.OWN, "rep"), (Depth.UNIT, "rep teammate")])
    def test_a_narrower_reader_reads_those_of_records_that_he_may_read(
        self, rep, teammate, stranger, api, depth, owners
    ):
        for owner in (rep, stranger, teammate):
            make_quote(make_opportunity(owner))
        delete_opportunity(make_opportunity(rep).pk, actor=rep)
        rep.role.read = depth
        rep.role.save(update_fields=["read"])
        answer = read(api(rep))
        assert {event["actor"]["username"] for event in answer["results"]} == set(owners.split())
        assert types(answer) == ["opportunity.created", "quote.created"] * len(owners.split())
        assert answer["position"] == 8

    def test_a_page_is_as_long_as_asked_although_others_lie_between(self, rep, stranger, api):
        for owner in (rep, stranger, stranger, rep, rep):
            make_opportunity(owner)
        rep.role.read = Depth.OWN
        rep.role.save(update_fields=["read"])
        answer = read(api(rep), "?limit=2")
        assert ([event["position"] for event in answer["results"]], answer["position"]) == ([1, 4], 4)

    def test_who_reads_the_organization_reads_what_was_deleted(self, rep, stranger, api):
        opportunity = make_opportunity(rep)
        delete_opportunity(opportunity.pk, actor=rep)
        assert types(read(api(stranger))) == ["opportunity.created", "opportunity.deleted"]


class TestStatements:
    def test_nothing_new_takes_one_beside_the_sign_in(self, rep, api, count_statements):
        client = api(rep)
        make_opportunity(rep)
        read(client)
        with count_statements(2, least=2):
            read(client, "?after=1")

    @pytest.mark.parametrize("number", [1, 7])
    def test_any_number_of_events_takes_two_more(self, rep, teammate, api, count_statements, number):
        client = api(rep)
        for __ in range(number):
            edit_opportunity(make_opportunity(rep).pk, {"probability": 7}, actor=teammate)
        read(client, "?after=latest")
        with count_statements(4, least=4):
            assert len(read(client)["results"]) == 2 * number

    def test_numbering_takes_five_more(self, rep, api, count_statements):
        client = api(rep)
        make_opportunity(rep)
        with count_statements(9, least=9):
            assert len(read(client)["results"]) == 1


@pytest.mark.django_db(transaction=True)
class TestWaiting:
    def test_it_ends_with_the_first_event(self, rep, api, monkeypatch):
        monkeypatch.setattr(feed, "POLL_SECONDS", 0.02)
        client, answers = api(rep), []
        waiter = threading.Thread(target=lambda: answers.append(wait_and_close(client, "?wait=20")))
        waiter.start()
        time.sleep(0.2)
        assert answers == []
        make_opportunity(rep)
        waiter.join(10)
        assert types(answers[0]) == ["opportunity.created"]

    def test_it_ends_after_the_time(self, rep, api, monkeypatch):
        monkeypatch.setattr(feed, "POLL_SECONDS", 0.3)
        started = time.monotonic()
        assert read(api(rep), "?wait=1") == {"results": [], "position": 0}
        assert 1 <= time.monotonic() - started < 5

    def test_it_holds_no_transaction(self, rep, api, monkeypatch):
        def look(seconds):
            assert not connection.in_atomic_block
            slept.append(seconds)

        slept = []
        monkeypatch.setattr(feed.time, "sleep", look)
        monkeypatch.setattr(feed.time, "monotonic", iter([0, 0, 0.7, 1.2]).__next__)
        read(api(rep), "?wait=1")
        assert slept == [0.5, pytest.approx(0.3)]

    def test_events_that_one_may_not_read_do_not_end_it(self, rep, nobody, api, monkeypatch):
        monkeypatch.setattr(feed, "POLL_SECONDS", 0.1)
        make_opportunity(rep)
        started = time.monotonic()
        assert read(api(nobody), "?wait=1") == {"results": [], "position": 1}
        assert time.monotonic() - started >= 1

    def test_more_than_a_few_are_answered_at_once(self, rep, api, monkeypatch):
        monkeypatch.setattr(feed, "_places", threading.BoundedSemaphore(1))
        with feed._place() as has_place:
            assert has_place
            started = time.monotonic()
            assert read(api(rep), "?wait=30")["results"] == []
            assert time.monotonic() - started < 5
        with feed._place() as has_place:
            assert has_place, "the place was given back"

    def test_it_can_be_switched_off(self, rep, api, settings):
        settings.FEED_WAITERS = 0
        started = time.monotonic()
        assert read(api(rep), "?wait=30")["results"] == []
        assert time.monotonic() - started < 5


def wait_and_close(client, query):
    try:
        return read(client, query)
    finally:
        connection.close()
