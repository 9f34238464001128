"""Through real HTTP, with the server that runs the product: many at once, a server that dies, readers that wait."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import transaction

from crm.models import Event, StoredAnswer
from opportunities.models import Opportunity, OpportunityClose
from tests.commands.importing import start_python
from tests.core.racing import PATIENCE, until_someone_waits
from tests.factories import make_opportunity
from tests.webhooks.receiver import eventually

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

THREADS, WAITERS, AT_ONCE = 4, 2, 100
KEY = {"Idempotency-Key": "3f1e-close-of-deal-7"}


@dataclass
class Server:
    """One worker process of the server, with few threads."""

    port: int
    process: subprocess.Popen[str]

    def ask(self, method, path, token, body=None, **headers):
        """Status, headers and JSON of the answer; None where the connection broke off."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | headers
        try:
            connection.request(method, f"/api/v1/{path}", body, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def kill(self):
        """With all its workers, as when the machine loses its power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture(scope="module")
def server(django_db_setup):
    """Started once: the test that kills it comes last."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"FEED_WAITERS": WAITERS, "INSECURE_HTTP": 1, "ALLOWED_HOSTS": "127.0.0.1", "API_RATE_LIMIT": 0}
    arguments = ("--interface", "wsgi", "--port", str(port), "--blocking-threads", str(THREADS), "--no-log")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, str(value))
        process = start_python("-m", "granian", *arguments, "crm.wsgi:application", start_new_session=True)
    server = Server(port, process)
    try:
        yield server
    finally:
        if process.poll() is None:
            server.kill()


@pytest.fixture(autouse=True)
def _ready(server, token, rep):
    eventually(lambda: server.ask("GET", "users/me/", token(rep)), 60)


def test_a_hundred_at_once_with_one_key_do_it_once(rep, token, server):
    secret, start = token(rep), threading.Barrier(AT_ONCE)

    def create(number):
        start.wait(PATIENCE)
        return server.ask("POST", "opportunities/", secret, '{"topic": "Crane"}', **KEY)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(create, range(AT_ONCE)))
    statuses = Counter(status for status, headers, body in answers)
    assert set(statuses) <= {201, 409}, statuses
    assert sum(headers["Idempotency-Replayed"] is None for status, headers, body in answers if status == 201) == 1
    assert {body["id"] for status, headers, body in answers if status == 201} == {str(Opportunity.objects.get().pk)}
    assert {body["code"] for status, headers, body in answers if status == 409} <= {"idempotency_in_progress"}
    assert (Event.objects.count(), StoredAnswer.objects.count()) == (1, 1)


def test_readers_that_wait_leave_threads_for_the_others(rep, token, server):
    secret = token(rep)
    with ThreadPoolExecutor(2 * THREADS) as pool:
        waiting = [pool.submit(server.ask, "GET", "events/?wait=30", secret) for __ in range(2 * THREADS)]
        eventually(lambda: sum(future.done() for future in waiting) == 2 * THREADS - WAITERS)
        assert server.ask("GET", "users/me/", secret)[0] == 200
        assert sum(future.done() for future in waiting) == 2 * THREADS - WAITERS, "they wait still"
        make_opportunity(rep)
        answers = [future.result(PATIENCE)[2] for future in waiting]
    assert sorted(len(answer["results"]) for answer in answers) == [0] * (2 * THREADS - WAITERS) + [1] * WAITERS


def test_ten_megabytes_are_refused(rep, token, server):
    body = b'{"topic": "%s"}' % (b"x" * 10_000_000)
    for sent in (body, iter([body])):  # with its length, and in chunks
        answer = server.ask("POST", "opportunities/", token(rep), sent)
        assert answer is None or (answer[0], answer[2]["code"]) == (400, "malformed")
    assert not Opportunity.objects.exists()
    assert server.ask("GET", "users/me/", token(rep))[0] == 200


def test_a_body_that_broke_off_is_not_taken_for_whole(rep, token, server):
    head = f"POST /api/v1/opportunities/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token(rep)}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as wire:
        wire.sendall(f'{head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"topic": "x"}}'.encode())
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(12) in (b"HTTP/1.1 400", b"")
    assert not Opportunity.objects.exists()


def test_a_server_that_dies_in_the_middle_has_done_nothing_and_the_retry_does_it(rep, token, server, api):
    secret, opportunity = token(rep), make_opportunity(rep)
    path = f"opportunities/{opportunity.pk}/close-as-won/"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Opportunity.objects.select_for_update().get()
            asked = pool.submit(server.ask, "POST", path, secret, "{}", **KEY)
            until_someone_waits()
            server.kill()
        assert asked.result(PATIENCE) is None, "no answer: nobody knows whether it was done"
    eventually(lambda: api(rep).post(path, {}, idempotency_key=KEY["Idempotency-Key"]).status_code == 200)
    assert (OpportunityClose.objects.count(), StoredAnswer.objects.count()) == (1, 1)
    assert Opportunity.objects.get().version == opportunity.version + 1
