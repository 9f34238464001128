"""Sends one delivery at a time and writes down what came of it."""

import logging
from collections.abc import Collection
from datetime import timedelta
from random import SystemRandom
from uuid import UUID

from django.db import transaction

from crm import clock
from crm.api.renderers import JSONRenderer
from crm.event_types import event_values
from crm.models import Attempt, Delivery, DeliveryState, Event, Webhook
from crm.webhooks.connect import post
from crm.webhooks.sign import signed_headers

logger = logging.getLogger(__name__)

# 5 seconds, then four times as long each time, up to four hours; a day after the first failure no more.
FIRST_DELAY, FACTOR, LONGEST_DELAY = timedelta(seconds=5), 4, timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=1)
_random = SystemRandom()


def is_any_due() -> bool:
    return Delivery.objects.due(clock.now()).exists()


def find_due(busy: Collection[UUID] = ()) -> Delivery | None:
    """Some delivery whose turn it is, locked; of none of the busy webhooks. Workers pass by each other's."""
    due = Delivery.objects.due(clock.now()).exclude(webhook__in=busy).select_related("webhook", "event")
    locked = due.select_for_update(of=("self",), skip_locked=True)
    return locked.order_by("due_at", "position").first()


def deliver(delivery: Delivery) -> Attempt:
    """Send it, within the transaction that locked it: if this process dies the lock ends with its connection, and the
    delivery is as if it had not been tried. It may then arrive twice, never not at all.
    """
    attempt = send(delivery.webhook, delivery.event)
    attempt.delivery = delivery
    attempt.save(force_insert=True)
    if attempt.succeeded:
        delivery.state = DeliveryState.DELIVERED
        delivery.save(update_fields=["state"])
    else:
        _put_off(delivery)
    return attempt


def send(webhook: Webhook, event: Event) -> Attempt:
    """The event as in the feed, signed; not yet stored what came of it."""
    now = clock.now()
    body: bytes = JSONRenderer().render(event_values([event])[0])
    headers = signed_headers(str(event.pk), body, timestamp=int(now.timestamp()), keys=webhook.secrets_at(now))
    answer = post(webhook.url, body, headers)
    return Attempt(
        at=now,
        milliseconds=answer.milliseconds,
        status=answer.status,
        error=answer.error,
        headers=headers,
        body=body.decode(),
        answer=answer.text,
    )


def _put_off(delivery: Delivery) -> None:
    now = clock.now()
    delivery.failures += 1
    delivery.first_failed_at = delivery.first_failed_at or now
    end = delivery.first_failed_at + GIVEN_UP_AFTER
    if now >= end:
        delivery.state = DeliveryState.PARKED
        logger.warning("Delivery %s to webhook %s is parked.", delivery.pk, delivery.webhook_id)
    else:
        delivery.due_at = min(now + delay(delivery.failures), end)
    delivery.save(update_fields=["failures", "first_failed_at", "state", "due_at"])
    # Those that wait for it are not looked at before.
    key = {"webhook": delivery.webhook_id, "group_id": delivery.group_id}
    waiting = Delivery.objects.pending().filter(**key, position__gt=delivery.position)
    waiting.filter(due_at__lt=delivery.due_at).update(due_at=delivery.due_at)


def delay(failures: int) -> timedelta:
    """With jitter, so that what failed together does not come back together."""
    longest = min(FIRST_DELAY * FACTOR ** min(failures - 1, 10), LONGEST_DELAY)
    return longest * _random.uniform(0.5, 1)


def deliver_next(busy: Collection[UUID] = ()) -> bool:
    """Tells whether there was one."""
    with transaction.atomic():
        delivery = find_due(busy)
        if delivery is not None:
            deliver(delivery)
    return delivery is not None
