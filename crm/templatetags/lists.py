from django import template
from django.utils.safestring import SafeString

from crm import cells
from crm.list_pages import ListPage
from crm.list_parts import Header
from crm.lists import ListResult
from crm.rows import RowCells, RowChoices, RowMenus, TableRows
from crm.selection import SelectionBar

register = template.Library()
register.simple_tag(cells.badge)


@register.simple_tag
def table_rows(
    page: ListPage, result: ListResult, headers: list[Header], selection: SelectionBar | None, *, has_row_menu: bool
) -> SafeString:
    """The rows of a list under these heads."""
    made = TableRows(
        RowCells(header.column for header in headers),
        choices=RowChoices() if selection else None,
        menus=RowMenus(page.get_row_commands, page.get_row_kind) if has_row_menu else None,
        watched=page.watched,
    )
    return SafeString("".join(map(made.of, result.rows)))
