from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.ids import uuid7
from crm.models.user import User

LONGEST_NAME, LONGEST_QUERY = 100, 4000


class ListLayout(models.Model):
    """The columns that a user wants to see in one view of a list, by name and in his order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="list_layouts", db_index=False)
    list_name = models.CharField(max_length=50)
    view = models.CharField(max_length=50)
    columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_name", "view"], name="list_layout_one_per_view")]

    def __str__(self) -> str:
        return f"{self.list_name} {self.view}"


class SavedView(models.Model):
    """A list as a user keeps it under a name: view, filters, search, order and columns are its query string."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views", db_index=False)
    list_name = models.CharField(max_length=50)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = [Lower("name")]
        constraints = [
            models.UniqueConstraint("user", "list_name", Lower("name"), name="saved_view_name"),
            models.UniqueConstraint(
                fields=["user", "list_name"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
