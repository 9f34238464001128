"""The search over everything. Each application registers the lists that it searches, and how a row of them is shown.

A list's own search finds the rows, so that "all in the list" are the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse

from crm.lists import ListDefinition, ListResult, read_list
from crm.search import typed_words
from crm.types import Text

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True)
class Hit:
    """One record that was found.

    Attributes:
        detail: what tells it from others of that name.
        badge: its state and the tone of it.
    """

    label: Text
    url: str
    detail: Text = ""
    badge: tuple[Text, str] | None = None


@dataclass(frozen=True)
class Searched:
    """A kind of record that is searched.

    Attributes:
        name: of the address of its list.
        icon: a symbol of icons.svg.
        ordering: of what is found; that of the list's first view unless given.
    """

    name: str
    label: Text
    icon: str
    definition: ListDefinition
    show: Callable[[Any], Hit]
    ordering: str = ""

    def ordered(self) -> dict[str, str]:
        return {"ordering": self.ordering} if self.ordering else {}


SEARCHED: list[Searched] = []


def register(*kinds: Searched) -> None:
    SEARCHED.extend(kinds)


@dataclass(frozen=True)
class Found:
    """What was found of one kind: the first hits, and the way to all."""

    kind: Searched
    text: str
    result: ListResult

    @property
    def hits(self) -> list[Hit]:
        return [self.kind.show(row) for row in self.result.rows]

    @property
    def count(self) -> int:
        """Of all; a statement only where these are not all."""
        return self.result.count if self.result.next_cursor else len(self.result.rows)

    @property
    def url(self) -> str:
        query = QueryDict(mutable=True)
        query.update({"view": self.result.view_name, "search": self.text, **self.kind.ordered()})
        return f"{reverse(self.kind.name)}?{query.urlencode()}"


def search_everything(text: str, *, actor: User, limit: int) -> list[Found]:
    """Of each kind that has any at most `limit`, in the order of its list: one statement a kind.

    Raises: Invalid, for the field `search`.
    """
    if not typed_words(text):
        return []
    found = (_search(kind, text, actor, limit) for kind in SEARCHED)
    return [each for each in found if each.result.rows]


def _search(kind: Searched, text: str, actor: User, limit: int) -> Found:
    query = QueryDict(mutable=True)
    query.update({"search": text, "page_size": str(limit), **kind.ordered()})
    return Found(kind, text, read_list(kind.definition, query, actor))
