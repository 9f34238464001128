"""The page of a list: views, filters, search, order and pages are links and plain forms, all in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.commands import Command
from crm.errors import Invalid
from crm.exports import CHOOSE, ExportForm, download, file_form
from crm.lists import PAGING, ListDefinition, ListResult, read_list, select_rows
from crm.selection import SelectionBar, scope_of, selection_key
from crm.types import Text
from crm.views import PageView


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


class ListPage(PageView):
    """A list, as a page or with `export` as a file.

    Hooks: `definition`, `columns` by name, `get_filter_form`, `get_commands`, `get_bulk_commands`, `summarize`,
    and the sentences of the empty list.
    """

    template_name = "generic/list.html"
    definition: ListDefinition
    columns: Mapping[str, Column]
    default_view = ""
    empty_title: Text = _("Nothing here yet")
    empty_text: Text = ""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.params = given(request.GET)
        try:
            if "export" in self.params:
                return self.export(self.params.pop("export"))
            result = read_list(self.definition, self.params, self.actor, default_view=self._default_view())
        except Invalid as invalid:
            return self.show(self._context(None, invalid), status=invalid.status)
        return self.show(self._context(result, None))

    def export(self, asked: list[str]) -> HttpResponse:
        """The rows of all pages in a file, or the question in which form.

        Raises: Invalid.
        """
        selection = select_rows(self.definition, self.params, self.actor, default_view=self._default_view())
        if asked != [CHOOSE]:
            only_head = self.request.method == "HEAD"
            answer = download(selection, self.columns, file_form(asked), reader=self.actor, only_head=only_head)
            return cast(HttpResponse, answer)
        self.template_name = "generic/export.html"
        question = {"form": ExportForm(), "count": selection.count, "kept": self._kept(set())}
        return self.show({"title": _("Export"), "subject": self.get_title(), "cancel_url": self.url_with(), **question})

    # Hooks

    def get_filter_form(self) -> forms.Form:
        """The filters that can be edited on the page; the address may carry others."""
        return forms.Form()

    def get_commands(self) -> list[Command]:
        return []

    def get_bulk_commands(self) -> list[Command]:
        """What can be done to chosen rows; where there is any, rows can be chosen."""
        return []

    def summarize(self, result: ListResult) -> Summary:
        return Summary(count=result.count)

    # What the template shows

    @property
    def view_name(self) -> str:
        asked = self.params.get("view", "")
        return asked if asked in self.definition.views else self._default_view()

    def _default_view(self) -> str:
        return self.default_view or next(iter(self.definition.views))

    def get_title(self) -> Text:
        return self.definition.views[self.view_name].label

    def _context(self, result: ListResult | None, invalid: Invalid | None) -> dict[str, Any]:
        filter_form = self.get_filter_form()
        summary = self.summarize(result) if result else Summary()
        narrowing = set(self.params) - {"view", "ordering"} - PAGING
        return {
            **self.get_context(),
            "commands": [*self.get_commands(), self._export_command(invalid)],
            "selection": self._selection(summary.count),
            "result": result,
            "errors": sentences(invalid, filter_form) if invalid else [],
            "way_out": self._way_out(invalid),
            "views": self._views(),
            "headers": self._headers(result),
            "sorts": self._sorts(),
            "summary": summary,
            "pages": self._pages(result),
            "position": self._position(result, summary.count),
            "filter_form": filter_form,
            "active_filters": len(narrowing & set(filter_form.fields)),
            "filter_count": len(narrowing - {"search"}),
            "kept_by_filters": self._kept({*filter_form.fields, "ordering", "cursor"}),
            "kept_by_search": self._kept({"search", "cursor"}),
            "search_text": self.params.get("search", ""),
            "can_search": self.definition.search is not None,
            "clear_url": self.url_with(**dict.fromkeys({*narrowing, "cursor"})) if narrowing else "",
        }

    def _export_command(self, invalid: Invalid | None) -> Command:
        address = self.url_with(**dict.fromkeys(PAGING), export=CHOOSE)
        reason = _("This list cannot be shown. Correct its filters first.") if invalid else ""
        return Command("export", _("Export"), "export", address, reason)

    def _selection(self, count: int) -> SelectionBar | None:
        commands = self.get_bulk_commands()
        if not commands:
            return None
        key = selection_key(self.request.path, self.actor)
        return SelectionBar(commands, key, self.params.urlencode(), scope_of(self.params, self.view_name), count)

    def _way_out(self, invalid: Invalid | None) -> tuple[str, Text] | None:
        """From a view that does not exist to the one that the page begins with."""
        if invalid is None or "view" not in invalid.errors:
            return None
        return self.request.path, self.definition.views[self._default_view()].label

    def _views(self) -> list[tuple[Text, str, bool]]:
        """Another view begins afresh: its order and its pages are its own, filters and search stay.

        The first view of a definition, the one of all rows, stands last where the page begins with another.
        """
        first, *others = self.definition.views
        names = [*others, first] if self._default_view() != first else [first, *others]
        return [
            (
                self.definition.views[name].label,
                self.url_with(view=name, ordering=None, cursor=None),
                name == self.view_name,
            )
            for name in names
        ]

    def _headers(self, result: ListResult | None) -> list[Header]:
        names = self.definition.views[self.view_name].columns
        return [self._header(self.columns[name], result) for name in names]

    def _header(self, column: Column, result: ListResult | None) -> Header:
        if not column.order:
            return Header(column)
        first = result.ordering[0] if result else None
        current = first if first and first.name == column.order else None
        ordering = f"-{column.order}" if current and not current.descending else column.order
        sort = ("descending" if current.descending else "ascending") if current else ""
        return Header(column, self.url_with(ordering=ordering, cursor=None), sort)

    def _sorts(self) -> list[tuple[str, Text, bool]]:
        """The orders that the heads of the columns offer, and the one of the address."""
        present = self.params.get("ordering", "")
        columns = [self.columns[name] for name in self.definition.views[self.view_name].columns]
        offered: dict[str, Text] = {"": _("As the view is sorted")}
        for column in columns:
            if column.order:
                offered[column.order] = _("%(column)s, ascending") % {"column": column.label}
                offered[f"-{column.order}"] = _("%(column)s, descending") % {"column": column.label}
        offered.setdefault(present, _("As in the address"))
        return [(value, label, value == present) for value, label in offered.items()]

    def _position(self, result: ListResult | None, count: int) -> tuple[int, int] | None:
        """The numbers of the first and the last row; between the first page and the last one nobody counts."""
        if result is None or not (result.previous_cursor or result.next_cursor):
            return None
        if result.next_cursor is None:
            return count - len(result.rows) + 1, count
        return None if result.previous_cursor else (1, len(result.rows))

    def _pages(self, result: ListResult | None) -> dict[str, str]:
        if result is None:
            return {}
        cursors = {"previous": result.previous_cursor, "next": result.next_cursor}
        return {name: self.url_with(cursor=cursor) for name, cursor in cursors.items() if cursor}

    def _kept(self, replaced: set[str]) -> list[tuple[str, str]]:
        """What a form of the page must carry along so that it changes nothing else."""
        return [(name, str(self.params[name])) for name in self.params if name not in replaced]

    def url_with(self, **changes: str | None) -> str:
        """This address with some parameters changed, or left out where None."""
        params = self.params.copy()
        for name, value in changes.items():
            params.pop(name, None)
            if value is not None:
                params[name] = value
        return f"{self.request.path}?{params.urlencode()}"


def sentences(invalid: Invalid, form: forms.Form) -> list[str]:
    """Each with the name of its filter as the page calls it, or as the address does."""
    if "view" in invalid.errors:
        return [str(_("This list has no such view."))]
    labels = {name: field.label for name, field in form.fields.items()}
    return [f"{labels.get(name, name)}: {text}" for name, texts in invalid.errors.items() for text in texts]


def given(params: QueryDict) -> QueryDict:
    """Without the fields that a form sent empty."""
    kept = params.copy()
    for name in [name for name, values in params.lists() if not any(values)]:
        del kept[name]
    return kept
