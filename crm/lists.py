"""Lists: one definition and one reader for the page, the API and whatever else shows rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid
from crm.keyset import Order, OrderField, Page, ordered, parse_ordering, read_page
from crm.search import typed_words
from crm.types import Text

if TYPE_CHECKING:
    from crm.models import User

Rows = QuerySet[Any]
Errors = dict[str, list[Text]]
PAGE_SIZE, MAX_PAGE_SIZE, MAX_SEARCH = 50, 200, 200
PAGING = frozenset({"cursor", "page_size", "count"})
_CONTROLS = frozenset({"view", "search", "ordering"})


@dataclass(frozen=True)
class ListView:
    """A named choice of rows with its default order and the columns that a page shows."""

    label: Text
    ordering: str
    rows: Callable[[Rows, User], Rows] = lambda rows, user: rows
    columns: tuple[str, ...] = ()
    # The states of its rows, where it chooses by them.
    states: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ListDefinition:
    """What a kind of record offers as a list.

    Attributes:
        rows: what the user may read, with all that showing a row needs.
        views: by name; the first is the one of a request that names none.
        search: the rows in which one typed word begins a word.
    """

    rows: Callable[[User], Rows]
    filters: type[django_filters.FilterSet]
    order_fields: Mapping[str, OrderField]
    views: Mapping[str, ListView]
    search: Callable[[Rows, str], Rows] | None = None


@dataclass
class Selection:
    """The rows that a query string asks for, on whatever page."""

    definition: ListDefinition
    view_name: str
    ordering: tuple[Order, ...]
    all_rows: Rows
    params: dict[str, str] = field(default_factory=dict)

    @property
    def view(self) -> ListView:
        return self.definition.views[self.view_name]

    @cached_property
    def count(self) -> int:
        """How many rows there are on all pages; one statement."""
        return self.all_rows.count()

    @property
    def rows_in_order(self) -> Rows:
        return ordered(self.all_rows, self.ordering)


@dataclass
class ListResult(Selection):
    page: Page = field(kw_only=True)

    @property
    def rows(self) -> list[Any]:
        return self.page.rows

    @property
    def next_cursor(self) -> str | None:
        return self.page.next_cursor

    @property
    def previous_cursor(self) -> str | None:
        return self.page.previous_cursor

    @property
    def wants_count(self) -> bool:
        return self.params.get("count") == "true"


def read_list(
    definition: ListDefinition,
    params: QueryDict,
    user: User,
    *,
    default_view: str = "",
) -> ListResult:
    """The page of rows that the query string asks for.

    Args:
        default_view: the view of a request that names none.

    Raises: Invalid, with all parameters that are unknown, repeated or of the wrong form.
    """
    found = select_rows(definition, params, user, default_view=default_view, controls=_CONTROLS | PAGING)
    asked = found.params
    scope = _scope(definition, found.view_name, asked)
    page = read_page(found.all_rows, found.ordering, size=_page_size(asked), cursor=asked.get("cursor"), scope=scope)
    return ListResult(definition, found.view_name, found.ordering, found.all_rows, asked, page=page)


def select_rows(
    definition: ListDefinition,
    params: QueryDict,
    user: User,
    *,
    default_view: str = "",
    controls: frozenset[str] = _CONTROLS,
) -> Selection:
    """The same without pages; nothing is read yet.

    Args:
        controls: the parameters that are known beside the filters.

    Raises: Invalid.
    """
    asked = {name: str(value) for name, value in params.items()}
    view_name = asked.get("view") or default_view or next(iter(definition.views))
    view = definition.views.get(view_name, next(iter(definition.views.values())))
    with timezone.override(ZoneInfo(user.time_zone) if user.time_zone else None):
        errors = _control_errors(definition, asked) | _name_errors(definition, params, controls)
        rows = _filtered(definition, asked, view.rows(definition.rows(user), user), errors)
        ordering = _ordering(asked.get("ordering") or view.ordering, definition, errors)
        if errors:
            raise Invalid(errors)
        rows = _searched(definition, rows, asked.get("search", ""))
    return Selection(definition, view_name, ordering, rows, asked)


def _name_errors(definition: ListDefinition, params: QueryDict, controls: frozenset[str]) -> Errors:
    known = set(definition.filters.base_filters) | controls
    if definition.search is None:
        known -= {"search"}
    errors: Errors = {}
    for name, values in params.lists():
        if name not in known:
            errors[name] = [_("There is no such parameter.")]
        elif len(values) > 1:
            errors[name] = [_("Give this parameter once; separate several values by commas.")]
        elif not values[0] and name != "search":
            errors[name] = [_("Give this parameter a value, or leave it out.")]
    return errors


def _filtered(definition: ListDefinition, asked: dict[str, str], rows: Rows, errors: Errors) -> Rows:
    """Most visits filter by nothing, and a set of filters is slow to make."""
    if definition.filters.base_filters.keys().isdisjoint(asked):
        return rows
    filters = definition.filters(asked, rows)
    for name, texts in filters.form.errors.items():
        errors.setdefault(name, [str(text) for text in texts])
    return rows if errors else filters.qs


def _ordering(text: str, definition: ListDefinition, errors: Errors) -> tuple[Order, ...]:
    try:
        return parse_ordering(text, dict(definition.order_fields))
    except Invalid as refusal:
        errors |= refusal.errors
        return ()


def _control_errors(definition: ListDefinition, params: Mapping[str, str]) -> Errors:
    errors: Errors = {}
    if params.get("view") and params["view"] not in definition.views:
        offered = ", ".join(definition.views)
        errors["view"] = [_("Choose one of these views: %(views)s.") % {"views": offered}]
    if params.get("count", "true") not in ("true", "false"):
        errors["count"] = [_("Enter true or false.")]
    size = params.get("page_size", "1")
    if not (size.isascii() and size.isdigit() and len(size) <= 3 and 1 <= int(size) <= MAX_PAGE_SIZE):
        errors["page_size"] = [_("Enter a number from 1 to %(limit)d.") % {"limit": MAX_PAGE_SIZE}]
    search = params.get("search", "")
    if len(search) > MAX_SEARCH:
        errors["search"] = [_("Enter at most %(limit)d characters.") % {"limit": MAX_SEARCH}]
    elif "\0" in search:
        errors["search"] = [_("Leave out null characters.")]
    return errors


def _searched(definition: ListDefinition, rows: Rows, text: str) -> Rows:
    if definition.search is None or not text.strip():
        return rows
    words = typed_words(text)
    if not words:
        return rows.none()
    for word in words:
        rows = definition.search(rows, word)
    return rows


def _page_size(asked: dict[str, str]) -> int:
    return int(asked.get("page_size", PAGE_SIZE))


def _scope(definition: ListDefinition, view_name: str, asked: dict[str, str]) -> str:
    names = set(definition.filters.base_filters) | {"search"}
    return json.dumps([view_name, sorted((name, asked[name]) for name in names if asked.get(name))])
