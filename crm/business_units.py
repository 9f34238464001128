"""Create, move and rename business units: the one place that writes their paths."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from crm import audit
from crm.errors import Invalid, NotFound
from crm.models import BusinessUnit, User
from crm.permissions import require_administrator
from crm.rules import FieldChecks, field_checks, line
from crm.transactions import deed, refuses_with
from crm.types import Values

MAX_NAME = BusinessUnit._meta.get_field("name").max_length or 0


def create_unit(name: str, *, parent: UUID | None = None, actor: User | None = None) -> BusinessUnit:
    """A new unit below the parent, or a root. A command, or an import, has no actor.

    Raises: Denied, Invalid.
    """
    with deed():
        if actor:
            require_administrator(actor)
        with field_checks() as checks:
            _judge_name(checks, name)
        above = _locked_tree(parent)[parent] if parent else None
        unit = BusinessUnit.objects.create_unit(name, parent=above)
        if actor:
            audit.record(actor, unit, {}, audit.facts(unit))
    return unit


def change_unit(pk: UUID, changes: Mapping[str, Any], *, actor: User, expected: Values | None = None) -> BusinessUnit:
    """Name it anew; hang it with all below it under another `parent`, or None for a root. Its records move with it.

    Args:
        expected: its facts as the actor saw them.

    Raises: NotFound, Denied, Invalid; Refusal: stale.
    """
    with deed():
        require_administrator(actor)
        parent = changes.get("parent")
        units = _locked_tree(parent.pk if parent else None)
        if pk not in units:
            raise NotFound
        unit = units[pk]
        # With the path that the parent has under the lock.
        wanted = {**changes, "parent": units[parent.pk]} if parent else changes
        before = audit.change(unit, wanted, expected=expected)
        _store(unit, before, actor)
    return unit


def _store(unit: BusinessUnit, before: Values, actor: User) -> None:
    moves = audit.facts(unit)["parent"] != before["parent"]
    with field_checks() as checks:
        _judge_name(checks, unit.name)
        if moves and unit.parent and unit.parent.is_within(unit):
            checks.refuse("parent", _("A business unit cannot be placed below itself."))
    audit.store(unit, before, actor=actor)
    if moves:
        _repath(unit, f"{unit.parent.path if unit.parent else '/'}{unit.pk.hex}/")


def _judge_name(checks: FieldChecks, name: str) -> None:
    checks.refuse("name", *line(name, max_length=MAX_NAME, required=True))


def _locked_tree(wanted: UUID | None) -> dict[UUID, BusinessUnit]:
    """All units, locked in the order of their ids: two moves at once could otherwise hang two units below each other.

    Raises: Invalid where the wanted parent is not among them.
    """
    units = {unit.pk: unit for unit in BusinessUnit.objects.order_by("pk").select_for_update()}
    if wanted and wanted not in units:
        raise Invalid({"parent": [_("There is no such business unit.")]})
    return units


def _repath(unit: BusinessUnit, path: str) -> None:
    rest = Substr("path", len(unit.path) + 1)
    BusinessUnit.objects.within(unit).update(path=Concat(Value(path), rest))
    unit.path = path


refuses_with(
    "crm_businessunit_name_key",
    lambda: Invalid({"name": [_("There is already a business unit with this name.")]}),
)
