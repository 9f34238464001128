from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models

from crm import clock
from crm.ids import uuid7
from crm.models.user import User

KEPT_FOR = timedelta(hours=24)


class StoredAnswerQuerySet(models.QuerySet["StoredAnswer"]):
    def find(self, user: User, key: str) -> StoredAnswer | None:
        return self.filter(user=user, key=key, created_at__gt=clock.now() - KEPT_FOR).first()

    def store(self, **values: Any) -> None:
        """In place of one that is over its time, if that is still there."""
        answer = StoredAnswer(**values)
        changed = [field.name for field in answer._meta.concrete_fields if field.name not in ("id", "user", "key")]
        self.bulk_create([answer], update_conflicts=True, unique_fields=["user", "key"], update_fields=changed)

    def over(self) -> StoredAnswerQuerySet:
        return self.filter(created_at__lte=clock.now() - KEPT_FOR).order_by("created_at")


class StoredAnswer(models.Model):
    """The first answer to a request with an Idempotency-Key, for those who ask again.

    Attributes:
        asked: the digest of path and body.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    asked = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    content = models.TextField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = StoredAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "stored answer"
        verbose_name_plural = "stored answers"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="stored_answer_once_per_key")]

    def __str__(self) -> str:
        return self.key
