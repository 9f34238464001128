"""Too many requests of one caller, and too many tokens that are none."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory

from crm.api import limits
from crm.api.limits import SlidingCounter
from crm.callers import address_of
from crm.models import BadTokens
from crm.models.bad_tokens import LOCKOUT_AFTER, LOCKOUT_PERIOD
from tests.api.test_refusals import problem

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _counted_afresh(monkeypatch):
    monkeypatch.setattr(limits, "_requests", SlidingCounter(60))


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def ask(secret, address="192.0.2.1"):
    return Client().get("/api/v1/users/me/", headers={"Authorization": f"Bearer {secret}"}, REMOTE_ADDR=address)


class TestRate:
    def test_each_token_has_its_own(self, rep, teammate, token, settings, clock):
        settings.API_RATE_LIMIT = 2
        assert [ask(token(rep)).status_code for __ in range(3)] == [200, 200, 429]
        answer = ask(token(rep))
        problem(answer, 429, "throttled")
        assert 0 < int(answer["Retry-After"]) <= 120
        assert ask(token(teammate)).status_code == 200

    def test_whoever_waits_as_told_is_let_in(self, rep, token, settings, clock):
        settings.API_RATE_LIMIT = 5
        for round_ in range(3):
            clock.shift(timedelta(seconds=7))
            while (answer := ask(token(rep))).status_code == 200:
                pass
            clock.shift(timedelta(seconds=int(answer["Retry-After"]) - 1))
            assert round_ or ask(token(rep)).status_code == 429
            clock.shift(timedelta(seconds=1))
            assert ask(token(rep)).status_code == 200

    def test_never_more_than_the_limit_in_any_minute(self, clock):
        counter, let_in = SlidingCounter(60), []
        for second in range(600):
            if counter.count("key", 10) == 0:
                let_in.append(second)
            clock.shift(timedelta(seconds=1))
        most = max(sum(start <= second < start + 60 for second in let_in) for start in range(600))
        assert most == 10
        assert len(let_in) > 90

    def test_memory_holds_two_windows(self, clock):
        counter = SlidingCounter(60)
        for number in range(50):
            counter.count(f"key {number}", 1)
            clock.shift(timedelta(seconds=30))
        assert len(counter.present) + len(counter.past) <= 4

    def test_a_session_is_counted_too(self, rep, browse, settings, clock):
        settings.API_RATE_LIMIT = 1
        client = browse(rep)
        assert [client.get("/api/v1/users/me/").status_code for __ in range(2)] == [200, 429]

    def test_who_has_no_credentials_is_counted_by_his_address(self, db, settings, clock):
        settings.API_RATE_LIMIT = 2

        def statuses(address):
            return [Client().get("/api/v1/users/me/", REMOTE_ADDR=address).status_code for __ in range(3)]

        assert statuses("192.0.2.1") == statuses("192.0.2.2") == [401, 401, 429]

    def test_0_switches_it_off(self, rep, token, settings, clock):
        settings.API_RATE_LIMIT = 0
        assert {ask(token(rep)).status_code for __ in range(20)} == {200}

    def test_counting_takes_no_statement(self, rep, token, settings, count_statements):
        settings.API_RATE_LIMIT, secret = 5, token(rep)
        with count_statements(1):
            ask(secret)


class TestLockOut:
    @pytest.fixture
    def bad(self, rep, settings, clock):
        settings.API_RATE_LIMIT = 0
        BadTokens.objects.create(address="192.0.2.1", number=LOCKOUT_AFTER - 1, since=NOW)

    def test_many_bad_tokens_lock_their_address_out(self, bad):
        assert [ask("bad").status_code for __ in range(2)] == [401, 429]
        answer = ask("worse")
        problem(answer, 429, "throttled")
        assert int(answer["Retry-After"]) - 1 == LOCKOUT_PERIOD.total_seconds()
        assert ask("bad", "192.0.2.2").status_code == 401

    def test_a_good_one_is_let_in_from_there(self, bad, rep, token):
        ask("bad")
        assert (ask("bad").status_code, ask(token(rep)).status_code) == (429, 200)

    def test_it_ends(self, bad, clock):
        ask("bad"), ask("bad")
        clock.shift(LOCKOUT_PERIOD)
        assert ask("bad").status_code == 401
        assert BadTokens.objects.get().number == 1

    def test_who_sends_none_is_not_counted(self, bad):
        assert {Client().get("/api/v1/users/me/", REMOTE_ADDR="192.0.2.1").status_code for __ in range(3)} == {401}
        assert BadTokens.objects.get().number == LOCKOUT_AFTER - 1

    def test_old_addresses_are_forgotten(self, bad, clock):
        clock.shift(LOCKOUT_PERIOD)
        ask("bad", "192.0.2.9")
        assert [bad.address for bad in BadTokens.objects.all()] == ["192.0.2.9"]


class TestAddress:
    @pytest.mark.parametrize(
        ("remote", "address"),
        [
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1:2:3:4", "2001:db8::/64"),
            ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
            ("", "unknown"),
        ],
    )
    def test_it_is_a_version_4_address_or_a_version_6_network(self, remote, address):
        assert address_of(RequestFactory().get("/", REMOTE_ADDR=remote)) == address

    @pytest.mark.parametrize(("behind_proxy", "address"), [(False, "10.0.0.1"), (True, "198.51.100.7")])
    def test_only_a_proxy_is_believed_and_only_what_it_saw_itself(self, settings, behind_proxy, address):
        settings.BEHIND_PROXY = behind_proxy
        headers = {"X-Forwarded-For": "203.0.113.5, 198.51.100.7"}
        assert address_of(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)) == address
