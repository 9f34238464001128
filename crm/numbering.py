"""Positions: the order in which the world outside reads the log.

An event gets its position after it was committed. One numberer at a time hands them out, and its transaction makes all
of a batch seen at once, before the next one may begin: so whoever has seen position 7 will never see a 6 appear.
What a writer takes, an id or a number, cannot be that order: a transaction that began early may commit late.
"""

from django.db import connection, transaction

# Of PostgreSQL's advisory locks, the one of this database that a numberer holds.
_LOCK = 0x6576656E7473
_WAITING = "SELECT max(position), EXISTS (SELECT 1 FROM crm_event WHERE position IS NULL) FROM crm_event"
# In the order of their writing. Of one group, and so of one record, that is the order of the deeds, because each held
# the group's lock; ids follow the clock of the server that made them. Positions come from no sequence of their own,
# which would leave gaps after a rollback.
_NUMBER = """
    UPDATE crm_event SET position = numbered.position FROM (
        SELECT id, row_number() OVER (ORDER BY sequence)
            + (SELECT coalesce(max(position), 0) FROM crm_event) AS position
        FROM crm_event WHERE position IS NULL
    ) AS numbered WHERE crm_event.id = numbered.id
"""


def number_events() -> int:
    """Hand out positions to every committed event that has none.

    Returns: the last position, 0 where there is none. One statement where nothing waits. Readers and the worker call
        it; whoever writes events never waits for it.
    """
    last, waiting = _last_position()
    if not waiting:
        return last
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A statement of its own: what the next one sees begins after the numberer before has committed.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            cursor.execute(_NUMBER)
        return _last_position()[0]


def _last_position() -> tuple[int, bool]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        last, waiting = cursor.fetchone()
    return last or 0, waiting
