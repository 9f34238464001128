"""Who and what a story is about, once as records and once for the model, known to both by the same words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from crm.models import BusinessUnit, Depth, Role, User
from opportunities.close_fields.kinds import FieldType
from opportunities.models import State, StatusReason
from tests.conftest import ApiClient
from tests.contracts.model import Model
from tests.contracts.records import Person, Reason
from tests.factories import make_account, make_close_field, make_competitor, make_token, make_user

# Late in the evening in London: on Kiritimati it is tomorrow.
MOMENT = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 3, 10), date(2026, 3, 11)
ZONES = {"UTC": TODAY, "Pacific/Kiritimati": TOMORROW}

# name: role, unit, time zone; "leaver" has left.
PEOPLE = {
    "rep": ("salesperson", "hub/north", "UTC"),
    "teammate": ("salesperson", "hub/north", "Pacific/Kiritimati"),
    "junior": ("salesperson", "hub/north/east", "UTC"),
    "closer": ("closer", "hub/north", "UTC"),
    "stranger": ("salesperson", "hub/south", "UTC"),
    "manager": ("sales_manager", "hub/north", "Pacific/Kiritimati"),
    "vp": ("vice_president_of_sales", "hub", "UTC"),
    "admin": ("system_administrator", "hub", "UTC"),
    "member": ("sales_team_member", "hub/north", "UTC"),
    "nobody": ("", "hub/north", "UTC"),
    "leaver": ("salesperson", "hub/north", "UTC"),
}
PRICE, RIVAL, RETIRED = 100_000_000, 100_000_001, 100_000_002
REASONS = {
    1: Reason("open"),
    2: Reason("open"),
    3: Reason("won"),
    4: Reason("lost"),
    5: Reason("lost"),
    PRICE: Reason("lost", requires="description"),
    RIVAL: Reason("lost", requires="competitor"),
    RETIRED: Reason("lost", active=False),
}
ACCOUNTS, COMPETITORS = {"Contoso", "Fabrikam"}, {"Acme", "Bolt"}


@dataclass
class Cast:
    """`ids` of the accounts and competitors by name; a name that nothing has leads to no record.

    `reader` asks the API as someone who may read and nothing else.
    """

    users: dict[str, User]
    ids: dict[str, UUID]
    reader: ApiClient

    def id_of(self, name: str | None) -> UUID | None:
        if name is None:
            return None
        return self.users[name].pk if name in self.users else self.ids.setdefault(name, uuid4())


def make_model() -> Model:
    people = [
        Person(name, role, unit, ZONES[zone], active=name != "leaver") for name, (role, unit, zone) in PEOPLE.items()
    ]
    return Model(people, REASONS, ACCOUNTS, COMPETITORS)


def make_cast() -> Cast:
    Role.objects.create(code="closer", create=Depth.OWN, edit=Depth.UNIT, reopen=Depth.NONE)
    for code, reason in REASONS.items():
        if code >= PRICE:
            demands: dict[str, Any] = {f"requires_{reason.requires}": True} if reason.requires else {}
            label = f"Reason {code}"
            StatusReason.objects.create(
                code=code,
                state=State[reason.state.upper()],
                label_en=label,
                label_da=label,
                active=reason.active,
                **demands,
            )
    make_close_field("budget", FieldType.WHOLE_NUMBER, shown_on=State.LOST)
    units: dict[str, BusinessUnit] = {}
    for path in sorted({unit for __, unit, __ in PEOPLE.values()}):
        above, __, name = path.rpartition("/")
        units[path] = BusinessUnit.objects.create_unit(name, parent=units.get(above))
    users = {
        name: make_user(name, role or None, units[unit], time_zone=zone, is_active=name != "leaver")
        for name, (role, unit, zone) in PEOPLE.items()
    }
    ids = {name: make_account(name).pk for name in ACCOUNTS} | {name: make_competitor(name).pk for name in COMPETITORS}
    return Cast(users, ids, ApiClient(make_token(users["member"], name="story")))
