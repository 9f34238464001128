"""How much one caller may ask. Two ways of counting, by what they cost and whom they stop.

Requests are counted in each worker process by itself, because counting them together would make a write of every
read; so a caller who meets several workers gets the limit of each. Bad tokens are counted in the database, for all
workers: nobody who has a good one pays for it, and whoever has a good one is let in from any address, or one caller
could lock out all who share an address with him.
"""

import math
from threading import Lock

from django.conf import settings
from rest_framework.request import Request

from crm import clock
from crm.callers import address_of
from crm.errors import Throttled
from crm.models import BadTokens


class SlidingCounter:
    """How often each key came in the last seconds: what it did in this window, and of the last one the part that is
    not over yet. Holds the keys of two windows and no more.
    """

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.window = 0
        self.present: dict[str, int] = {}
        self.past: dict[str, int] = {}
        self.lock = Lock()

    def count(self, key: str, limit: int) -> int:
        """Counts one more, or answers for how many seconds none goes."""
        window, elapsed = divmod(clock.now().timestamp(), self.seconds)
        with self.lock:
            self._turn_to(int(window))
            present, past = self.present.get(key, 0), self.past.get(key, 0)
            weight = 1 - elapsed / self.seconds
            if present + past * weight <= limit - 1:
                self.present[key] = present + 1
                return 0
        if present >= limit:
            # Nothing goes in this window; in the next one, when enough of this one is over.
            weight, past, present = weight + 1, present, 0
        return math.ceil((weight - (limit - 1 - present) / past) * self.seconds)

    def _turn_to(self, window: int) -> None:
        if window != self.window:
            self.past = self.present if window == self.window + 1 else {}
            self.window, self.present = window, {}


_requests = SlidingCounter(60)


def count_request(caller: str) -> None:
    """Raises: Throttled."""
    limit = settings.API_RATE_LIMIT
    if limit and (seconds := _requests.count(caller, limit)):
        raise Throttled(seconds)


def count_stranger(request: Request, *, has_token: bool) -> None:
    """One request without valid credentials, perhaps with a token that is none.

    Raises: Throttled.
    """
    address = address_of(request)
    count_request(address)
    if has_token and (seconds := BadTokens.objects.count_one(address)):
        raise Throttled(seconds)
