"""`manage.py deliver_webhooks`: numbers events and sends them to the webhooks, until a signal ends it."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.webhooks.worker import THREADS, Worker, run_once


class Command(BaseCommand):
    help = "Send events to the webhooks. Any number of these may run at once; each can be killed at any moment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due, then end")
        parser.add_argument("--threads", type=int, default=THREADS, choices=range(1, 33), metavar="1-32")

    def handle(self, *, once: bool, threads: int, **options: Any) -> None:
        if once:
            run_once()
            return
        worker = Worker(threads)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *__: worker.stop())
        worker.run()
