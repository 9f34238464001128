"""The table of rights, written out by hand: which role may do what to whose records. Every door is held to it.

A record is seen from the actor: his own, one of his business unit, of a unit below it, or of another unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID

from django.db import transaction
from django.test import Client

from crm.models import BusinessUnit, Event, User
from opportunities.models import Opportunity
from quotes.models import Quote
from tests.conftest import ApiClient
from tests.factories import make_account, make_competitor, make_opportunity, make_quote, make_token, make_user
from tests.pages.reading import commands_on

RELATIONS = ("own", "unit", "below", "other")
NONE: tuple[str, ...] = ()
OWN, UNIT, BELOW, ALL = RELATIONS[:1], RELATIONS[:2], RELATIONS[:3], RELATIONS

# role: whose records he may read; create; edit, delete, close, and all verbs of quotes; reopen
TABLE = {
    "sales_team_member": (ALL, NONE, NONE, NONE),
    "salesperson": (ALL, OWN, UNIT, UNIT),
    "sales_manager": (ALL, BELOW, BELOW, BELOW),
    "vice_president_of_sales": (ALL, ALL, ALL, ALL),
    "system_administrator": (ALL, ALL, ALL, ALL),
    "": (NONE, NONE, NONE, NONE),
}
RIGHTS = ("read", "create", "edit", "reopen")
# role: what he may do to accounts; to competitors
RECORDS = {
    "sales_team_member": (("read",), ("read",)),
    "salesperson": (("read", "create", "edit"), ("read",)),
    "sales_manager": (("read", "create", "edit"), ("read", "create", "edit")),
    "vice_president_of_sales": (("read", "create", "edit"), ("read", "create", "edit")),
    "system_administrator": (("read", "create", "edit", "delete"), ("read", "create", "edit", "delete")),
    "": ((), ()),
}

ROLES = tuple(TABLE)
CELLS = [(role, relation) for role in ROLES for relation in RELATIONS]


def may(role: str, right: str, relation: str) -> bool:
    return relation in TABLE[role][RIGHTS.index(right)]


def may_assign(role: str, relation: str, new: str) -> bool:
    """The edit right on the record, and the create right for the new owner."""
    return may(role, "edit", relation) and may(role, "create", new)


# Records of each owner in the states in which deeds go: the opportunity's, and those of its quotes.
KINDS = {
    "open": ("open", ()),
    "won": ("won", ()),
    "with draft": ("open", ("draft",)),
    "with active": ("open", ("active",)),
}


@dataclass
class Organization:
    """An actor of each role, all in one unit, and the owners around them.

    Attributes:
        actors: by role.
        owners: by role and relation.
        opportunities: by owner and kind; the records of KINDS.
    """

    actors: dict[str, User]
    owners: dict[tuple[str, str], User]
    account: object
    competitor: object
    opportunities: dict[tuple[str, str], Opportunity] = field(default_factory=dict)
    quotes: dict[tuple[str, str], Quote] = field(default_factory=dict)
    _api: dict[str, ApiClient] = field(default_factory=dict)
    _browsers: dict[str, Client] = field(default_factory=dict)
    _commands: dict[tuple[str, UUID], dict[str, str]] = field(default_factory=dict)

    def opportunity(self, role: str, relation: str, kind: str) -> Opportunity:
        return self.opportunities[self.owners[role, relation].username, kind]

    def quote(self, role: str, relation: str, kind: str) -> Quote:
        return self.quotes[self.owners[role, relation].username, kind]

    def sign_in(self) -> None:
        for role, actor in self.actors.items():
            self._api[role] = ApiClient(make_token(actor, name="table"))
            self._browsers[role] = Client()
            self._browsers[role].force_login(actor, backend="crm.authentication.UserBackend")

    def api(self, role: str) -> ApiClient:
        return self._api[role]

    def browser(self, role: str) -> Client:
        return self._browsers[role]

    def commands(self, role: str, record: Opportunity | Quote) -> dict[str, str]:
        """The reason of each command of the record's page, empty where it is offered; the page is read once."""
        if (role, record.pk) not in self._commands:
            page = self.browser(role).get(record.get_absolute_url())
            self._commands[role, record.pk] = commands_on(page)
        return self._commands[role, record.pk]


def make_organization() -> Organization:
    units = _units()
    maker = make_user("maker", "system_administrator", units.hub)
    actors = {role: make_user(role or "nobody", role or None, units.north) for role in ROLES}
    others = {
        "unit": make_user("colleague", "salesperson", units.north),
        "below": make_user("junior", "salesperson", units.east),
        "other": make_user("stranger", "salesperson", units.south),
    }
    owners = {
        (role, relation): ({"own": actor} | others)[relation]
        for role, actor in actors.items()
        for relation in RELATIONS
    }
    organization = Organization(actors, owners, make_account("Contoso"), make_competitor("Rival"))
    for owner in {user.pk: user for user in owners.values()}.values():
        _make_records(organization, owner, maker)
    organization.sign_in()
    return organization


def _units() -> SimpleNamespace:
    hub = BusinessUnit.objects.create_unit("Hub")
    north = BusinessUnit.objects.create_unit("North", parent=hub)
    east = BusinessUnit.objects.create_unit("East", parent=north)
    south = BusinessUnit.objects.create_unit("South", parent=hub)
    return SimpleNamespace(hub=hub, north=north, east=east, south=south)


def _make_records(organization: Organization, owner: User, maker: User) -> None:
    for kind, (state, quotes) in KINDS.items():
        opportunity = make_opportunity(owner, actor=maker, state=state)
        organization.opportunities[owner.username, kind] = opportunity
        for quote in quotes:
            organization.quotes[owner.username, kind] = make_quote(opportunity, quote, actor=maker)


@contextmanager
def taken_back() -> Iterator[SimpleNamespace]:
    """What the block does, it does not leave behind. Gives `wrote()`: has the block changed anything until now?"""
    with transaction.atomic():
        before = Event.objects.count()
        yield SimpleNamespace(wrote=lambda: Event.objects.count() > before)
        transaction.set_rollback(True)
