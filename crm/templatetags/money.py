"""Amounts as the reader's language writes them."""

from django import template

from crm import cells
from crm.currencies import amount_shown

register = template.Library()
register.simple_tag(amount_shown, name="money")
register.simple_tag(cells.money, name="money_cell")
