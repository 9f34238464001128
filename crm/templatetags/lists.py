from typing import Any

from django import template

from crm.columns import Column
from crm.commands import Command

register = template.Library()


@register.simple_tag
def value_of(column: Column, row: Any) -> Any:
    """What the row shows in the column."""
    return column.value(row)


@register.simple_tag
def row_commands(page: Any, row: Any) -> list[Command]:
    """What the page of a list offers for the row."""
    commands: list[Command] = page.get_row_commands(row)
    return commands
