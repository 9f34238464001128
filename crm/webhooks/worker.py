"""The process that sends webhooks: one thread looks what there is to do, a few send."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from crm.maintenance import maintenance
from crm.webhooks.deliver import deliver, deliver_next, find_due, is_any_due
from crm.webhooks.outbox import make_deliveries

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
MAINTENANCE_SECONDS = 3600.0
THREADS = 4
# Of the threads: one receiver that hangs must leave some for the others.
PER_WEBHOOK = 2


def run_once() -> None:
    """Everything that is due now; what fails is due again later."""
    maintenance()
    make_deliveries()
    while deliver_next():
        make_deliveries()


class Worker:
    """Several may run at once, here or on other machines: they pass by what others have locked."""

    def __init__(self, threads: int = THREADS) -> None:
        self.threads = threads
        self.stopped = threading.Event()
        self._work = threading.Condition()
        self._sending: Counter[UUID] = Counter()
        self._cleared_at = float("-inf")

    def run(self) -> None:
        """Until `stop`; then what is being sent is sent to its end."""
        senders = [threading.Thread(target=self._send_forever) for __ in range(self.threads)]
        for sender in senders:
            sender.start()
        while not self.stopped.wait(POLL_SECONDS):
            with surviving():
                self._look()
        connection.close()
        with self._work:
            self._work.notify_all()
        for sender in senders:
            sender.join()

    def stop(self) -> None:
        self.stopped.set()

    def _look(self) -> None:
        if time.monotonic() - self._cleared_at > MAINTENANCE_SECONDS:
            # Before it: clearing away that fails has its next turn in an hour, and holds up no delivery.
            self._cleared_at = time.monotonic()
            maintenance()
        make_deliveries()
        if is_any_due():
            with self._work:
                self._work.notify_all()

    def _send_forever(self) -> None:
        while self._wait_for_work():
            with surviving():
                while not self.stopped.is_set() and self._send_next():
                    pass
        connection.close()

    def _wait_for_work(self) -> bool:
        with self._work:
            if not self.stopped.is_set():
                self._work.wait()
        return not self.stopped.is_set()

    def _send_next(self) -> bool:
        with transaction.atomic():
            # Between two senders' looks and counts; not while they send.
            with self._work:
                full = [webhook for webhook, number in self._sending.items() if number >= PER_WEBHOOK]
                delivery = find_due(full)
                if delivery is None:
                    return False
                self._sending[delivery.webhook_id] += 1
            try:
                deliver(delivery)
            finally:
                with self._work:
                    self._sending -= Counter([delivery.webhook_id])
        return True


@contextmanager
def surviving() -> Iterator[None]:
    """A database that restarts, a lock that was not to be had, a fault of ours at one delivery: no reason to end."""
    try:
        yield
    except Exception:
        logger.exception("Webhooks are tried again in a moment.")
        connection.close()
