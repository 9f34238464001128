from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.ids import uuid7
from crm.models.event import Event


class Webhook(models.Model):
    """An address that is sent events. The secrets must be able to sign, so no digest can stand for them.

    `position` is that of the last event that was looked at: those up to it have their delivery, or need none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    url = models.CharField(_("address"), max_length=2000)
    event_types = ArrayField(models.CharField(max_length=50), verbose_name=_("event types"))
    active = models.BooleanField(_("active"), default=True)
    secret = models.CharField(_("secret"), max_length=100, editable=False)
    secret_set_at = models.DateTimeField(_("secret set at"), default=clock.now, editable=False)
    old_secret = models.CharField(_("old secret"), max_length=100, default="", blank=True, editable=False)
    old_secret_until = models.DateTimeField(_("old secret valid until"), null=True, blank=True, editable=False)
    position = models.BigIntegerField(_("position"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url

    def secrets_at(self, moment: datetime) -> list[str]:
        """Those to sign with: the old one too, for a while."""
        has_old = self.old_secret_until is not None and moment < self.old_secret_until
        return [self.secret, *([self.old_secret] if has_old else [])]


class DeliveryState(models.IntegerChoices):
    PENDING = 0, _("Pending")
    DELIVERED = 1, _("Delivered")
    PARKED = 2, _("Parked")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def pending(self) -> DeliveryQuerySet:
        return self.filter(state=DeliveryState.PENDING)

    def due(self, moment: datetime) -> DeliveryQuerySet:
        """Those whose turn it is: of one webhook and one timeline an event waits for the earlier ones."""
        key = {name: models.OuterRef(name) for name in ("webhook", "group_id")}
        earlier = Delivery.objects.pending().filter(**key, position__lt=models.OuterRef("position"))
        return self.pending().filter(~models.Exists(earlier), due_at__lte=moment, webhook__active=True)


class Delivery(models.Model):
    """One event for one webhook, until it is delivered, or given up and parked. Both can be sent again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.PROTECT, related_name="+")
    # The event's, which never change: for the order, without a join.
    group_id = models.UUIDField()
    position = models.BigIntegerField(_("position"))
    state = models.SmallIntegerField(_("state"), choices=DeliveryState, default=DeliveryState.PENDING)
    due_at = models.DateTimeField(_("next attempt"), default=clock.now)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    first_failed_at = models.DateTimeField(_("first failed at"), null=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once")]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state=0)),
            models.Index(
                fields=["webhook", "group_id", "position"], name="delivery_order", condition=models.Q(state=0)
            ),
            models.Index(fields=["webhook", "-position"], name="delivery_log"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"

    @property
    def next_attempt_at(self) -> datetime | None:
        return self.due_at if self.state == DeliveryState.PENDING else None

    @property
    def tone(self) -> str:
        """Of its badge."""
        return {DeliveryState.PENDING: "draft", DeliveryState.DELIVERED: "won"}.get(DeliveryState(self.state), "lost")


class Attempt(models.Model):
    """What was sent once, and what came back: a status and the beginning of the answer, or an error."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.CASCADE, related_name="attempts"
    )
    at = models.DateTimeField(_("time"), default=clock.now)
    milliseconds = models.PositiveIntegerField(_("duration (ms)"), default=0)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    error = models.TextField(_("error"), default="")
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("body"), default="")
    answer = models.TextField(_("answer"), default="")

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return str(self.status or self.error)

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300
