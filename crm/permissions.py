"""The one gate: what a user may do, read from the row of his role.

A record belongs to its owner's business unit. That is derived and never stored, so that moving a user moves
his records.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.errors import Denied
from crm.models.role import Depth, RecordAccess

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from crm.models import BusinessUnit, User
    from crm.types import Text


class Privilege(StrEnum):
    """Rights on records that have an owner; each is a column of the role."""

    READ = "read"
    CREATE = "create"
    EDIT = "edit"
    REOPEN = "reopen"


class Kind(StrEnum):
    """Records of the organization; each is a column of the role."""

    ACCOUNTS = "accounts"
    COMPETITORS = "competitors"


def depth(user: User, privilege: Privilege) -> Depth:
    if not user.is_active or user.role is None:
        return Depth.NONE
    return Depth(getattr(user.role, privilege))


def allows(user: User, privilege: Privilege, owner: User) -> bool:
    """May the user do this to records of that owner? Costs no query where both have their unit at hand."""
    reach = depth(user, privilege)
    if reach in (Depth.NONE, Depth.ORGANIZATION):
        return reach == Depth.ORGANIZATION
    if owner.pk == user.pk:
        return True
    mine, theirs = user.business_unit, owner.business_unit
    if mine is None or theirs is None or reach == Depth.OWN:
        return False
    return theirs.pk == mine.pk if reach == Depth.UNIT else theirs.is_within(mine)


def require(user: User, privilege: Privilege, owner: User) -> None:
    """Raises: Denied, with the reason."""
    if not allows(user, privilege, owner):
        raise Denied(denial(user, privilege))


def denial(user: User, privilege: Privilege) -> Text:
    """Why not, as a sentence for the user and for the disabled command."""
    none = {Privilege.CREATE: _("Your role may read records, but not create any.")}
    reasons = {
        Depth.NONE: none.get(privilege, _("Your role may read this, but not change it.")),
        Depth.OWN: _("Your role allows this only for your own records."),
        Depth.UNIT: _("Your role allows this only for records of your business unit."),
        Depth.BELOW: _("Your role allows this only for records of your business unit and those below it."),
    }
    return reasons[depth(user, privilege)]


def readers_filter(user: User, owner_path: str) -> Q:
    """The records that the user may read, where `owner_path` leads from the record to its owner."""
    reach = depth(user, Privilege.READ)
    if reach == Depth.ORGANIZATION:
        return Q()
    if reach == Depth.NONE:
        return Q(pk__in=[])
    own = Q(**{owner_path: user})
    if reach == Depth.OWN or user.business_unit is None:
        return own
    if reach == Depth.UNIT:
        return own | Q(**{f"{owner_path}__business_unit": user.business_unit})
    return own | within_unit(owner_path, user.business_unit)


def within_unit(owner_path: str, unit: BusinessUnit) -> Q:
    """The records whose owner belongs to the unit or to one below it."""
    return Q(**{f"{owner_path}__business_unit__path__startswith": unit.path})


def may_read_anything(user: User) -> bool:
    """Records of the organization are readable by everyone who has a role that reads."""
    return depth(user, Privilege.READ) != Depth.NONE


def access(user: User, kind: Kind) -> RecordAccess:
    return RecordAccess(getattr(user.role, kind)) if user.is_active and user.role else RecordAccess.READ


def require_access(user: User, kind: Kind, needed: RecordAccess) -> None:
    """Raises: Denied."""
    if access(user, kind) < needed:
        raise Denied(access_denial(needed))


def access_denial(needed: RecordAccess) -> Text:
    if needed == RecordAccess.DELETE:
        return _("Only a system administrator may delete this.")
    return _("Your role may read this, but not change it.")


def may_administer(user: User | AnonymousUser) -> bool:
    """Set what holds for everyone, such as status reasons; superusers may, whatever their role."""
    if not user.is_active:
        return False
    return user.is_superuser or (user.role is not None and user.role.administer)


def require_administrator(user: User) -> None:
    """Raises: Denied."""
    if not may_administer(user):
        raise Denied(_("Only an administrator may set this."))


def may_set_up_webhooks(user: User) -> bool:
    """They carry everyone's records, so being a superuser is not enough."""
    return may_administer(user) and depth(user, Privilege.READ) == Depth.ORGANIZATION


def require_webhooks(user: User) -> None:
    """Raises: Denied."""
    require_administrator(user)
    if not may_set_up_webhooks(user):
        raise Denied(_("Webhooks carry everyone's records: only an administrator who may read them all sets them up."))
