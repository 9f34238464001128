"""From numbered events to deliveries: what is to be sent to whom.

A webhook's position and the deliveries of the events up to it are written in one transaction: a process that dies at
any moment leaves no event without its delivery, and none with two.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from crm import clock
from crm.models import Delivery, DeliveryState, Event, Webhook
from crm.numbering import number_events

BATCH = 1000
KEPT = timedelta(days=30)


def make_deliveries() -> None:
    """For every committed event. Two statements where there is nothing new."""
    last = number_events()
    behind = Webhook.objects.filter(active=True, position__lt=last).values_list("pk", flat=True)
    for pk in list(behind):
        while _advance(pk, last):
            pass


def _advance(pk: UUID, last: int) -> bool:
    """By a batch of events. Tells whether there may be more."""
    with transaction.atomic():
        # One that another worker advances is in good hands; one that is being changed has its turn a second later.
        locked = Webhook.objects.select_for_update(skip_locked=True, no_key=True)
        webhook = locked.filter(pk=pk, active=True, position__lt=last).first()
        if webhook is None:
            return False
        new = Event.objects.filter(type__in=webhook.event_types, position__gt=webhook.position, position__lte=last)
        events = list(new.order_by("position").only("group_id", "position")[:BATCH])
        Delivery.objects.bulk_create(_delivery(webhook, event) for event in events)
        is_full = len(events) == BATCH
        webhook.position = events[-1].position or last if is_full else last
        webhook.save(update_fields=["position"])
    return is_full


def _delivery(webhook: Webhook, event: Event) -> Delivery:
    assert event.position
    return Delivery(webhook=webhook, event=event, group_id=event.group_id, position=event.position)


def deliveries_over() -> QuerySet[Delivery]:
    """Those that nobody will want to send again; what is still pending stays."""
    old = Delivery.objects.filter(created_at__lt=clock.now() - KEPT).order_by("created_at")
    return old.exclude(state=DeliveryState.PENDING)
