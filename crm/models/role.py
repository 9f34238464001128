from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.languages import in_language


class Depth(models.IntegerChoices):
    """How far a privilege reaches, seen from the user. Each depth includes the ones before it."""

    NONE = 0, _("None")
    OWN = 1, _("Own records")
    UNIT = 2, _("Business unit")
    BELOW = 3, _("Business unit and below")
    ORGANIZATION = 4, _("Organization")


class RecordAccess(models.IntegerChoices):
    """What may be done with records that belong to the organization and not to a user."""

    READ = 0, _("Read")
    EDIT = 1, _("Read, create, edit")
    DELETE = 2, _("Read, create, edit, delete")


class RoleQuerySet(models.QuerySet["Role"]):
    def ensure_defaults(self) -> None:
        """Add the roles that are missing; what an administrator changed stays changed."""
        self.bulk_create([Role(**defaults) for defaults in DEFAULT_ROLES], ignore_conflicts=True)


class Role(models.Model):
    """One row of the table of rights: the same row answers for pages, API, admin, bulk and import."""

    code = models.SlugField(_("code"), primary_key=True, max_length=50)
    label_en = models.CharField(_("label (English)"), max_length=100)
    label_da = models.CharField(_("label (Danish)"), max_length=100)
    read = models.SmallIntegerField(_("read"), choices=Depth, default=Depth.ORGANIZATION)
    create = models.SmallIntegerField(_("create"), choices=Depth, default=Depth.NONE)
    edit = models.SmallIntegerField(_("edit, assign, delete, close; quotes"), choices=Depth, default=Depth.NONE)
    reopen = models.SmallIntegerField(_("reopen"), choices=Depth, default=Depth.NONE)
    accounts = models.SmallIntegerField(_("accounts"), choices=RecordAccess, default=RecordAccess.READ)
    competitors = models.SmallIntegerField(_("competitors"), choices=RecordAccess, default=RecordAccess.READ)
    administer = models.BooleanField(_("status reasons, close fields, users, webhooks"), default=False)
    order = models.SmallIntegerField(_("order"), default=0)

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["order"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.label_en, self.label_da)


def _role(
    order: int, code: str, label_en: str, label_da: str, create: Depth, edit: Depth, access: tuple[RecordAccess, ...]
) -> dict[str, object]:
    return {
        "order": order,
        "code": code,
        "label_en": label_en,
        "label_da": label_da,
        "create": create,
        "edit": edit,
        "reopen": edit,
        "accounts": access[0],
        "competitors": access[1],
    }


_READ, _EDIT, _DELETE = RecordAccess.READ, RecordAccess.EDIT, RecordAccess.DELETE
DEFAULT_ROLES = (
    _role(1, "sales_team_member", "Sales Team Member", "Salgsteammedlem", Depth.NONE, Depth.NONE, (_READ, _READ)),
    _role(2, "salesperson", "Salesperson", "Sælger", Depth.OWN, Depth.UNIT, (_EDIT, _READ)),
    _role(3, "sales_manager", "Sales Manager", "Salgschef", Depth.BELOW, Depth.BELOW, (_EDIT, _EDIT)),
    _role(
        4,
        "vice_president_of_sales",
        "Vice President of Sales",
        "Salgsdirektør",
        Depth.ORGANIZATION,
        Depth.ORGANIZATION,
        (_EDIT, _EDIT),
    ),
    _role(
        5,
        "system_administrator",
        "System Administrator",
        "Systemadministrator",
        Depth.ORGANIZATION,
        Depth.ORGANIZATION,
        (_DELETE, _DELETE),
    )
    | {"administer": True},
)
