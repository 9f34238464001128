"""The one clock: everything that stamps or compares a time asks here.

A demo or an import tells a history; `at` lets it act at the time that it tells of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    return _told.get() or timezone.now()


def today(zone: str = "") -> date:
    """Today in the named time zone, or in the current one."""
    return timezone.localdate(now(), ZoneInfo(zone) if zone else None)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
