"""The clients that integrators copy, against a server: what they close is closed once, what they follow is complete."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from crm.models import Event, User
from opportunities.actions import edit_opportunity
from opportunities.models import OpportunityClose
from tests.clients.line import bad_line
from tests.clients.programs import CLIENTS, SECONDS, Program
from tests.factories import close_won, make_opportunity, make_quote
from tests.webhooks.receiver import eventually

pytestmark = pytest.mark.django_db(transaction=True)
VALUES = json.dumps({"actual_revenue": "1200.00", "close_quotes": "lost"})
Start = Callable[..., Program]


@pytest.fixture(params=CLIENTS)
def start(
    request: pytest.FixtureRequest, rep: User, token: Callable[[User], str], live_server: Any, tmp_path: Path
) -> Iterator[Start]:
    """`start("close", …)`: the client as a process, by another server if one is given."""
    started: list[Program] = []
    # A browser of a test before may keep a line to the server, and with it a session.
    before = sessions_of_others()

    def start_client(*arguments: str, server: str = live_server.url) -> Program:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        api = {"CRM_API": f"{server}/api/v1", "CRM_TOKEN": token(rep)}
        started.append(Program(request.param, *arguments, folder=folder, **api))
        return started[-1]

    yield start_client
    for program in started:
        program.kill()
    # What a killed client asked is answered all the same, and would be in the way of what removes the database.
    eventually(lambda: sessions_of_others() <= before, SECONDS)


def sessions_of_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_it_reads_a_list_to_its_end(rep: User, start: Start) -> None:
    for topic in ("Anchors", "Boats", "Cranes"):
        make_opportunity(rep, topic=topic)
    client = start("list", "ordering=topic&page_size=2")
    assert [json.loads(client.line(number))["topic"] for number in range(3)] == ["Anchors", "Boats", "Cranes"]
    assert client.process.wait(SECONDS) == 0


def test_over_a_bad_line_it_closes_once_what_it_looked_at(rep: User, start: Start, live_server: Any) -> None:
    deal = make_opportunity(rep)
    make_quote(deal)

    def overtake() -> None:
        edit_opportunity(deal.pk, {"rating": 1}, actor=rep)
        connection.close()  # that of a thread of the line

    with bad_line(live_server.url) as line:
        line.mishaps = {"GET": [503], "POST": [overtake, None]}
        code, closing, complaints = start("close", str(deal.pk), "won", VALUES, server=line.url).end()
    assert code == 0, complaints
    stored = OpportunityClose.objects.get()
    assert (closing["id"], closing["outcome"], closing["actual_revenue"]) == (str(stored.pk), "won", "1200.00")
    assert Event.objects.filter(type="opportunity.won").count() == 1
    stale, lost, again = line.headers_of("POST", "idempotency-key")
    assert stale != lost == again
    seen = deal.version + 1  # with its quote
    assert line.headers_of("POST", "if-match") == [f'"{seen}"', f'"{seen + 1}"', f'"{seen + 1}"']


def test_what_is_refused_it_tells_by_its_code(rep: User, start: Start) -> None:
    deal = make_opportunity(rep)
    quote = make_quote(deal, "active")
    code, printed, complaints = start("close", str(deal.pk), "won").end()
    assert (code, printed) == (1, None)
    assert complaints.startswith("opportunity_has_open_quotes: ")
    assert complaints.split()[-1] == quote.number


def test_what_is_closed_already_is_well_where_it_was_closed_so(rep: User, start: Start) -> None:
    deal = close_won(make_opportunity(rep)).opportunity
    same, other = start("close", str(deal.pk), "won"), start("close", str(deal.pk), "lost")
    code, closing, complaints = same.end()
    assert (code, closing["id"]) == (0, str(deal.close_id)), complaints
    code, printed, complaints = other.end()
    assert (code, printed) == (1, None)
    assert complaints.startswith("opportunity_already_closed: ")


def test_it_follows_from_where_it_stopped(rep: User, start: Start, tmp_path: Path, settings: Any) -> None:
    settings.FEED_WAITERS = 0
    make_opportunity(rep, topic="Before")
    stored = tmp_path / "position.txt"
    follower = start("follow", str(stored))
    eventually(stored.exists, SECONDS)
    deal = make_opportunity(rep)
    assert json.loads(follower.line(0))["record"]["id"] == str(deal.pk)
    latest = Event.objects.latest("position").position
    eventually(lambda: int(stored.read_text()) == latest, SECONDS)
    follower.kill()
    close_won(deal)
    assert json.loads(start("follow", str(stored)).line(0))["type"] == "opportunity.won"
