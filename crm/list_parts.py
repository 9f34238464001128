"""What the page of a list is made of, as its templates get it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.errors import Invalid
from crm.types import Text


@dataclass(frozen=True)
class Header:
    """A column's head: where a click leads, and how the list is ordered by it now (`aria-sort`)."""

    column: Column
    url: str = ""
    sort: str = ""


@dataclass(frozen=True)
class Total:
    """A sum over all pages, in one currency: amounts of different currencies are never added."""

    amount: Any
    currency: str


@dataclass(frozen=True)
class Summary:
    count: int = 0
    label: Text = ""
    totals: list[Total] = field(default_factory=list)


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the address without it."""

    label: Text
    value: Text
    url: str


@dataclass(frozen=True)
class ViewLink:
    """A view in the choice of views."""

    label: Text
    url: str
    current: bool = False


def sentences(invalid: Invalid, labels: dict[str, Text]) -> list[str]:
    """Each with the name of its filter as the page calls it, or as the address does."""
    if "view" in invalid.errors:
        return [str(_("This list has no such view."))]
    return [f"{labels.get(name, name)}: {text}" for name, texts in invalid.errors.items() for text in texts]


def given(params: QueryDict) -> QueryDict:
    """Without the fields that a form sent empty."""
    kept = params.copy()
    for name in [name for name, values in params.lists() if not any(values)]:
        del kept[name]
    return kept


def without(params: QueryDict, *names: str) -> QueryDict:
    kept = params.copy()
    for name in names:
        kept.pop(name, None)
    return kept
