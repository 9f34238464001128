"""The file of a list as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import monotonic
from unicodedata import normalize
from urllib.parse import quote

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.columns import Column
from crm.errors import Refusal
from crm.exports.forms import FileForm
from crm.lists import Selection
from crm.models import User
from crm.tabular import write_table
from crm.transactions import reading
from crm.types import Text

CSV = "text/csv; charset=utf-8"
# Rows that are fetched, and in memory, at a time.
CHUNK = 1000
# So long may the writing of a file take.
SECONDS = 60
# Any number that no other advisory lock of this product has.
_LOCK = 0x0EC5
# A stricter timeout of the database's own stays.
_BEGIN = """
    SELECT pg_try_advisory_xact_lock(%s, hashtext(%s)), set_config('statement_timeout', coalesce(
        nullif(current_setting('statement_timeout'), '0'), %s), true)"""
_CURRENCY = Column(_("Currency"), lambda row: row.currency)


class Download(FileResponse):
    # Django's four KiB would be thousands of turns for a long list.
    block_size = 1 << 18


def download(
    selection: Selection, columns: Mapping[str, Column], form: FileForm, *, reader: User, only_head: bool = False
) -> StreamingHttpResponse:
    """All rows of the selection, in these columns.

    The file is finished before its first byte leaves: what goes wrong is an error page, and the length goes before, so
    that a file cut short is known as such. A WSGI server may end a stream that broke off like one that is whole
    (granian does). And no reader, however slow, keeps the database waiting.

    Args:
        reader: who has one file written at a time: each holds a worker, a transaction and a temporary file.
        only_head: what HEAD asks for, which reads no row and so knows no length.

    Raises: Refusal where another file is being written for the reader, or this one takes too long.
    """
    headers = {"Content-Disposition": attachment(file_name(selection.view.label))}
    if only_head:
        return StreamingHttpResponse(content_type=CSV, headers=headers)
    with reading():
        _begin(reader)
        # One statement reads through one cursor: the rows are those of one moment.
        file = write_table(_in_time(_lines(selection, columns, form)), delimiter=form.delimiter())
    return Download(file, content_type=CSV, headers=headers)


def download_table(label: Text, lines: Iterator[Sequence[str]], form: FileForm) -> Download:
    """A few lines that are at hand, the header first."""
    file = write_table(lines, delimiter=form.delimiter())
    return Download(file, content_type=CSV, headers={"Content-Disposition": attachment(file_name(label))})


def _begin(reader: User) -> None:
    """Until the end of the transaction nobody else begins one for the reader, and no step of it lasts longer than all.

    Raises: Refusal.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [_LOCK, str(reader.pk), f"{SECONDS}s"])
        if not cursor.fetchone()[0]:
            raise Refusal("unavailable", _("A file is being written for you. Export this one when it is there."))


def _in_time(lines: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Raises: Refusal."""
    end = monotonic() + SECONDS
    for line in lines:
        if monotonic() > end:
            raise Refusal("unavailable", _("This list takes too long to write. Narrow it by filters, then export it."))
        yield line


def file_name(label: Text) -> str:
    """`closed-opportunities-2026-11-21.csv`, by the user's day."""
    return f"{slugify(str(label), allow_unicode=True)}-{clock.today()}.csv"


def attachment(name: str) -> str:
    """RFC 6266: the name with all its letters in `filename*`, and in plain ones for whoever cannot read that."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f'attachment; filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name)}")


def _lines(selection: Selection, columns: Mapping[str, Column], form: FileForm) -> Iterator[Sequence[str]]:
    chosen = {**form.leading, **with_currency(columns)}
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
