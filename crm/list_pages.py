"""The page of a list: views, filters, search, order and pages are links and plain forms, all in the address."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.commands import Command, refresh
from crm.errors import Invalid
from crm.exports import CHOOSE, ExportForm, download, file_form
from crm.filter_fields import FilterField
from crm.list_dialogs import DIALOGS
from crm.list_parts import Chip, Header, Summary, Total, ViewLink, given, sentences, without
from crm.lists import PAGING, ListDefinition, ListResult, Selection, read_list, select_rows
from crm.models import SavedView
from crm.own_lists import canonical, columns_of, saved_views
from crm.selection import SelectionBar, scope_of
from crm.types import Text
from crm.views import PageView

__all__ = ["ListPage", "Summary", "Total"]


class ListPage(PageView):
    """A list, as a page or with `export` as a file; with `edit` one of the dialogs that change it.

    Hooks: `list_name`, under which users keep their columns and views; `definition`, `columns` by name, `filters` by
    name, `get_filters`, `get_commands`, `get_row_commands`, `get_row_kind`, `get_bulk_commands`, `summarize`, and
    the sentences of the empty list.
    """

    template_name = "generic/list.html"
    list_name = ""
    # Whether an open page asks if others changed its rows, which then have versions.
    watched = True
    definition: ListDefinition
    columns: Mapping[str, Column]
    filters: Mapping[str, FilterField] = {}
    default_view = ""
    empty_title: Text = _("Nothing here yet")
    empty_text: Text = ""
    # A dialog that was opened over the list leads back to it.
    is_returned_to = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        dialog = DIALOGS.get(request.GET.get("edit", ""))
        if dialog:
            return cast(HttpResponse, dialog.as_view(page=self)(request))
        return super().dispatch(request, *args, **kwargs)

    def read_address(self) -> None:
        """What the address asks for, and how the user keeps this list."""
        self.params = given(self.request.GET)
        if self.params.get("edit") in DIALOGS:
            del self.params["edit"]
        self.saved = saved_views(self.list_name, self.actor)
        self.column_names = self.default_columns()
        if self.begins_with:
            # Without it the address could become bare, which leads to another view.
            self.params.setdefault("view", self.view_name)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.read_address()
        if self.begins_with and not request.GET:
            return HttpResponseRedirect(self.url_of(self.begins_with))
        try:
            self.column_names = self.choose_columns()
            if "export" in self.params:
                return self.export(self.params.pop("export"))
            rows = without(self.params, "columns")
            result = read_list(self.definition, rows, self.actor, default_view=self.usual_view())
        except Invalid as invalid:
            return self.show(self._context(None, invalid), status=invalid.status)
        return self.show(self._context(result, None))

    def select(self) -> Selection:
        """The rows of all pages. Raises: Invalid."""
        rows = without(self.params, "columns")
        return select_rows(self.definition, rows, self.actor, default_view=self.usual_view())

    def export(self, asked: list[str]) -> HttpResponse:
        """The rows of all pages in a file, or the question in which form.

        Raises: Invalid.
        """
        selection = self.select()
        if asked != [CHOOSE]:
            columns = {name: self.columns[name] for name in self.column_names}
            only_head = self.request.method == "HEAD"
            answer = download(selection, columns, file_form(asked), reader=self.actor, only_head=only_head)
            return cast(HttpResponse, answer)
        self.template_name = "generic/export.html"
        question = {"form": ExportForm(), "count": selection.count, "kept": self._kept(set())}
        return self.show({"title": _("Export"), "subject": self.get_title(), "cancel_url": self.url_with(), **question})

    # Hooks

    def get_filters(self) -> Mapping[str, FilterField]:
        """The filters that the view offers to edit; the address may carry others."""
        return self.filters

    def get_commands(self) -> list[Command]:
        return []

    def get_row_commands(self, row: Any) -> list[Command]:
        """What can be done to one row, as its page offers it; asks the database for nothing."""
        return []

    def get_row_kind(self, row: Any) -> Hashable:
        """What those depend on: rows of one kind have the same commands, but for the row's id in their addresses."""
        return row.pk

    def get_bulk_commands(self) -> list[Command]:
        """What can be done to chosen rows; where there is any, rows can be chosen."""
        return []

    def summarize(self, result: ListResult) -> Summary:
        return Summary(count=result.count)

    # What the template shows

    @property
    def view_name(self) -> str:
        asked = self.params.get("view", "")
        return asked if asked in self.definition.views else self.usual_view()

    def usual_view(self) -> str:
        """The view that the list begins with for everyone."""
        return self.default_view or next(iter(self.definition.views))

    @property
    def begins_with(self) -> SavedView | None:
        """The view of his own that the user begins with."""
        return next((view for view in self.saved if view.is_default), None)

    @cached_property
    def saved_view(self) -> SavedView | None:
        """The view of his own that the address shows."""
        present = canonical(self.params, self.view_name)
        return next((view for view in self.saved if view.query == present), None)

    def get_title(self) -> Text:
        return self.saved_view.name if self.saved_view else self.definition.views[self.view_name].label

    def default_columns(self) -> list[str]:
        return list(self.definition.views[self.view_name].columns)

    def choose_columns(self) -> list[str]:
        """Those of the address, else the user's own of the view, else the view's. Raises: Invalid."""
        if "columns" in self.params:
            names = ",".join(self.params.getlist("columns")).split(",")
            once = len(self.params.getlist("columns")) == 1 and len(set(names)) == len(names)
            if not once or not set(names) <= set(self.columns):
                offered = ", ".join(self.columns)
                raise Invalid(
                    {"columns": [_("Enter some of these, separated by commas: %(names)s.") % {"names": offered}]}
                )
            return names
        own = columns_of(self.list_name, self.view_name, self.actor)
        return [name for name in own if name in self.columns] or self.default_columns()

    def _context(self, result: ListResult | None, invalid: Invalid | None) -> dict[str, Any]:
        summary = self.summarize(result) if result else Summary()
        narrowing = set(self.params) - {"view", "ordering", "columns"} - PAGING
        labels = {name: each.label for name, each in self.filters.items()}
        return {
            **self.get_context(),
            "commands": [*self.get_commands(), *self._list_commands(invalid)],
            "selection": self._selection(summary.count),
            "result": result,
            "errors": sentences(invalid, labels) if invalid else [],
            "way_out": self._way_out(invalid),
            "views": self._views(),
            "own_views": [ViewLink(view.name, self.url_of(view), view == self.saved_view) for view in self.saved],
            "save_view_url": "" if invalid else self.url_with(cursor=None, edit="save-view"),
            "edit_views_url": self.url_with(edit="views") if self.saved else "",
            "headers": self._headers(result),
            "has_row_menu": bool(result and result.rows and self.get_row_commands(result.rows[0])),
            "sorts": self._sorts(),
            "summary": summary,
            "pages": self._pages(result),
            "position": self._position(result, summary.count),
            "chips": self._chips(),
            "edit_filters_url": self.url_with(edit="filters") if self.get_filters() else "",
            "kept_by_sort": self._kept({"ordering", "cursor"}),
            "kept_by_search": self._kept({"search", "cursor"}),
            "search_text": self.params.get("search", ""),
            "can_search": self.definition.search is not None,
            "clear_url": self.url_with(**dict.fromkeys({*narrowing, "cursor"})) if narrowing else "",
        }

    def _list_commands(self, invalid: Invalid | None) -> list[Command]:
        columns = Command("columns", _("Edit columns"), "columns", self.url_with(edit="columns"))
        return [refresh(self.request), columns, self._export_command(invalid)]

    def _chips(self) -> list[Chip]:
        """The filters that are set; a record that one names is read for its name."""
        return [
            Chip(
                each.label,
                each.shown(str(self.params[name]), self.actor),
                self.url_with(**{name: None, "cursor": None}),
            )
            for name, each in {**self.filters, **self.get_filters()}.items()
            if name in self.params
        ]

    def _export_command(self, invalid: Invalid | None) -> Command:
        address = self.url_with(**dict.fromkeys(PAGING), export=CHOOSE)
        reason = _("This list cannot be shown. Correct its filters first.") if invalid else ""
        return Command("export", _("Export"), "export", address, reason)

    def _selection(self, count: int) -> SelectionBar | None:
        commands = self.get_bulk_commands()
        if not commands:
            return None
        scope = scope_of(self.request.path, self.params, self.view_name, self.actor)
        return SelectionBar(commands, self.params.urlencode(), scope, count)

    def _way_out(self, invalid: Invalid | None) -> tuple[str, Text] | None:
        """From a view that does not exist to the one that the page begins with."""
        if invalid is None or "view" not in invalid.errors:
            return None
        return self.request.path, self.definition.views[self.usual_view()].label

    def _views(self) -> list[ViewLink]:
        """Another view begins afresh: its order, columns and pages are its own, filters and search stay.

        The first view of a definition, the one of all rows, stands last where the page begins with another.
        """
        first, *others = self.definition.views
        names = [*others, first] if self.usual_view() != first else [first, *others]
        return [
            ViewLink(
                self.definition.views[name].label,
                self.url_with(view=name, ordering=None, cursor=None, columns=None),
                name == self.view_name and not self.saved_view,
            )
            for name in names
        ]

    def url_of(self, view: SavedView) -> str:
        return f"{self.request.path}?{view.query}"

    def _headers(self, result: ListResult | None) -> list[Header]:
        return [self._header(self.columns[name], result) for name in self.column_names]

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
        columns = [self.columns[name] for name in self.column_names]
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
        return f"{self.request.path}?{params.urlencode(safe=',')}"
