from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.ids import uuid7
from crm.permissions import Kind
from crm.querysets import OrganizationOwnedQuerySet
from crm.search import words_of


class Account(models.Model):
    """A potential customer."""

    kind = Kind.ACCOUNTS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=300)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    modified_at = models.DateTimeField(_("modified at"), default=clock.now, editable=False)

    objects = OrganizationOwnedQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "id"]
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="account_name_given")]
        indexes = [
            models.Index(Lower("name"), "id", name="account_by_name"),
            GinIndex(words_of("name"), name="account_words"),
        ]

    def __str__(self) -> str:
        return self.name
