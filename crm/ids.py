"""UUID version 7 (RFC 9562): ids that sort by the time they were made, so that inserts touch one end of an index."""

import secrets
import uuid
from datetime import datetime
from itertools import count

from crm import clock

# Of ids made by one process at one moment the later is the greater: a deed's events tell their order.
_sequence = count(secrets.randbits(31))


def uuid7() -> uuid.UUID:
    """48 bits of milliseconds, 12 of their fraction (RFC 9562 section 6.2, method 3), 32 of a counter, 30 random."""
    counter = next(_sequence) & (1 << 32) - 1
    return uuid.UUID(int=first_of(clock.now()).int | counter << 30 | secrets.randbits(30))


def first_of(moment: datetime) -> uuid.UUID:
    """No id that was made at the moment or later sorts before it."""
    microseconds = int(moment.timestamp()) * 1_000_000 + moment.microsecond
    milliseconds, rest = divmod(microseconds, 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (rest * 4096 // 1000) << 64
    return uuid.UUID(int=value | 0b10 << 62)
