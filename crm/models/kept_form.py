from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.http import QueryDict

from crm import clock
from crm.ids import uuid7
from crm.maintenance import delete_some
from crm.models.user import User

KEPT_FOR = timedelta(days=1)


class KeptFormQuerySet(models.QuerySet["KeptForm"]):
    def keep(self, sent: QueryDict, *, user: User) -> KeptForm:
        delete_some(self.over())
        return self.create(user=user, sent=sent.urlencode())

    def find(self, pk: UUID, *, user: User) -> KeptForm | None:
        return self.filter(pk=pk, user=user, created_at__gt=clock.now() - KEPT_FOR).first()

    def over(self) -> KeptFormQuerySet:
        return self.filter(created_at__lte=clock.now() - KEPT_FOR).order_by("created_at")


class KeptForm(models.Model):
    """What a form sent to a page that shows something of it. The page then has an address of its own: who goes back to
    it, or loads it anew, is not asked to send the form again.

    Attributes:
        sent: the values of each field, as in the query of an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sent = models.TextField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = KeptFormQuerySet.as_manager()

    class Meta:
        verbose_name = "kept form"
        verbose_name_plural = "kept forms"

    def __str__(self) -> str:
        return str(self.pk)
