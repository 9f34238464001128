from typing import Any

from django import template
from django.utils.safestring import SafeString

from crm import cells, rows
from crm.commands import Command
from crm.list_parts import Header

register = template.Library()
register.simple_tag(cells.badge)
register.simple_tag(rows.choice, name="row_choice")


@register.simple_tag
def cells_under(headers: list[Header]) -> rows.RowCells:
    """What makes the cells of the rows under these heads."""
    return rows.RowCells([header.column for header in headers])


@register.simple_tag
def cells_of(made: rows.RowCells, row: Any) -> SafeString:
    return made.of(row)


@register.simple_tag
def menus() -> rows.RowMenus:
    return rows.RowMenus()


@register.simple_tag
def menu_of(made: rows.RowMenus, page: Any, row: Any) -> SafeString:
    """What the page of a list offers for the row."""
    commands: list[Command] = page.get_row_commands(row)
    return made.of(row, commands)
