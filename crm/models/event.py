from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.constraints import refusing_trigger
from crm.ids import first_of, uuid7


class Origin(models.TextChoices):
    """The door that a change came through."""

    PAGE = "page", _("page")
    API = "api", _("API")
    IMPORT = "import", _("import")
    COMMAND = "command", _("command")


class EventQuerySet(models.QuerySet["Event"]):
    def oldest_first(self) -> EventQuerySet:
        # Of one timeline: ids follow the clocks of the servers that made them, `sequence` follows the lock.
        return self.order_by("sequence")

    def newest_first(self) -> EventQuerySet:
        return self.order_by("-sequence")

    def since(self, moment: datetime) -> EventQuerySet:
        return self.filter(id__gte=first_of(moment))


class Event(models.Model):
    """One change of one record, written in the same transaction; append-only, and the record may be gone.

    It holds ids and no foreign keys, so that it survives what it tells of. `before` and `after` have the same
    keys, the changed ones. `position` is handed out after the commit, in an order in which no gap is filled later;
    `sequence` is taken when it is written, under the lock of its group, and may have gaps.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(_("type"), max_length=50)
    record_type = models.CharField(max_length=50)
    record_id = models.UUIDField()
    group_id = models.UUIDField()
    version = models.PositiveIntegerField()
    actor_id = models.UUIDField()
    occurred_at = models.DateTimeField(default=clock.now)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    origin = models.CharField(max_length=10, choices=Origin)
    sequence = models.BigIntegerField(
        db_default=models.Func(models.Value("crm_event_sequence"), function="nextval"), editable=False
    )
    position = models.BigIntegerField(null=True, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["record_id", "version", "type"], name="event_once_per_version")]
        indexes = [models.Index(fields=["group_id", "-sequence"], name="event_timeline")]
        triggers = [
            refusing_trigger(
                "event_append_only",
                pgtrigger.Update,
                unless="OLD.position IS NULL AND to_jsonb(NEW) - 'position' = to_jsonb(OLD) - 'position'",
                message="events are append-only",
            ),
            refusing_trigger("event_undeletable", pgtrigger.Delete, message="events are append-only"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.record_id}"
