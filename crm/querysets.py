"""What every list begins with: the rows that the user may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from crm.permissions import may_read_anything, readers_filter

if TYPE_CHECKING:
    from crm.models import User


class OwnedQuerySet(models.QuerySet[Any]):
    """Records that have an owner, or stand below one that has."""

    owner_path = "owner"

    def visible_to(self, user: User) -> Self:
        return self.filter(readers_filter(user, self.owner_path))


class OrganizationOwnedQuerySet(models.QuerySet[Any]):
    """Records of the whole organization."""

    def visible_to(self, user: User) -> Self:
        return self.all() if may_read_anything(user) else self.none()
