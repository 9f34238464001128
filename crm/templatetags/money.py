"""Amounts as the reader's language writes them."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

from crm.currencies import DECIMALS, SYMBOLS
from crm.types import Text

register = template.Library()
NO_BREAK = "\u00a0"


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> Text:
    """`€ 1,234.50` or `1.234,50 DKK`, with exactly the currency's decimals; a dash for none."""
    if amount is None:
        return "–"
    number = number_format(amount, DECIMALS[currency], force_grouping=True)
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{NO_BREAK}{number}" if symbol else f"{number}{NO_BREAK}{currency}"
