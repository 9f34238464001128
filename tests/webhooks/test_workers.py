"""Real workers, killed and racing: nothing is lost, nothing invented, the order of each opportunity is kept."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import defaultdict
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from crm.models import Attempt, Delivery, DeliveryState, Event
from crm.webhooks import outbox, worker
from crm.webhooks.worker import Worker, run_once
from tests.commands.importing import start_python
from tests.factories import close_won, make_opportunity, make_quote
from tests.webhooks.receiver import eventually

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(monkeypatch):
    """`start()`: a worker as `manage.py` runs it, which does not outlive the test."""
    monkeypatch.setenv("WEBHOOK_ALLOW_PRIVATE_ADDRESSES", "1")
    started = []

    def start_worker(*arguments):
        command = ("manage.py", "deliver_webhooks", *arguments)
        started.append(start_python(*command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        return started[-1]

    yield start_worker
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def running(**options):
    """A worker in threads of this process."""
    here = Worker(**options)
    thread = threading.Thread(target=here.run)
    thread.start()
    try:
        yield here
    finally:
        here.stop()
        thread.join(30)


def make_stories(rep, number):
    """Opportunities with four events each, mixed."""
    opportunities = [make_opportunity(rep) for __ in range(number)]
    for opportunity in opportunities:
        make_quote(opportunity, "won")
    for opportunity in opportunities:
        close_won(opportunity)


def is_all_delivered():
    done = Delivery.objects.filter(state=DeliveryState.DELIVERED).count()
    return done == Event.objects.count() == Delivery.objects.count()


def check(receiver, secret):
    """Each event of the log came, none else, each first in the order of its opportunity."""
    stories = defaultdict(list)
    for message in receiver.messages:
        assert message.verify(secret)
        story = stories[message.event["opportunity"]]
        if message.event["position"] not in story:
            story.append(message.event["position"])
    assert set(receiver.ids) == {str(pk) for pk in Event.objects.values_list("pk", flat=True)}
    assert all(story == sorted(story) for story in stories.values())


def test_killed_while_it_sends_another_sends_it_again(rep, receiver, hook, start):
    webhook, arrived, go_on = hook(), threading.Event(), threading.Event()

    def hang(handler):
        arrived.set()
        go_on.wait(20)

    receiver.reactions = [hang]
    close_won(make_opportunity(rep))
    process = start()
    assert arrived.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    go_on.set()
    eventually(lambda: not is_locked())
    assert not Attempt.objects.exists(), "what was cut off left no trace"
    run_once()
    assert receiver.types == ["opportunity.created", "opportunity.created", "opportunity.won"]
    check(receiver, webhook.secret)


def is_locked():
    with transaction.atomic():
        free = Delivery.objects.select_for_update(skip_locked=True).count()
        return len(Delivery.objects.select_for_update(skip_locked=True)) < Delivery.objects.count() or not free


def test_killed_at_any_moment_nothing_is_lost(rep, receiver, hook, start):
    """Two workers, of which one is killed and replaced again and again while events are written and some fail."""
    webhook = hook()
    receiver.refused = lambda event: len(receiver.messages) % 11 == 10
    make_stories(rep, 5)
    keeper = start("--threads", "2")
    for number in range(3):
        victim = start("--threads", "3")
        receiver.wait_for(8 * (number + 1), 40)
        victim.send_signal(signal.SIGKILL)
        victim.wait(10)
        make_stories(rep, 3)
    receiver.refused = lambda event: False
    eventually(is_all_delivered, 60)
    keeper.send_signal(signal.SIGTERM)
    output, __ = keeper.communicate(timeout=30)
    assert (keeper.returncode, output) == (0, "")
    check(receiver, webhook.secret)


def test_several_at_once_share_the_work(rep, receiver, hook):
    webhook = hook()
    make_stories(rep, 10)
    with running(threads=3), running(threads=3):
        eventually(is_all_delivered, 30)
    check(receiver, webhook.secret)
    assert len(receiver.messages) == Event.objects.count(), "without a failure each comes once"


def test_killed_between_the_deliveries_and_the_position_there_is_neither(rep, receiver, hook, monkeypatch):
    hook()
    make_opportunity(rep)

    def die(*args, **options):
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("crm.models.Webhook.save", die)
        with pytest.raises(SystemExit):
            outbox.make_deliveries()
    assert not Delivery.objects.exists()
    outbox.make_deliveries()
    assert Delivery.objects.count() == 1


def test_two_makers_make_each_delivery_once(rep, receiver, hook):
    hook()
    make_stories(rep, 5)
    barrier = threading.Barrier(3)

    def make():
        barrier.wait(10)
        outbox.make_deliveries()
        connection.close()

    threads = [threading.Thread(target=make) for __ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    outbox.make_deliveries()
    assert Delivery.objects.count() == Event.objects.count()


def test_a_receiver_that_hangs_leaves_threads_for_the_others(rep, receiver, hook):
    go_on = threading.Event()

    def hang(handler):
        if "slow" in handler.path:
            go_on.wait(20)
        handler.send_response(204)
        handler.end_headers()

    hook(url=receiver.url + "&slow"), hook()
    receiver.usual = hang
    for __ in range(4):
        make_opportunity(rep)
    with running(threads=3):
        try:
            eventually(lambda: sum("slow" not in message.path for message in receiver.messages) == 4, 6)
            assert sum("slow" in message.path for message in receiver.messages) == worker.PER_WEBHOOK
        finally:
            go_on.set()


def test_it_survives_a_database_that_went_away(rep, receiver, hook, caplog):
    hook()
    make_opportunity(rep)
    with running(threads=1):
        receiver.wait_for(1)
        eventually(is_all_delivered)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        make_opportunity(rep)
        receiver.wait_for(2)
        eventually(is_all_delivered)


def test_once_ends_when_nothing_is_due(rep, receiver, hook, start):
    webhook = hook()
    make_stories(rep, 2)
    started = time.monotonic()
    process = start("--once")
    output, __ = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "")
    assert time.monotonic() - started < 30
    check(receiver, webhook.secret)


def test_a_sender_outlives_whatever_fails_at_one_delivery(rep, receiver, hook, monkeypatch):
    hook()
    sent, faults = worker.deliver, iter([ValueError("not thought of")])

    def fail_once(delivery):
        for fault in faults:
            raise fault
        sent(delivery)

    monkeypatch.setattr(worker, "deliver", fail_once)
    make_opportunity(rep)
    with running(threads=1):
        eventually(is_all_delivered)
    assert len(receiver.messages) == 1
