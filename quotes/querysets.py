"""Named reads of quotes and their close records."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from django.db import connection

from crm.querysets import OwnedQuerySet
from quotes.states import OPEN_STATES


class QuoteQuerySet(OwnedQuerySet):
    owner_path = "opportunity__owner"

    def open(self) -> Self:
        """Draft and active ones: those that keep their opportunity from being closed."""
        return self.filter(state__in=OPEN_STATES)

    def of(self, opportunity_id: UUID) -> Self:
        return self.filter(opportunity=opportunity_id).order_by("number", "-revision")

    def for_list(self) -> Self:
        return self.select_related("opportunity__owner__business_unit", "opportunity__account")

    def next_number(self) -> str:
        """`QUO-000001`, `QUO-000002` …; numbers of rolled-back quotes are not given out again."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('quotes_quote_number')")
            return f"QUO-{cursor.fetchone()[0]:06d}"


class QuoteCloseQuerySet(OwnedQuerySet):
    owner_path = "opportunity__owner"

    def for_list(self) -> Self:
        return self.select_related("opportunity", "quote", "closed_by")
