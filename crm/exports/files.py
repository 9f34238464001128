"""The file of a list as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize
from urllib.parse import quote

from django.http import FileResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.columns import Column
from crm.exports.forms import FileForm
from crm.lists import Selection
from crm.tabular import write_table
from crm.transactions import deed
from crm.types import Text

# Rows that are fetched, and in memory, at a time.
CHUNK = 1000
_CURRENCY = Column(_("Currency"), lambda row: row.currency)


class Download(FileResponse):
    # Django's four KiB would be thousands of turns for a long list.
    block_size = 1 << 18


def download(selection: Selection, columns: Mapping[str, Column], form: FileForm) -> Download:
    """All rows of the selection, in these columns.

    The file is finished before its first byte leaves: what goes wrong is an error page, and the length goes before, so
    that a file cut short is known as such. A WSGI server may end a stream that broke off like one that is whole
    (granian does). And no reader, however slow, keeps the database waiting.

    Raises: Refusal where the database takes too long.
    """
    with deed():
        # One statement reads through one cursor: the rows are those of one moment.
        file = write_table(_lines(selection, columns, form), delimiter=form.delimiter())
    name = file_name(selection.view.label)
    return Download(file, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": attachment(name)})


def file_name(label: Text) -> str:
    """`closed-opportunities-2026-11-21.csv`, by the user's day."""
    return f"{slugify(str(label), allow_unicode=True)}-{clock.today()}.csv"


def attachment(name: str) -> str:
    """RFC 6266: the name with all its letters in `filename*`, and in plain ones for whoever cannot read that."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name)}")


def _lines(selection: Selection, columns: Mapping[str, Column], form: FileForm) -> Iterator[Sequence[str]]:
    chosen = with_currency(columns)
    yield [form.heading(name, column) for name, column in chosen.items()]
    for row in selection.rows_in_order.iterator(CHUNK):
        yield [form.cell(column, row) for column in chosen.values()]


def with_currency(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The record's currency follows the first amount, for figures stand alone in cells."""
    chosen: dict[str, Column] = {}
    for name, column in columns.items():
        chosen[name] = column
        if column.cell == "money":
            chosen.setdefault("currency", _CURRENCY)
    return chosen
