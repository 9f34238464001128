"""Create, move and rename business units: the one place that writes their paths."""

from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from crm.errors import Invalid, NotFound
from crm.models import BusinessUnit
from crm.rules import field_checks, line
from crm.transactions import deed, refuses_with

MAX_NAME = BusinessUnit._meta.get_field("name").max_length or 0


def create_unit(name: str, *, parent: UUID | None = None) -> BusinessUnit:
    """A new unit below the parent, or a root.

    Raises: Invalid.
    """
    with deed():
        _judge_name(name)
        above = _locked_tree(parent)[parent] if parent else None
        return BusinessUnit.objects.create_unit(name, parent=above)


def move_unit(pk: UUID, *, parent: UUID | None) -> BusinessUnit:
    """Hang the unit, with all below it, under another parent; None makes it a root. Its records move with it.

    Raises: NotFound, Invalid.
    """
    with deed():
        units = _locked_tree(parent)
        if pk not in units:
            raise NotFound
        unit, above = units[pk], units[parent] if parent else None
        if above and above.is_within(unit):
            raise Invalid({"parent": [_("A business unit cannot be placed below itself.")]})
        unit.parent = above
        unit.save(update_fields=["parent"])
        _repath(unit, f"{above.path if above else '/'}{unit.pk.hex}/")
    return unit


def rename_unit(pk: UUID, name: str) -> None:
    """Raises: NotFound, Invalid."""
    with deed():
        _judge_name(name)
        if not BusinessUnit.objects.filter(pk=pk).update(name=name):
            raise NotFound


def _judge_name(name: str) -> None:
    with field_checks() as checks:
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
