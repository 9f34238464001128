"""Agents, managers and regional offices: found among the users and business units, or made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm import business_units, rules
from crm.errors import Denied, Invalid
from crm.models import BusinessUnit, User
from crm.rules import field_checks
from crm.tabular import Row, open_table
from crm.transactions import deed
from opportunities.actions.history import wait_for_other_imports
from opportunities.imports.report import Report, refusal_text

COLUMNS = ("sales_agent", "manager", "regional_office")
IMPORTER = "import"


@dataclass(frozen=True)
class Person:
    name: str
    role: str
    office: str

    @property
    def username(self) -> str:
        return username_of(self.name)


def username_of(name: str) -> str:
    return slugify(name) or slugify(name, allow_unicode=True)


def find_people(names: Iterable[str]) -> dict[str, User]:
    """The users of these names: by the username that the name gives, else by the full name where only one has it."""
    wanted = {name: username_of(name) for name in names}
    users = User.objects.annotate(full_name=Concat("first_name", Value(" "), "last_name"))
    found = list(users.filter(Q(username__in=wanted.values()) | Q(full_name__in=wanted)))
    by_username = {user.username: user for user in found}
    people: dict[str, User] = {}
    for name, username in wanted.items():
        namesakes = [user for user in found if user.name == name]
        user = by_username.get(username) or (namesakes[0] if len(namesakes) == 1 else None)
        if user:
            people[name] = user
    return people


def importing_user() -> User:
    """Who imports where nobody is named: an administrator who cannot sign in, made at the first time."""
    with deed():
        wait_for_other_imports()
        if not User.objects.filter(username=IMPORTER).exists():
            User.objects.bulk_create([_user(Person(IMPORTER, "system_administrator", ""), _root())])
    return User.objects.with_rights().get(username=IMPORTER)


def read_teams(path: Path, report: Report, *, actor: User) -> None:
    """Make the users and business units of the file that do not exist yet; those that do are left as they are.

    Raises: TableError, Denied.
    """
    people: dict[str, Person] = {}
    with open_table(path, COLUMNS) as table:
        for row in report.whole_rows(path.name, table):
            try:
                people |= _team(row, people)
            except Invalid as invalid:
                report.refuse(path.name, row.line, refusal_text(invalid, row.cells, {}))
    with deed():
        wait_for_other_imports()
        known = find_people(person.name for person in people.values())
        report.users = _make([person for person in people.values() if person.name not in known], actor)


def _team(row: Row, people: Mapping[str, Person]) -> dict[str, Person]:
    """The agent and the manager of one row, by username; a manager who sells too stays a manager.

    Raises: Invalid.
    """
    office = row.cells["regional_office"]
    agent = Person(row.cells["sales_agent"], "salesperson", office)
    manager = Person(row.cells["manager"], "sales_manager", office)
    with field_checks() as checks:
        checks.refuse("regional_office", *rules.line(office, max_length=100, required=True))
        for column, person in (("sales_agent", agent), ("manager", manager)):
            checks.refuse(column, *_name_problems(person, people.get(person.username)))
        known = people.get(agent.username)
        if known and known.role == agent.role and known.office != office:
            checks.refuse(
                "regional_office", _("An earlier row places this agent in %(office)s.") % {"office": known.office}
            )
    added = {agent.username: agent, manager.username: manager}
    return {
        username: person
        for username, person in added.items()
        if username not in people or (person.role, people[username].role) == ("sales_manager", "salesperson")
    }


def _name_problems(person: Person, known: Person | None) -> list[str]:
    problems = [str(text) for text in rules.line(person.name, max_length=150, required=True)]
    if not problems and not person.username:
        problems.append(_("This name gives no username. Write it with letters."))
    if known and known.name != person.name:
        problems.append(
            _("The username %(username)s would be that of %(name)s too. Make the names differ.")
            % {
                "username": person.username,
                "name": known.name,
            }
        )
    return problems


def _make(people: list[Person], actor: User) -> int:
    if people and not (actor.role and actor.role.administer):
        raise Denied(_("Only a system administrator may add users. Import as one, or add the users first."))
    units = _units({person.office for person in people}) if people else {}
    User.objects.bulk_create(_user(person, units[person.office]) for person in people)
    return len(people)


def _units(names: set[str]) -> dict[str, BusinessUnit]:
    units = {unit.name: unit for unit in BusinessUnit.objects.filter(name__in=names)}
    for name in sorted(names - set(units)):
        units[name] = business_units.create_unit(name, parent=_root().pk)
    return units


def _root() -> BusinessUnit:
    roots = BusinessUnit.objects.filter(parent=None)
    return (
        roots.filter(name=settings.ORGANIZATION_NAME).first()
        or roots.first()
        or business_units.create_unit(settings.ORGANIZATION_NAME)
    )


def _user(person: Person, unit: BusinessUnit) -> User:
    first, __, last = person.name.partition(" ")
    return User(
        username=person.username,
        password=make_password(None),
        first_name=first,
        last_name=last,
        role_id=person.role,
        business_unit=unit,
    )
