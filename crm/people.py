"""Users, and the roles that say what they may: added and changed by administrators, never deleted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm import audit
from crm.errors import Denied, Invalid, NotFound
from crm.models import Role, User
from crm.permissions import require_administrator
from crm.preferences import judge_time_zone
from crm.rules import field_checks
from crm.transactions import deed, refuses_with
from crm.types import Values

# Of himself, who administers could lock himself out by these.
OF_OTHERS_ALONE = ("role", "is_active", "is_superuser")


def create_user(values: Mapping[str, Any], *, password: str, actor: User) -> User:
    """Raises: Denied, Invalid."""
    with deed():
        require_administrator(actor)
        user = User(**values)
        user.set_password(password)
        _judge_user(user, {}, actor)
        audit.store(user, {}, actor=actor)
    return user


def change_user(pk: UUID, changes: Mapping[str, Any], *, actor: User, expected: Values | None = None) -> User:
    """Name him, give him a role and a unit, deactivate him. His password is set elsewhere.

    Args:
        expected: his facts as the actor saw them.

    Raises: NotFound, Denied, Invalid; Refusal: stale.
    """
    with deed():
        require_administrator(actor)
        user = User.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if user is None:
            raise NotFound
        _protect_superuser(user, actor)
        before = audit.change(user, changes, expected=expected)
        _judge_user(user, before, actor)
        audit.store(user, before, actor=actor)
    return user


def create_role(values: Mapping[str, Any], *, actor: User) -> Role:
    """Raises: Denied, Invalid."""
    with deed():
        require_administrator(actor)
        role = Role(**values)
        _judge_role(role, {}, actor)
        audit.store(role, {}, actor=actor)
    return role


def change_role(code: str, changes: Mapping[str, Any], *, actor: User, expected: Values | None = None) -> Role:
    """Its code stays: users, imports and the demo name it by that.

    Args:
        expected: its facts as the actor saw them.

    Raises: NotFound, Denied, Invalid; Refusal: stale.
    """
    with deed():
        require_administrator(actor)
        role = Role.objects.select_for_update(no_key=True).filter(pk=code).first()
        if role is None:
            raise NotFound
        before = audit.change(role, changes, expected=expected)
        _judge_role(role, before, actor)
        audit.store(role, before, actor=actor)
    return role


def _protect_superuser(user: User, actor: User) -> None:
    if user.is_superuser and not actor.is_superuser:
        raise Denied(_("Only superusers make superusers, and change them."))


def _judge_user(user: User, before: Values, actor: User) -> None:
    _protect_superuser(user, actor)
    after = audit.facts(user)
    if user.pk == actor.pk and any(after[field] != before[field] for field in OF_OTHERS_ALONE):
        raise Denied(_("Nobody changes his own role, deactivates himself or makes himself a superuser."))
    with field_checks() as checks:
        checks.refuse_columns(user)
        judge_time_zone(checks, user.time_zone)


def _judge_role(role: Role, before: Values, actor: User) -> None:
    if before and before["code"] == actor.role_id and role.administer != before["administer"]:
        raise Denied(_("Nobody changes the right to administer of his own role."))
    with field_checks() as checks:
        checks.refuse_columns(role)
        if before and role.code != before["code"]:
            checks.refuse("code", _("Chosen once; it cannot be changed afterwards."))


refuses_with(
    "crm_user_username_key",
    lambda: Invalid({"username": [User._meta.get_field("username").error_messages["unique"]]}),
)
refuses_with("crm_role_pkey", lambda: Invalid({"code": [_("There is already a role with this code.")]}))
