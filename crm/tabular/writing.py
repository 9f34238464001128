"""Tables written as CSV files (RFC 4180): UTF-8 with its mark, by which spreadsheets know it, and CRLF.

No text begins a formula in whatever spreadsheet opens the file (owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO

# What a spreadsheet takes for the beginning of a formula; those of full width it takes for the plain ones. A cell can
# begin within a text too: at a separator, where the spreadsheet splits the lines at another one than the file's.
_SIGNS = r"[=+\-@＝＋－＠]"
# What stands before it is passed over: blanks (but for separators, after which it is judged anew) and quotes.
_BEFORE = r'(?:[^\S\t\r\n]|")*'
_FORMULA = re.compile(rf"^(?=[\t\r\n]|{_BEFORE}{_SIGNS})|(?<=[,;\t\r\n])(?={_BEFORE}{_SIGNS})")
# Up to this size a file stays in memory.
_IN_MEMORY = 1 << 20


class Figure(str):
    """A cell that is a number or a date, written as text. It may begin with its sign."""

    __slots__ = ()


def write_table(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> IO[bytes]:
    """A temporary file that goes when it is closed, read from its beginning; a row at a time is in memory.

    Args:
        rows: the header first; cells are texts, which become harmless, and Figures, which stay as they are.
    """
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever asked for it closes it)
    try:
        text = TextIOWrapper(file, "utf-8-sig", newline="")
        csv.writer(text, delimiter=delimiter).writerows([*map(_written, row)] for row in rows)
        text.detach().seek(0)
    except BaseException:
        file.close()
        raise
    return file


def harmless(text: str) -> str:
    """With an apostrophe before whatever would begin a formula: `=1+1` is `'=1+1`."""
    return _FORMULA.sub("'", text)


def _written(cell: str) -> str:
    return cell if isinstance(cell, Figure) else harmless(cell)
