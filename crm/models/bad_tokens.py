from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models

from crm import clock
from crm.maintenance import delete_some

LOCKOUT_AFTER, LOCKOUT_PERIOD = 100, timedelta(minutes=10)
_COUNT = """
    INSERT INTO crm_badtokens AS bad (address, number, since) VALUES (%(address)s, 1, %(now)s)
    ON CONFLICT (address) DO UPDATE SET
        number = CASE WHEN bad.since <= %(over)s THEN 1 ELSE bad.number + 1 END,
        since = CASE WHEN bad.since <= %(over)s THEN EXCLUDED.since ELSE bad.since END
    RETURNING number, since"""


class BadTokensQuerySet(models.QuerySet["BadTokens"]):
    def count_one(self, address: str) -> int:
        """Counts one more, for all worker processes; answers for how many seconds the address is locked out, or 0."""
        moment = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, {"address": address, "now": moment, "over": moment - LOCKOUT_PERIOD})
            number, since = cursor.fetchone()
        if number == 1:
            self._forget(moment)
        return int((since + LOCKOUT_PERIOD - moment).total_seconds()) + 1 if number > LOCKOUT_AFTER else 0

    def _forget(self, moment: datetime) -> None:
        """Two for each that comes, so that the table is not larger than one period's addresses."""
        delete_some(self.filter(since__lte=moment - LOCKOUT_PERIOD).order_by("since"), most=2)


class BadTokens(models.Model):
    """How many tokens that are none came from one address within the period that began with the first of them."""

    address = models.CharField(primary_key=True, max_length=50)
    number = models.PositiveIntegerField()
    since = models.DateTimeField(db_index=True)

    objects = BadTokensQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "bad tokens"

    def __str__(self) -> str:
        return self.address
