"""What has to be cleared away from time to time: each part registers its own; the worker calls all of it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

# Of each kind: what a request takes along by the way, and what the worker takes at once and in one go.
FEW, AT_ONCE, IN_ONE_GO = 100, 1000, 100_000

Rows = QuerySet[Any]
_registered: list[Callable[[], Rows]] = []


def register(over: Callable[[], Rows]) -> None:
    """Args: over: gives the rows that are over their time, in the order in which they may go."""
    _registered.append(over)


def maintenance() -> None:
    """Safe to run at any time, and by several workers at once."""
    for over in _registered:
        for __ in range(IN_ONE_GO // AT_ONCE):
            # Locked until they are gone, lest one goes that someone takes up again meanwhile.
            with transaction.atomic():
                deleted = delete_some(over(), most=AT_ONCE)
            if deleted < AT_ONCE:
                break


def delete_some(rows: Rows, *, most: int = FEW) -> int:
    """The first ones, passing by what others have locked; one statement, if nothing hangs on them.

    Returns: how many, with what hung on them.
    """
    some = rows.select_for_update(skip_locked=True).values("pk")[:most]
    return rows.model._base_manager.filter(pk__in=some).delete()[0]
