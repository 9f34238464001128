"""Reads of single opportunities for the pages."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch

from crm.errors import NotFound
from crm.models import User
from opportunities.models import Opportunity
from quotes.models import Quote


def find_opportunity(pk: UUID, user: User) -> Opportunity:
    """Raises: NotFound."""
    return _found(Opportunity.objects.visible_to(user).for_record().filter(pk=pk).first())


def find_record(pk: UUID, user: User) -> Opportunity:
    """With its quotes and its closing: two queries, however many quotes there are.

    Raises: NotFound.
    """
    quotes = Prefetch("quotes", Quote.objects.order_by("number", "-revision"))
    rows = Opportunity.objects.visible_to(user).for_record().select_related("close__closed_by", "close__competitor")
    return _found(rows.prefetch_related(quotes).filter(pk=pk).first())


def _found(opportunity: Opportunity | None) -> Opportunity:
    if opportunity is None:
        raise NotFound
    return opportunity
