"""Deeds that start at the same moment, each in its own thread with its own connection; and what must hold after."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pkgutil import resolve_name
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, models, transaction
from django_fsm import TransitionNotAllowed

from crm.errors import Refusal
from crm.models import Event
from crm.types import Values
from opportunities.models import Opportunity
from quotes.models import Quote

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
PATIENCE = 15  # seconds: longer than the database's lock_timeout

Deed = Callable[[], Any]

BREACHES = {
    "an open quote on a closed opportunity": """
        SELECT q.id FROM quotes_quote q JOIN opportunities_opportunity o ON o.id = q.opportunity_id
        WHERE q.state IN (0, 1) AND o.state <> 0""",
    "closed without exactly one Completed record of its outcome, or open with one": """
        SELECT o.id FROM opportunities_opportunity o
        LEFT JOIN opportunities_opportunityclose c ON c.opportunity_id = o.id AND c.activity_status = 1
        GROUP BY o.id HAVING count(c.id) <> CASE WHEN o.state = 0 THEN 0 ELSE 1 END
        OR bool_or(c.outcome <> o.state) OR bool_or(c.id <> o.close_id)""",
    "two open revisions of one number": """
        SELECT number FROM quotes_quote WHERE state IN (0, 1) GROUP BY number HAVING count(*) > 1""",
    "an ended quote without its Quote Close, or an open one with it": """
        SELECT q.id FROM quotes_quote q LEFT JOIN quotes_quoteclose c ON c.quote_id = q.id
        WHERE (q.state IN (2, 3)) <> (c.id IS NOT NULL)""",
    "a quote in another currency than its opportunity": """
        SELECT q.id FROM quotes_quote q JOIN opportunities_opportunity o ON o.id = q.opportunity_id
        WHERE q.currency <> o.currency""",
}


def breaches() -> list[str]:
    """Of the promise, which the constraints hold without the locks."""
    found = []
    with connection.cursor() as cursor:
        for name, sql in BREACHES.items():
            cursor.execute(sql)
            found += [f"{name}: {row[0]}" for row in cursor.fetchall()]
    return found


def broken_stories() -> list[str]:
    """What the locks hold beyond: nothing is lost between a look and a write.

    A record's events follow each other: each finds what the one before left, and the last left what is there.
    """
    found = []
    for record in [*Opportunity.objects.for_record(), *Quote.objects.all()]:
        told: Values = {}
        version = 0
        for event in Event.objects.filter(record_id=record.pk).order_by("version", "sequence"):
            if any(told.get(key) != value for key, value in event.before.items()) or event.version < version:
                found.append(f"{event} does not go on from the one before")
            told |= event.after
            version = event.version
        facts = {key: value for key, value in record.facts().items() if value is not None}
        if facts != {key: value for key, value in told.items() if value is not None}:
            found.append(f"{record!r} is not as its events tell")
        if record.version < version:
            found.append(f"{record!r} is older than its last event")
    return found


@contextmanager
def racers(number: int = 2) -> Iterator[Callable[..., list[Any]]]:
    """Gives `race(deed, deed)`, which answers what each returned, or the Refusal that it met."""
    pool = ThreadPoolExecutor(number)

    def race(*deeds: Deed) -> list[Any]:
        start = Barrier(len(deeds))
        return [future.result(PATIENCE) for future in [pool.submit(_run, start, deed) for deed in deeds]]

    try:
        yield race
    finally:
        # Each thread holds its own connection, and the test database cannot be flushed or dropped under it.
        race(*[_close_connection] * number)
        pool.shutdown()


@contextmanager
def held_up(deed: Deed) -> Iterator[Callable[[], Any]]:
    """Starts the deed once the block has its locks, and lets it go on when the block has committed.

    Gives a function that answers, after the block, what came of the deed.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            futures: list[Future[Any]] = []
            yield lambda: futures[0].result(PATIENCE)
            futures.append(pool.submit(_run, Barrier(1), deed))
            until_someone_waits()
        wait(futures, PATIENCE)
        pool.submit(_close_connection).result(PATIENCE)


def until_someone_waits() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.005)
    raise AssertionError("The deed waited for no lock.")


def _close_connection() -> None:
    connection.close()


def _run(start: Barrier, deed: Deed) -> Any:
    start.wait(PATIENCE)
    try:
        return deed()
    except (Refusal, TransitionNotAllowed) as refusal:
        return refusal


def codes(outcomes: list[Any]) -> tuple[str | None, ...]:
    """None for each that went, else its code; the state machine's own word is no code that any race may end with."""
    return tuple(
        "transition_not_allowed" if isinstance(outcome, TransitionNotAllowed) else getattr(outcome, "code", None)
        for outcome in outcomes
    )


def meet(monkeypatch: pytest.MonkeyPatch, *targets: str) -> None:
    """All must have come to these functions, the first write after the look of each, before any may go on.

    Args:
        targets: dotted paths, one for each racing deed; the same path twice where both race through one.
    """
    meeting = Barrier(len(targets))
    for target in set(targets):
        original = resolve_name(target)

        def late(*args: Any, original: Any = original, **kwargs: Any) -> Any:
            meeting.wait(PATIENCE)
            return original(*args, **kwargs)

        monkeypatch.setattr(target, late)


@contextmanager
def dropped(*constraints: tuple[type[models.Model], str]) -> Iterator[None]:
    """Without these constraints. Afterwards every record is gone, so that they can be put back."""
    found = [
        (model, next(constraint for constraint in model._meta.constraints if constraint.name == name))
        for model, name in constraints
    ]
    with connection.schema_editor() as editor:
        for model, constraint in found:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE opportunities_opportunity, crm_event CASCADE")
        with connection.schema_editor() as editor:
            for model, constraint in found:
                editor.add_constraint(model, constraint)
