"""The rows of a list as HTML: the cells of its columns, the box that chooses the row, the menu of its commands.

Functions and no templates, because one page has hundreds of cells; what is the same in every row is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.cells import CELLS, NOTHING
from crm.columns import Column
from crm.commands import Command
from crm.freshness import Shown
from crm.icons import icon
from crm.markup import fill

_CELL = '<td role="cell" class="{}{}" data-label="{}">'
_CHOICE = (
    '<td role="cell" class="check-cell"><label class="check"><input type="checkbox" class="row-check" form="selection"'
    ' name="bulk-ids" value="{}"> <span class="visually-hidden">{}</span></label></td>'
)
_MENU = (
    '<td role="cell" class="menu-cell"><button type="button" class="icon-button" popovertarget="menu-{0}"'
    ' aria-label="{1}">{2}</button><ul popover id="menu-{0}" class="row-menu">{3}</ul></td>'
)
_OFFERED = '<li><a data-row-command="{}" href="{}"{}>{}{}</a></li>'
_IN_DIALOG = (
    ' hx-get="{}" hx-target="#dialog" hx-select="unset" hx-swap="innerHTML ignoreTitle:true" aria-haspopup="dialog"'
)
_REFUSED = (
    '<li><span class="{0}" id="why-{1}-{2}">{3}</span><button type="button" data-row-command="{1}"'
    ' aria-disabled="true" aria-describedby="why-{1}-{2}">{4}{5}</button></li>'
)


class RowCells:
    """The cells of rows under the same columns."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = [
            (
                column.value,
                CELLS[column.cell],
                fill(_CELL, column.style, "", column.label),
                fill(_CELL, column.style, " is-empty", column.label),
            )
            for column in columns
        ]

    def of(self, row: Any) -> SafeString:
        parts = []
        for value_of, cell, full, empty in self._columns:
            shown = cell(value_of(row))
            parts += [full if shown else empty, shown, "</td>"]
        return SafeString("".join(parts))


class RowChoices:
    """The boxes that choose rows."""

    def __init__(self) -> None:
        self._name = _("Select %(row)s")

    def of(self, row: Any) -> SafeString:
        return fill(_CHOICE, row.pk, self._name % {"row": row})


class RowMenus:
    """The menus of rows: popovers, which need no scripts.

    Args:
        commands_of: what can be done to a row; nothing but the row's id tells its addresses from those of another.
        kind_of: what the commands depend on: rows of one kind have the same, and one menu is made for them.
    """

    def __init__(self, commands_of: Callable[[Any], Sequence[Command]], kind_of: Callable[[Any], Hashable]) -> None:
        self._commands_of, self._kind_of = commands_of, kind_of
        self._name = _("Commands for %(row)s")
        # What stands before, between and after the places of the id.
        self._made: dict[Hashable, list[str]] = {}

    def of(self, row: Any) -> SafeString:
        kind, pk = self._kind_of(row), str(row.pk)
        if kind not in self._made:
            self._made[kind] = "".join(_items(row, self._commands_of(row))).split(pk)
        items = SafeString(pk.join(self._made[kind]))
        return fill(_MENU, pk, self._name % {"row": row}, icon("more"), items)


class TableRows:
    """Whole rows: cells, with a box before them and a menu after them where the list has these.

    Args:
        watched: whether rows tell their versions (crm.freshness).
    """

    def __init__(
        self,
        cells: RowCells,
        *,
        choices: RowChoices | None = None,
        menus: RowMenus | None = None,
        watched: bool = False,
    ) -> None:
        self._columns = [part.of for part in (choices, cells, menus) if part]
        self._watched = watched

    def of(self, row: Any) -> SafeString:
        shown = fill(' data-fresh="{}"', Shown(row.pk, row.version)) if self._watched else NOTHING
        return SafeString(f'<tr role="row"{shown}>{"".join(part(row) for part in self._columns)}</tr>\n')


def _items(row: Any, commands: Sequence[Command]) -> list[SafeString]:
    """The same reason is seen once, and heard at each command."""
    items, told = [], ""
    for command in commands:
        reason, label = str(command.reason), [icon(command.icon), command.label]
        if reason:
            style = "visually-hidden" if reason == told else "row-menu-why"
            items.append(fill(_REFUSED, style, command.key, row.pk, reason, *label))
        else:
            dialog = fill(_IN_DIALOG, command.url) if command.dialog else NOTHING
            items.append(fill(_OFFERED, command.key, command.url, dialog, *label))
        told = reason
    return items
