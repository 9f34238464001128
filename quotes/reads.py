"""Reads of single quotes for the pages."""

from __future__ import annotations

from uuid import UUID

from crm.errors import NotFound
from crm.models import User
from quotes.models import Quote


def find_quote(pk: UUID, user: User) -> Quote:
    """With its opportunity and everything that its rights are judged by: one query.

    Raises: NotFound.
    """
    quote: Quote | None = Quote.objects.visible_to(user).for_list().filter(pk=pk).first()
    if quote is None:
        raise NotFound
    return quote
