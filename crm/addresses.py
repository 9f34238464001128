"""The addresses of records' pages, of which one page shows hundreds."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

_ANY = UUID(int=0)


def record_address(url_name: str, pk: UUID) -> str:
    """What `reverse(url_name, args=[pk])` answers; the patterns are searched once for each name, not each record."""
    before, after = _around(url_name, get_script_prefix(), get_urlconf())
    return f"{before}{pk}{after}"


@cache
def _around(url_name: str, prefix: str, urlconf: str | None) -> tuple[str, str]:
    """What stands before and after the id. The arguments after the name are all that `reverse` depends on."""
    before, __, after = reverse(url_name, urlconf, args=[_ANY]).partition(str(_ANY))
    return before, after
