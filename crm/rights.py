"""The table of rights in words, as the rows of the roles have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.models import Role
from crm.permissions import Kind, Privilege
from crm.types import Text


@dataclass(frozen=True)
class Right:
    """What may be done, and by each role how far, in the order of the roles."""

    label: str
    reaches: list[Text]


def rights_of(roles: list[Role]) -> list[Right]:
    fields = [_field(name) for name in (*Privilege, *Kind, "administer")]
    return [Right(capfirst(str(field.verbose_name)), [_reach(role, field) for role in roles]) for field in fields]


def _field(name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", Role._meta.get_field(name))


def _reach(role: Role, field: models.Field[Any, Any]) -> Text:
    value = getattr(role, field.name)
    if field.choices:
        return dict(field.flatchoices)[value]
    return _("Yes") if value else _("No")
