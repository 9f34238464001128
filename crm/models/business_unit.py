from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.ids import uuid7


class BusinessUnitQuerySet(models.QuerySet["BusinessUnit"]):
    def create_unit(self, name: str, *, parent: BusinessUnit | None = None) -> BusinessUnit:
        unit = BusinessUnit(name=name, parent=parent)
        unit.path = f"{parent.path if parent else '/'}{unit.pk.hex}/"
        unit.save(force_insert=True)
        return unit

    def within(self, unit: BusinessUnit) -> BusinessUnitQuerySet:
        """The unit and all below it."""
        return self.filter(path__startswith=unit.path)


class BusinessUnit(models.Model):
    """A part of the organization; units form a tree.

    `path` holds the ids from the root down to the unit, so that "below" is a prefix and costs no query.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("parent unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.TextField(editable=False, unique=True)

    audited = ("name", "parent")  # the path follows from them

    objects = BusinessUnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        verbose_name = _("business unit")
        verbose_name_plural = _("business units")

    def __str__(self) -> str:
        return self.name

    def is_within(self, other: BusinessUnit) -> bool:
        return self.path.startswith(other.path)
