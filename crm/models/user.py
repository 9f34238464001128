from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.ids import uuid7
from crm.models.business_unit import BusinessUnit
from crm.models.role import Role

THEMES = [("light", _("Light")), ("dark", _("Dark"))]


class CrmUserManager(UserManager["User"]):
    def with_rights(self) -> models.QuerySet[User]:
        """With role and business unit at hand, so that no question of rights costs a query."""
        return self.select_related("role", "business_unit")


class User(AbstractUser):
    """Someone who signs in or owns records. Never deleted: deactivated, because records name their people."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.ForeignKey(
        Role, verbose_name=_("role"), null=True, blank=True, on_delete=models.PROTECT, related_name="users"
    )
    business_unit = models.ForeignKey(
        BusinessUnit,
        verbose_name=_("business unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
    )
    language = models.CharField(
        _("language"), max_length=5, blank=True, default="", choices=[("en", "English"), ("da", "Dansk")]
    )
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, default="")
    theme = models.CharField(
        _("theme"),
        max_length=5,
        blank=True,
        default="",
        choices=THEMES,
        help_text=_("Left empty it is the browser's."),
    )
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)

    # What pages and the log of the administration may tell: never the password, nor when he signed in.
    audited = (
        "username", "first_name", "last_name", "email", "role", "business_unit", "is_active", "is_superuser",
        "language", "time_zone", "theme", "shortcuts",
    )  # fmt: skip

    objects: ClassVar[CrmUserManager] = CrmUserManager()

    class Meta(AbstractUser.Meta):
        ordering = ["first_name", "last_name", "username"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.get_full_name() or self.username

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()
