"""What an import tells: each bad or differing row by its line, how far it is, and the sums at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from crm.errors import Invalid, Refusal
from crm.tabular import Row, Table, on_line
from crm.types import Text


class Teller(Protocol):
    def line(self, text: str) -> None:
        """One line about a row."""

    def note(self, text: str) -> None:
        """Something to know that is no error."""

    def progress(self, report: Report) -> None:
        """Called after every batch of opportunities."""


@dataclass
class Report:
    """Counts only: no line is kept longer than its batch, so that a bad file of any length fits into memory."""

    teller: Teller
    rows: int = 0
    created: int = 0
    known: int = 0
    differing: int = 0
    bad: int = 0
    share_read: float = 0.0
    outcomes: dict[str, int] = field(default_factory=lambda: {"open": 0, "won": 0, "lost": 0})
    accounts: int = 0
    users: int = 0
    _held: list[tuple[int, str]] | None = None

    @contextmanager
    def by_line(self) -> Iterator[None]:
        """What is told of a batch goes by line: its rows are judged in several rounds."""
        held = self._held = []
        try:
            yield
        finally:
            self._held = None
            for __, text in sorted(held):
                self.teller.line(text)

    def refuse(self, file: str, line: int, reason: Text) -> None:
        self.bad += 1
        self._tell(file, line, reason)

    def differs(self, file: str, line: int, text: Text) -> None:
        self.differing += 1
        self._tell(file, line, text)

    def _tell(self, file: str, line: int, text: Text) -> None:
        if self._held is None:
            self.teller.line(on_line(file, line, text))
        else:
            self._held.append((line, on_line(file, line, text)))

    def whole_rows(self, file: str, table: Table) -> Iterator[Row]:
        """The rows that could be read; the others are told."""
        for row in table:
            if row.problem:
                self.refuse(file, row.line, row.problem)
            else:
                yield row


def refusal_text(refusal: Refusal, cells: Mapping[str, str], columns: Mapping[str, str]) -> str:
    """The refusal as one line.

    Args:
        cells: of the row.
        columns: the column of each field that has another name there.
    """
    if not isinstance(refusal, Invalid):
        return str(refusal.detail)
    told = []
    for name, texts in refusal.errors.items():
        column = columns.get(name, name)
        sentences = " ".join(str(text) for text in texts)
        cell = " ".join(cells.get(column, "").split())
        told.append(f"{column} “{cell}”: {sentences}" if cell else f"{column}: {sentences}")
    return " ".join(told)
