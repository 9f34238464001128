import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm import audit
from crm.business_units import change_unit, create_unit
from crm.models import BusinessUnit, User
from tests.expect import invalid, refused
from tests.factories import make_user


def paths() -> dict[str, str]:
    """Path by name, told in names."""
    names = {unit.pk.hex: unit.name for unit in BusinessUnit.objects.all()}
    return {
        unit.name: "/".join(names.get(part, "") for part in unit.path.split("/")) for unit in BusinessUnit.objects.all()
    }


def test_it_creates_below_a_parent(units: SimpleNamespace, admin: User) -> None:
    create_unit("Aarhus", parent=units.north.pk)
    assert paths()["Aarhus"] == "/Sales Hub/North/Aarhus/"


def test_it_creates_a_root(db: None) -> None:
    unit = create_unit("Alone")
    assert (unit.parent, unit.path) == (None, f"/{unit.pk.hex}/")


def test_it_moves_with_all_below(units: SimpleNamespace, admin: User) -> None:
    create_unit("Block C", parent=create_unit("Aarhus", parent=units.north.pk).pk)
    moved = change_unit(units.north.pk, {"parent": units.south}, actor=admin)
    assert moved.is_within(units.south)
    assert BusinessUnit.objects.get(name="North").parent == units.south
    assert paths() == {
        "Sales Hub": "/Sales Hub/",
        "South": "/Sales Hub/South/",
        "North": "/Sales Hub/South/North/",
        "Aarhus": "/Sales Hub/South/North/Aarhus/",
        "Block C": "/Sales Hub/South/North/Aarhus/Block C/",
    }


def test_it_moves_to_the_top(units: SimpleNamespace, admin: User) -> None:
    create_unit("Aarhus", parent=units.north.pk)
    change_unit(units.north.pk, {"parent": None}, actor=admin)
    assert paths()["Aarhus"] == "/North/Aarhus/"
    assert BusinessUnit.objects.get(name="North").parent is None


def test_a_unit_cannot_lie_below_itself(units: SimpleNamespace, admin: User) -> None:
    below = create_unit("Aarhus", parent=units.north.pk)
    before = paths()
    for parent in (units.north, below):
        with invalid(parent="below itself"):
            change_unit(units.north.pk, {"parent": parent}, actor=admin)
    assert paths() == before


def test_a_name_is_taken_once(units: SimpleNamespace, admin: User) -> None:
    with invalid(name="already"):
        create_unit("North")
    with invalid(name="already"):
        change_unit(units.south.pk, {"name": "North"}, actor=admin)


def test_it_renames(units: SimpleNamespace, admin: User) -> None:
    change_unit(units.north.pk, {"name": "Far north"}, actor=admin)
    assert BusinessUnit.objects.get(pk=units.north.pk).name == "Far north"


def test_it_refuses_what_does_not_exist(units: SimpleNamespace, admin: User) -> None:
    with invalid(parent="no such"):
        create_unit("Aarhus", parent=uuid4())
    with invalid(parent="no such"):
        change_unit(units.north.pk, {"parent": BusinessUnit(name="Gone")}, actor=admin)
    with refused("not_found"):
        change_unit(uuid4(), {"name": "Nowhere"}, actor=admin)


def test_it_locks_the_whole_tree_before_it_looks(units: SimpleNamespace, admin: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        change_unit(units.north.pk, {"parent": units.south}, actor=admin)
    first = captured.captured_queries[1]["sql"]  # after the savepoint
    assert first.startswith("SELECT")
    assert first.endswith("FOR UPDATE")
    assert "WHERE" not in first


def told(unit: BusinessUnit) -> list[tuple[int, Any]]:
    entries = LogEntry.objects.filter(object_id=str(unit.pk)).order_by("pk")
    return [(entry.action_flag, json.loads(entry.change_message)) for entry in entries]


def test_it_tells_who_made_and_changed_it_from_what_to_what(units: SimpleNamespace, admin: User) -> None:
    unit = create_unit("Aarhus", parent=units.north.pk, actor=admin)
    change_unit(unit.pk, {"name": "Aros", "parent": units.south}, actor=admin)
    change_unit(unit.pk, {"name": "Aros", "parent": units.south}, actor=admin)
    change_unit(unit.pk, {"parent": None}, actor=admin)
    assert told(unit) == [
        (ADDITION, {"name": [None, "Aarhus"], "parent": [None, "North"]}),
        (CHANGE, {"name": ["Aarhus", "Aros"], "parent": ["North", "South"]}),
        (CHANGE, {"parent": ["South", None]}),
    ]
    assert {entry.user for entry in LogEntry.objects.all()} == {admin}
    create_unit("By a command")
    assert LogEntry.objects.count() == 3


def test_all_of_it_is_refused_at_once(units: SimpleNamespace, admin: User) -> None:
    with invalid(name=1, parent="below itself"):
        change_unit(units.north.pk, {"name": "", "parent": units.north}, actor=admin)
    with invalid(name="already"):
        change_unit(units.north.pk, {"name": "South", "parent": None}, actor=admin)
    assert paths()["North"] == "/Sales Hub/North/"
    assert not LogEntry.objects.exists()


def test_one_that_was_changed_meanwhile_stays(units: SimpleNamespace, admin: User) -> None:
    seen = audit.facts(units.north)
    change_unit(units.north.pk, {"name": "Far north"}, actor=admin, expected=seen)
    with refused("stale") as caught:
        change_unit(units.north.pk, {"parent": units.south}, actor=admin, expected=seen)
    assert str(caught.value).endswith("): Name: North → Far north")
    assert paths()["Far north"] == "/Sales Hub/Far north/"


def test_that_its_parent_moved_is_no_change_of_it(units: SimpleNamespace, admin: User) -> None:
    below = create_unit("Aarhus", parent=units.north.pk)
    seen = audit.facts(below)
    change_unit(units.north.pk, {"parent": units.south}, actor=admin)
    change_unit(below.pk, {"name": "Aros"}, actor=admin, expected=seen)
    assert paths()["Aros"] == "/Sales Hub/South/North/Aros/"


@pytest.mark.parametrize("username", ["rep", "member", "manager", "vp", "nobody"])
def test_only_administrators_may(units: SimpleNamespace, people: dict[str, User], username: str) -> None:
    before = paths()
    with refused("permission_denied"):
        create_unit("Aarhus", actor=people[username])
    with refused("permission_denied"):
        change_unit(units.north.pk, {"name": "Far north"}, actor=people[username])
    assert paths() == before
    assert not LogEntry.objects.exists()


def test_a_superuser_may_whatever_his_role(units: SimpleNamespace) -> None:
    root = make_user("root", None, None, is_superuser=True)
    assert change_unit(units.north.pk, {"name": "Far north"}, actor=root).name == "Far north"
