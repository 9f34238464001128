"""The columns of lists, for the page and the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.types import Text


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        value: what a row shows in it; a cell with a link, tone or currency has a tuple that begins with the value. The
            address of a link may be a callable.
        cell: how the value is shown, one of crm.cells.CELLS.
        order: the name to order by; empty where the list cannot be ordered by it.
        style: a class of the cells, such as is-number.
        raw: what programs read in its stead where the value is in someone's language; a member of an option set is
            written as the API's word.
    """

    label: Text
    value: Callable[[Any], Any]
    cell: str = "text"
    order: str = ""
    style: str = ""
    raw: Callable[[Any], Any] | None = None
