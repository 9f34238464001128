"""One import from beginning to end: the small files first, then the pipeline in batches, each committed as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import connection, reset_queries, transaction
from django.utils.translation import gettext as _

from crm import origin, rules
from crm.errors import Invalid, Refusal
from crm.models import Event, User
from crm.models.event import Origin
from crm.tabular import Row, Table, TableError, open_table
from opportunities.actions.creation import require_creator
from opportunities.actions.history import PastDeal, Recorded, record_accounts, record_deals
from opportunities.imports.deals import COLUMN_OF, COLUMNS, CUSTOM, read_deal
from opportunities.imports.differences import difference_text
from opportunities.imports.people import find_people, importing_user, read_teams
from opportunities.imports.products import Products, read_products
from opportunities.imports.report import Report, refusal_text
from opportunities.imports.seen import SeenIds
from opportunities.models import Account, CloseField, Opportunity, OpportunityClose, State

PIPELINE, TEAMS, ACCOUNTS, PRODUCTS = "sales_pipeline.csv", "sales_teams.csv", "accounts.csv", "products.csv"
BATCH = 500
MAX_NAME = Account._meta.get_field("name").max_length or 0

Item = TypeVar("Item")


class ImportFailed(Exception):
    """The import cannot go on; what was committed before stays, and it can be run again."""


@dataclass(frozen=True)
class _Line:
    """A row that has a deal's form."""

    row: Row
    deal: PastDeal


def import_opportunities(path: Path, report: Report, *, actor: User | None = None, dry_run: bool = False) -> None:
    """Import a folder of CSV files or one pipeline file.

    Args:
        actor: who records and closes; where nobody is named, a user made for imports.
        dry_run: do all of it, and take it back.

    Raises: ImportFailed.
    """
    folder = path if path.is_dir() else None
    pipeline = path / PIPELINE if folder else path
    try:
        with origin.through(Origin.IMPORT), _taken_back(dry_run):
            actor = actor or importing_user()
            require_creator(actor)
            with open_table(pipeline, COLUMNS) as table, SeenIds() as seen:
                products = _read_lists(folder, report, actor)
                run = _Run(pipeline.name, table, report, actor, products, _has(folder, ACCOUNTS), seen)
                run.record_all()
        if not dry_run and report.created:
            _renew_statistics()
    except TableError as error:
        raise ImportFailed(str(error)) from error
    except OSError as error:
        raise ImportFailed(
            _("%(file)s cannot be read: %(reason)s.")
            % {
                "file": error.filename or path,
                "reason": error.strerror,
            }
        ) from error
    except Refusal as refusal:
        raise ImportFailed(refusal_text(refusal, {}, {})) from refusal


@contextmanager
def _taken_back(dry_run: bool) -> Iterator[None]:
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a COMMIT would ask
        transaction.set_rollback(True)


def _renew_statistics() -> None:
    """Until autovacuum comes by, the planner would take the tables for as small as they were before."""
    tables = ", ".join(model._meta.db_table for model in (User, Account, Opportunity, OpportunityClose, Event))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _has(folder: Path | None, name: str) -> bool:
    return folder is not None and (folder / name).exists()


def _read_lists(folder: Path | None, report: Report, actor: User) -> Products:
    """What stands beside the pipeline, where it does: a list that is there is taken as complete."""
    if folder and _has(folder, TEAMS):
        read_teams(folder / TEAMS, report, actor=actor)
    if folder and _has(folder, ACCOUNTS):
        _read_accounts(folder / ACCOUNTS, report, actor)
    return read_products(folder / PRODUCTS, report) if folder and _has(folder, PRODUCTS) else Products()


def _read_accounts(path: Path, report: Report, actor: User) -> None:
    with open_table(path, ["account"]) as table:
        for rows in _batches(report.whole_rows(path.name, table), BATCH):
            names = set()
            for row in rows:
                name = " ".join(row.cells["account"].split())
                problems = rules.line(name, max_length=MAX_NAME, required=True) or rules.one_line(row.cells["account"])
                for text in problems:
                    report.refuse(path.name, row.line, text)
                if not problems:
                    names.add(name)
            report.accounts += record_accounts(names, actor=actor)


class _Run:
    """The pipeline file on its way into the database."""

    def __init__(
        self,
        name: str,
        table: Table,
        report: Report,
        actor: User,
        products: Products,
        accounts_complete: bool,
        seen: SeenIds,
    ) -> None:
        self.name, self.table, self.report, self.actor = name, table, report, actor
        self.products, self.accounts_complete, self.seen = products, accounts_complete, seen
        self.field_types = dict(CloseField.objects.values_list("name", "type"))

    def record_all(self) -> None:
        others = [column for column in self.table.other_columns if not column.startswith(CUSTOM)]
        if others:
            columns = ", ".join(others)
            text = _("%(file)s: not imported: %(columns)s") % {"file": self.name, "columns": columns}
            self.report.teller.note(text)
        for rows in _batches(self.table, BATCH):
            with self.report.by_line():
                self._record(self._lines(rows))
            self.report.share_read = self.table.share_read
            self.report.teller.progress(self.report)
            reset_queries()  # Django keeps each statement where DEBUG is on

    def _lines(self, rows: Iterable[Row]) -> list[_Line]:
        """The rows that have the form of a deal; the others are told."""
        lines = []
        for row in rows:
            self.report.rows += 1
            problem = row.problem or self._repeated(row)
            if problem:
                self.report.refuse(self.name, row.line, problem)
                continue
            try:
                lines.append(_Line(row, read_deal(row.cells, self.products, self.field_types)))
            except Invalid as invalid:
                self._refuse(row, invalid)
        return lines

    def _repeated(self, row: Row) -> str:
        external_id = row.cells["opportunity_id"]
        first = self.seen.first_line(external_id, row.line) if external_id else None
        if first is None:
            return ""
        return _("The opportunity_id “%(id)s” stands in line %(line)d already. Keep one of the two rows.") % {
            "id": external_id,
            "line": first,
        }

    def _record(self, lines: list[_Line]) -> None:
        people = find_people({line.row.cells["sales_agent"] for line in lines})
        rows, deals = [], []
        for line in lines:
            agent = people.get(line.row.cells["sales_agent"])
            if agent is None:
                self._refuse(line.row, _unknown_agent())
            else:
                rows.append(line.row)
                deals.append(replace(line.deal, owner=agent.pk))
        recorded = record_deals(deals, actor=self.actor, new_accounts=not self.accounts_complete)
        for row, each in zip(rows, recorded, strict=True):
            self._tell(row, each)

    def _tell(self, row: Row, recorded: Recorded) -> None:
        if recorded.refusal:
            self._refuse(row, recorded.refusal)
        elif recorded.is_new and recorded.opportunity:
            self.report.created += 1
            self.report.outcomes[State(recorded.opportunity.state).name.lower()] += 1
        else:
            self.report.known += 1
            if text := difference_text(recorded, row.cells):
                self.report.differs(self.name, row.line, text)

    def _refuse(self, row: Row, refusal: Refusal) -> None:
        self.report.refuse(self.name, row.line, refusal_text(refusal, row.cells, COLUMN_OF))


def _unknown_agent() -> Invalid:
    text = _("There is no user of this name. Add the agent to sales_teams.csv, or the user in the administration.")
    return Invalid({"sales_agent": [text]})


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
