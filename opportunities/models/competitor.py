from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import clock
from crm.ids import uuid7
from crm.permissions import Kind
from crm.querysets import OrganizationOwnedQuerySet


class Competitor(models.Model):
    """Someone who wants the same sale. Belongs to the organization."""

    kind = Kind.COMPETITORS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100)
    website = models.URLField(_("website"), max_length=200, blank=True, default="")
    key_product = models.CharField(_("key product"), max_length=160, blank=True, default="")
    strengths = models.TextField(_("strengths"), max_length=2000, blank=True, default="")
    weaknesses = models.TextField(_("weaknesses"), max_length=2000, blank=True, default="")
    opportunities = models.TextField(pgettext_lazy("SWOT", "opportunities"), max_length=2000, blank=True, default="")
    threats = models.TextField(_("threats"), max_length=2000, blank=True, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    modified_at = models.DateTimeField(_("modified at"), default=clock.now, editable=False)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "id"]
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="competitor_name_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="competitor_name_given"),
        ]

    def __str__(self) -> str:
        return self.name
