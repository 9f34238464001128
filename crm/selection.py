"""Rows of a list chosen for a command: one by one, or all that the list shows on all its pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from crm.commands import Command
from crm.lists import PAGING, ListDefinition, select_rows
from crm.models import User
from crm.types import Text

# More than this many at once are no selection that anyone has looked at.
LIMIT = 5000
# What orders, pages and shows a list, and chooses no row.
_NO_CHOICE = PAGING | {"ordering", "columns"}


@dataclass(frozen=True)
class SelectionBar:
    """What a list needs so that rows can be chosen.

    Attributes:
        commands: what can be done to the chosen rows; their addresses take the form of the list.
        query: the list's query string, by which all of its rows can be found again.
        scope: whose list it is and which, without order and page. A choice ends where another is shown.
        count: how many rows there are on all pages.
    """

    commands: list[Command]
    query: str
    scope: str
    count: int
    limit: int = LIMIT

    @property
    def can_take_all(self) -> bool:
        return self.count <= self.limit

    @property
    def reason(self) -> Text:
        """Why nothing can be done, where that is the same for every command."""
        reasons = {str(command.reason) for command in self.commands}
        return reasons.pop() if len(reasons) == 1 else ""


def scope_of(path: str, params: QueryDict, view: str, user: User) -> str:
    kept = _choosing(params)
    kept["view"] = view
    return f"{user.pk} {path}?{urlencode(sorted(kept.lists()), doseq=True)}"


def _choosing(params: QueryDict) -> QueryDict:
    kept = params.copy()
    for name in _NO_CHOICE:
        kept.pop(name, None)
    return kept


def ids_in_list(definition: ListDefinition, query: str, user: User, *, default_view: str) -> list[UUID]:
    """The ids of all rows that the query string shows to the user now; one more than LIMIT where there are more.

    Raises: Invalid.
    """
    rows = select_rows(definition, _choosing(QueryDict(query)), user, default_view=default_view).all_rows
    return list(rows.order_by("pk").values_list("pk", flat=True)[: LIMIT + 1])


def read_ids(texts: Iterable[str]) -> list[UUID]:
    """Ids as forms send them: each by itself, or several with commas in between. What is none is left out."""
    parts = (part.strip() for text in texts for part in text.split(","))
    return list(dict.fromkeys(found for part in parts if (found := _uuid(part))))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
