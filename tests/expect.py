"""What tests expect, in words: a refusal by its code, a constraint by its name, nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.errors import Invalid, Refusal

RECORDS = (
    "opportunities.Opportunity",
    "opportunities.OpportunityClose",
    "opportunities.OpportunityCompetitor",
    "opportunities.Account",
    "opportunities.Competitor",
    "quotes.Quote",
    "quotes.QuoteClose",
    "crm.Event",
)


@contextmanager
def refused(code: str, *, nothing_changed: bool = True) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """The deed is refused with this code, and left no trace: no row, version or event."""
    before = rows() if nothing_changed else None
    with pytest.raises(Refusal) as caught:
        yield caught
    assert caught.value.code == code
    if nothing_changed:
        assert rows() == before


@contextmanager
def invalid(**errors: str | int) -> Iterator[None]:
    """Refused for exactly these fields; each value is a part of the field's sentences, or how many it has."""
    with refused("invalid") as caught:
        yield
    assert isinstance(caught.value, Invalid)
    found = {field: [str(text) for text in texts] for field, texts in caught.value.errors.items()}
    assert set(found) == set(errors)
    for field, expected in errors.items():
        if isinstance(expected, int):
            assert len(found[field]) == expected, found[field]
        else:
            assert expected in " ".join(found[field])


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = rows()
    yield
    assert rows() == before


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """The database itself refuses, now or at COMMIT, by the constraint or trigger of this name."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
        check_deferred()
    diagnosis = caught.value.__cause__.diag  # type: ignore[union-attr]
    assert diagnosis.constraint_name == constraint, diagnosis.message_primary


def check_deferred() -> None:
    """Judge the deferred constraints now, as COMMIT would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything that a deed could have changed."""
    return {label: list(apps.get_model(label).objects.order_by("pk").values()) for label in RECORDS}


@contextmanager
def count_statements(most: int, *, least: int = 0) -> Iterator[CaptureQueriesContext]:
    """At most so many statements, BEGIN and COMMIT (or SAVEPOINT and RELEASE) among them."""
    with CaptureQueriesContext(connection) as captured:
        yield captured
    statements = [query["sql"] for query in captured.captured_queries]
    assert least <= len(statements) <= most, "\n".join([f"{len(statements)} statements:", *statements])
