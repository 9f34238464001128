"""The rows of a list as HTML: the cells of its columns, the box that chooses the row, the menu of its commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.cells import CELLS
from crm.columns import Column
from crm.commands import Command
from crm.icons import icon
from crm.types import Text

_CELL = '<td role="cell" class="{}{}" data-label="{}">'
_CHOICE = (
    '<td role="cell" class="check-cell"><label class="check"><input type="checkbox" class="row-check" form="selection"'
    ' name="bulk-ids" value="{}"> <span class="visually-hidden">{}</span></label></td>'
)
_MENU = (
    '<td role="cell" class="menu-cell"><button type="button" class="icon-button" popovertarget="menu-{0}"'
    ' aria-label="{1}">{2}</button><ul popover id="menu-{0}" class="row-menu">{3}</ul></td>'
)
# Each is cut where rows differ: at the address of an offered command, at the row's id of a refused one.
_OFFERED = ('<li><a data-row-command="{key}" href="', '">{icon}{label}</a></li>')
_OFFERED_IN_DIALOG = (
    _OFFERED[0],
    '" hx-get="',
    '" hx-target="#dialog" hx-select="unset" hx-swap="innerHTML ignoreTitle:true" aria-haspopup="dialog' + _OFFERED[1],
)
_REFUSED = (
    '<li><span class="{style}" id="why-{key}-',
    '">{reason}</span><button type="button" data-row-command="{key}" aria-disabled="true" aria-describedby="why-{key}-',
    '">{icon}{label}</button></li>',
)


class RowCells:
    """The cells of rows under the same columns. What is the same in every row is made once."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = [
            (
                column.value,
                CELLS[column.cell],
                format_html(_CELL, column.style, "", column.label),
                format_html(_CELL, column.style, " is-empty", column.label),
            )
            for column in columns
        ]

    def of(self, row: Any) -> SafeString:
        parts = []
        for value_of, shown, full, empty in self._columns:
            value = value_of(row)
            parts += [empty if value is None or value == "" else full, shown(value), "</td>"]
        return SafeString("".join(parts))


class RowMenus:
    """The menus of rows: popovers, which need no scripts. What is the same in every row is made once."""

    def __init__(self) -> None:
        self._name = _("Commands for %(row)s")
        self._made: dict[tuple[str, str, str], list[SafeString]] = {}

    def of(self, row: Any, commands: Sequence[Command]) -> SafeString:
        items, told = [], ""
        for command in commands:
            reason = str(command.reason)
            items.append(self._refused(command, row, reason, told) if reason else self._offered(command))
            told = reason
        return format_html(_MENU, row.pk, self._name % {"row": row}, icon("more"), SafeString("".join(items)))

    def _offered(self, command: Command) -> SafeString:
        return self._item(_OFFERED_IN_DIALOG if command.dialog else _OFFERED, command.url, command)

    def _refused(self, command: Command, row: Any, reason: str, told: str) -> SafeString:
        """The same reason is seen once, and heard at each command."""
        style = "visually-hidden" if reason == told else "row-menu-why"
        return self._item(_REFUSED, row.pk, command, reason, style)

    def _item(self, cut: Sequence[str], joint: Any, command: Command, reason: str = "", style: str = "") -> SafeString:
        parts = self._made.get((command.key, reason, style))
        if parts is None:
            shown = {"key": command.key, "label": command.label, "icon": icon(command.icon)}
            parts = [format_html(part, reason=reason, style=style, **shown) for part in cut]
            self._made[command.key, reason, style] = parts
        return SafeString(escape(joint).join(parts))


def choice(row: Any) -> SafeString:
    """The box that chooses the row."""
    label: Text = _("Select %(row)s") % {"row": row}
    return format_html(_CHOICE, row.pk, label)
