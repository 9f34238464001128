"""UUID version 7 (RFC 9562): ids that sort by the time they were made, so that inserts touch one end of an index."""

import secrets
import uuid

from crm import clock


def uuid7() -> uuid.UUID:
    """48 bits of milliseconds, 12 of their fraction (RFC 9562 section 6.2, method 3), 62 random ones."""
    moment = clock.now()
    microseconds = int(moment.timestamp()) * 1_000_000 + moment.microsecond
    milliseconds, rest = divmod(microseconds, 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | (rest * 4096 // 1000) << 64
    return uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62))
