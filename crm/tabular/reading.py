"""Tables in CSV files, read row by row: UTF-8, commas, a header. A row is whole, or says by its line what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.types import Text


@dataclass(frozen=True)
class Row:
    """`line` is where the row begins, counted from 1; `cells` by column, without the spaces around them.

    `problem` says why the row cannot be read, and then there are no cells.
    """

    line: int
    cells: dict[str, str]
    problem: Text = ""


class TableError(Exception):
    """The file is not the expected table; it says what is wrong with the header."""


class Table:
    """One pass over the rows of a file, with a row at a time in memory.

    Attributes:
        other_columns: those in the header that nobody asked for; their cells are read too.
    """

    def __init__(self, file: BinaryIO, size: int, columns: Sequence[str]) -> None:
        self._file, self._size = file, size
        self._reader = csv.reader(_lines(file), strict=True)
        self._header = self._read_header(columns)
        self.other_columns = [name for name in self._header if name not in columns]

    @property
    def share_read(self) -> float:
        """From 0 to 1, by bytes."""
        return min(1.0, self._file.tell() / self._size) if self._size else 1.0

    def __iter__(self) -> Iterator[Row]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader, None)
            except csv.Error:
                yield Row(line, {}, _quotation_problem(self._reader.line_num))
                continue
            if cells is None:
                return
            if any(cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        problem = self._problem(cells)
        if problem:
            return Row(line, {}, problem)
        return Row(line, {name: cell.strip() for name, cell in zip(self._header, cells, strict=True)})

    def _problem(self, cells: list[str]) -> Text:
        if unreadable := _text_problem(cells):
            return unreadable
        if len(cells) == len(self._header):
            return ""
        return ngettext(
            "The row has %(count)d value, the header has %(wanted)d. Put quotation marks around values with commas.",
            "The row has %(count)d values, the header has %(wanted)d. Put quotation marks around values with commas.",
            len(cells),
        ) % {"count": len(cells), "wanted": len(self._header)}

    def _read_header(self, columns: Sequence[str]) -> list[str]:
        try:
            header = [name.strip() for name in next(self._reader, [])]
        except csv.Error:
            raise TableError(_quotation_problem(self._reader.line_num)) from None
        problem = _text_problem(header) or _header_problem(header, columns)
        if problem:
            raise TableError(problem)
        return header


@contextmanager
def open_table(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """The table in the file, for as long as the block lasts.

    Raises: TableError where the header lacks a column or has one twice; OSError.
    """
    with path.open("rb") as file:
        try:
            table = Table(file, path.stat().st_size, columns)
        except TableError as error:
            raise TableError(on_line(path.name, 1, str(error))) from None
        yield table


def on_line(file: str, line: int, text: Text) -> str:
    return _("%(file)s, line %(line)d: %(text)s") % {"file": file, "line": line, "text": text}


def _lines(file: BinaryIO) -> Iterator[str]:
    """Bytes that are no UTF-8 stay visible, so that their row can be named and the others read."""
    encoding = "utf-8-sig"
    for line in file:
        yield line.decode(encoding, "surrogateescape")
        encoding = "utf-8"


def _text_problem(cells: list[str]) -> Text:
    text = "".join(cells)
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        return _("The text is not UTF-8. Save the file as CSV in UTF-8.")
    if "\0" in text:
        return _("There is a NUL character, which no text may hold. Save the file as CSV in UTF-8.")
    return ""


def _header_problem(header: list[str], columns: Sequence[str]) -> Text:
    missing = [name for name in columns if name not in header]
    if missing:
        return _("The header lacks %(columns)s. The first line must name the columns, separated by commas.") % {
            "columns": ", ".join(missing)
        }
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        return _("The header names %(columns)s twice. Keep one of them.") % {"columns": ", ".join(doubled)}
    return ""


def _quotation_problem(last_line: int) -> Text:
    return _("The quotation marks do not fit, up to line %(line)d. Close each, and write one inside a value twice.") % {
        "line": last_line
    }
