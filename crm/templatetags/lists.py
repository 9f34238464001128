from typing import Any

from django import template

from crm.columns import Column

register = template.Library()


@register.simple_tag
def value_of(column: Column, row: Any) -> Any:
    """What the row shows in the column."""
    return column.value(row)
