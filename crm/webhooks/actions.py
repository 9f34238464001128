"""What administrators do with webhooks. The log of it names no secret."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import audit, clock, origin
from crm.errors import NotFound, Refusal
from crm.event_types import event_types
from crm.models import Attempt, Delivery, DeliveryState, Event, User, Webhook
from crm.numbering import number_events
from crm.permissions import require_webhooks
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed
from crm.types import Values
from crm.webhooks.addresses import address_errors
from crm.webhooks.deliver import send
from crm.webhooks.sign import LEAST_BYTES, MOST_BYTES, is_secret, make_secret

OLD_SECRET_VALID = timedelta(hours=24)
TEST_TYPE = "webhook.test"


def create_webhook(values: Mapping[str, Any], *, actor: User) -> Webhook:
    """It is sent the events from now on. A secret that is left out is made; `secret` of the answer is it.

    Raises: Denied, Invalid.
    """
    return store_webhook(judge_webhook(values, actor=actor), actor=actor)


def judge_webhook(values: Mapping[str, Any], *, actor: User) -> Webhook:
    """What `store_webhook` takes. It may ask the name service: call it outside of transactions.

    Raises: Denied, Invalid.
    """
    require_webhooks(actor)
    webhook = Webhook(**{"secret": make_secret(), **_normal(values)})
    _judge(webhook, values)
    return webhook


def store_webhook(webhook: Webhook, *, actor: User) -> Webhook:
    """Raises: Denied."""
    require_webhooks(actor)
    webhook.position = number_events()
    with deed():
        webhook.save(force_insert=True)
        audit.record(actor, webhook, {}, _facts(webhook))
    return webhook


def change_webhook(pk: UUID, changes: Mapping[str, Any], *, actor: User) -> Webhook:
    """Raises: NotFound, Denied, Invalid."""
    require_webhooks(actor)
    changes = _normal(changes)
    # Before the lock, as it may ask the name service.
    _judge(_changed(_find(pk), changes), changes)
    with deed():
        webhook = _find(pk, lock=True)
        before = _facts(webhook)
        if "secret" in changes:
            _replace_secret(webhook, changes["secret"])
        _changed(webhook, changes)
        webhook.save(update_fields=[*changes, "secret_set_at", "old_secret", "old_secret_until"])
        audit.record(actor, webhook, before, _facts(webhook))
    return webhook


def rotate_secret(pk: UUID, secret: str | None = None, *, actor: User) -> Webhook:
    """A new secret, made unless given. For a day everything is signed with the old one too.

    Raises: NotFound, Denied, Invalid.
    """
    return change_webhook(pk, {"secret": secret or make_secret()}, actor=actor)


def delete_webhook(pk: UUID, *, actor: User) -> None:
    """With its deliveries, also those not sent yet. Raises: NotFound, Denied."""
    require_webhooks(actor)
    with deed():
        webhook = _find(pk, lock=True)
        audit.record(actor, webhook, _facts(webhook), {})
        webhook.delete()


def send_test(pk: UUID, *, actor: User) -> Attempt:
    """Send an event of the type `webhook.test` at once; nothing is stored but that it was done.

    Raises: NotFound, Denied.
    """
    attempt = try_out(pk, actor=actor)
    note_test(pk, attempt, actor=actor)
    return attempt


def try_out(pk: UUID, *, actor: User) -> Attempt:
    """The sending of a test. It waits for the receiver: call it outside of transactions.

    Raises: NotFound, Denied.
    """
    require_webhooks(actor)
    webhook = _find(pk)
    names = {"record_type": "webhook", "record_id": pk, "group_id": pk, "version": 1}
    return send(webhook, Event(type=TEST_TYPE, actor_id=actor.pk, origin=origin.current(), **names))


def note_test(pk: UUID, attempt: Attempt, *, actor: User) -> None:
    """Raises: NotFound, Denied."""
    require_webhooks(actor)
    with deed():
        audit.record(actor, _find(pk), {TEST_TYPE: None}, {TEST_TYPE: attempt.status or attempt.error})


def redeliver(pk: UUID, *, actor: User) -> Delivery:
    """Send it once more, or now; later events of its timeline wait for it.

    Raises: NotFound, Denied.
        Refusal: unavailable, while it is being sent.
    """
    require_webhooks(actor)
    with deed():
        delivery = Delivery.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if delivery is None:
            _require_delivery(pk)
            raise Refusal("unavailable", _("This delivery is being sent at this moment."))
        before = delivery.state
        delivery.state, delivery.due_at = DeliveryState.PENDING, clock.now()
        delivery.failures, delivery.first_failed_at = 0, None
        delivery.save(update_fields=["state", "due_at", "failures", "first_failed_at"])
        audit.record(actor, delivery, {"state": before, "due_at": None}, {"state": 0, "due_at": delivery.due_at})
    return delivery


def _require_delivery(pk: UUID) -> None:
    if not Delivery.objects.filter(pk=pk).exists():
        raise NotFound


def _find(pk: UUID, *, lock: bool = False) -> Webhook:
    rows = Webhook.objects.select_for_update() if lock else Webhook.objects.all()
    webhook = rows.filter(pk=pk).first()
    if webhook is None:
        raise NotFound
    return webhook


def _normal(values: Mapping[str, Any]) -> Values:
    """Each event type once; a secret that is empty counts as left out."""
    normal = {name: value for name, value in values.items() if name != "secret" or value}
    if "event_types" in normal:
        normal["event_types"] = list(dict.fromkeys(normal["event_types"]))
    return normal


def _changed(webhook: Webhook, changes: Mapping[str, Any]) -> Webhook:
    for name, value in changes.items():
        setattr(webhook, name, value)
    return webhook


def _replace_secret(webhook: Webhook, secret: str) -> None:
    if secret != webhook.secret:
        now = clock.now()
        webhook.old_secret, webhook.old_secret_until = webhook.secret, now + OLD_SECRET_VALID
        webhook.secret_set_at = now


def _judge(webhook: Webhook, given: Mapping[str, Any]) -> None:
    with field_checks() as checks:
        checks.refuse_columns(webhook)
        if "url" in given and "url" not in checks.errors:
            checks.refuse("url", *address_errors(webhook.url))
        _judge_types(checks, webhook.event_types)
        if "secret" not in checks.errors and not is_secret(webhook.secret):
            limits = {"least": LEAST_BYTES, "most": MOST_BYTES}
            checks.refuse("secret", _("Enter whsec_ and %(least)d to %(most)d bytes in base64.") % limits)


def _judge_types(checks: FieldChecks, chosen: list[str]) -> None:
    unknown = [name for name in chosen if name not in event_types()]
    if unknown:
        checks.refuse("event_types", _("There are no such event types: %(names)s.") % {"names": ", ".join(unknown)})


def _facts(webhook: Webhook) -> Values:
    """For the log: when a secret was set, never which."""
    hidden = {"secret", "old_secret", "position"}
    facts = {name: value for name, value in audit.facts(webhook).items() if name not in hidden}
    return facts | {"event_types": ", ".join(webhook.event_types)}
