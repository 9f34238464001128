from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class SettingsQuerySet(models.QuerySet["Settings"]):
    def ensure_defaults(self) -> None:
        """Add the row where it is missing."""
        self.bulk_create([Settings()], ignore_conflicts=True)


class Settings(models.Model):
    """What administrators set for everyone. One row, which every surface reads anew with each question."""

    ROW = 1

    id = models.SmallIntegerField(primary_key=True, default=ROW, editable=False)
    reopen_reason_required = models.BooleanField(
        _("reopening asks for a reason"),
        default=False,
        help_text=_("An opportunity is then reopened only with a reason: alone, in bulk and through the API."),
    )

    objects = SettingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("settings")
        verbose_name_plural = _("settings")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="settings_one_row")]

    def __str__(self) -> str:
        return gettext("Settings")
