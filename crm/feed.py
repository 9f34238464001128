"""The events feed: what was committed, in the order of its positions."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from crm.event_types import readable_events
from crm.models import Event
from crm.numbering import number_events

if TYPE_CHECKING:
    from crm.models import User

LIMIT, MAX_WAIT = 1000, 30
# How often one who waits looks: by a statement on two indexes, and without a transaction in between. NOTIFY would
# make every writer queue for a lock of the whole server at its commit.
POLL_SECONDS = 0.5
_places = threading.BoundedSemaphore(max(settings.FEED_WAITERS, 1))


@dataclass(frozen=True)
class Read:
    """What a reader gets: the events, and the position to go on from. It may be beyond the last of the events."""

    events: list[Event]
    position: int


def latest() -> Read:
    return Read([], number_events())


def read_feed(user: User, *, after: int, limit: int = LIMIT, wait: int = 0) -> Read:
    """At most `limit` events that the user may read, from the first one after the position.

    Args:
        wait: seconds to wait for one where there is none. Few of a process may wait, as each keeps a thread of the
            server; the others are answered at once.
    """
    read = _read(user, after, limit)
    if read.events or not wait:
        return read
    with _place() as has_place:
        deadline = time.monotonic() + (wait if has_place else 0)
        while not read.events and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(POLL_SECONDS, left))
            read = _read(user, read.position, limit)
    return read


def _read(user: User, after: int, limit: int) -> Read:
    # First, as what is numbered after the look must be found by the next one.
    last = number_events()
    if last <= after:
        return Read([], after)
    readable = Event.objects.filter(readable_events(user), position__gt=after, position__lte=last)
    events = list(readable.order_by("position")[:limit])
    if len(events) == limit:
        last = events[-1].position or last
    return Read(events, last)


@contextmanager
def _place() -> Iterator[bool]:
    got = settings.FEED_WAITERS > 0 and _places.acquire(blocking=False)
    try:
        yield got
    finally:
        if got:
            _places.release()
