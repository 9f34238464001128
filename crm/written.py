"""Amounts and days as programs write them, in requests and files alike: one form, whatever the language."""

import re
from datetime import date
from decimal import Decimal

# Short enough to be read exactly, and in no time.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_amount(text: str) -> Decimal | None:
    """None where it is none."""
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def read_day(text: str) -> date | None:
    """None where it is none, or the calendar has no such day."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
