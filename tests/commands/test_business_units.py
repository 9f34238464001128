from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.business_units import create_unit, move_unit, rename_unit
from crm.errors import NotFound
from crm.models import BusinessUnit
from tests.expect import invalid


def paths() -> dict[str, str]:
    """Path by name, told in names."""
    names = {unit.pk.hex: unit.name for unit in BusinessUnit.objects.all()}
    return {
        unit.name: "/".join(names.get(part, "") for part in unit.path.split("/")) for unit in BusinessUnit.objects.all()
    }


def test_it_creates_below_a_parent(units: SimpleNamespace) -> None:
    create_unit("Aarhus", parent=units.north.pk)
    assert paths()["Aarhus"] == "/Sales Hub/North/Aarhus/"


def test_it_creates_a_root(db: None) -> None:
    unit = create_unit("Alone")
    assert (unit.parent, unit.path) == (None, f"/{unit.pk.hex}/")


def test_it_moves_with_all_below(units: SimpleNamespace) -> None:
    create_unit("Block C", parent=create_unit("Aarhus", parent=units.north.pk).pk)
    moved = move_unit(units.north.pk, parent=units.south.pk)
    assert moved.is_within(units.south)
    assert BusinessUnit.objects.get(name="North").parent == units.south
    assert paths() == {
        "Sales Hub": "/Sales Hub/",
        "South": "/Sales Hub/South/",
        "North": "/Sales Hub/South/North/",
        "Aarhus": "/Sales Hub/South/North/Aarhus/",
        "Block C": "/Sales Hub/South/North/Aarhus/Block C/",
    }


def test_it_moves_to_the_top(units: SimpleNamespace) -> None:
    create_unit("Aarhus", parent=units.north.pk)
    move_unit(units.north.pk, parent=None)
    assert paths()["Aarhus"] == "/North/Aarhus/"
    assert BusinessUnit.objects.get(name="North").parent is None


def test_a_unit_cannot_lie_below_itself(units: SimpleNamespace) -> None:
    below = create_unit("Aarhus", parent=units.north.pk)
    before = paths()
    for parent in (units.north, below):
        with invalid(parent="below itself"):
            move_unit(units.north.pk, parent=parent.pk)
    assert paths() == before


def test_a_name_is_taken_once(units: SimpleNamespace) -> None:
    with invalid(name="already"):
        create_unit("North")
    with invalid(name="already"):
        rename_unit(units.south.pk, "North")


def test_it_renames(units: SimpleNamespace) -> None:
    rename_unit(units.north.pk, "Far north")
    assert BusinessUnit.objects.get(pk=units.north.pk).name == "Far north"


def test_it_refuses_what_does_not_exist(units: SimpleNamespace) -> None:
    with invalid(parent="no such"):
        create_unit("Aarhus", parent=uuid4())
    with invalid(parent="no such"):
        move_unit(units.north.pk, parent=uuid4())
    with pytest.raises(NotFound):
        move_unit(uuid4(), parent=None)
    with pytest.raises(NotFound):
        rename_unit(uuid4(), "Nowhere")


def test_it_locks_the_whole_tree_before_it_looks(units: SimpleNamespace) -> None:
    with CaptureQueriesContext(connection) as captured:
        move_unit(units.north.pk, parent=units.south.pk)
    first = captured.captured_queries[1]["sql"]  # after the savepoint
    assert first.startswith("SELECT")
    assert first.endswith("FOR UPDATE")
    assert "WHERE" not in first
