"""Named reads of opportunities and their close records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject, Lower

from crm.querysets import OwnedQuerySet
from opportunities.models.choices import ActivityStatus, State

if TYPE_CHECKING:
    from opportunities.models import Opportunity


class OpportunityQuerySet(OwnedQuerySet):
    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def closed(self) -> Self:
        return self.exclude(state=State.OPEN)

    def for_record(self) -> Self:
        """With everything that showing a record, judging a right and logging a change look at: one query."""
        return self.select_related("account", "owner__business_unit", "status_reason").annotate(
            competitor_refs=_competitor_refs(), open_quotes=_open_quotes()
        )

    def for_list(self) -> Self:
        """The same with the competitor that the closing named, as it was called then."""
        closes = apps.get_model("opportunities", "OpportunityClose").objects
        named = closes.filter(pk=OuterRef("close_id")).values("competitor_name")
        return self.for_record().annotate(close_competitor=Subquery(named))

    def locked(self, pk: UUID) -> Opportunity | None:
        """The row, locked, as for_record() gives it.

        FOR UPDATE that had to wait sees the newest version of the locked row only; its joins and subqueries
        still come from before the wait (and a join that no longer fits loses the row). So where the version
        moved, or no row came, the same statement is asked once more, now under the lock.
        """
        query = self._lock_query().filter(pk=pk)
        for row in query:
            if row.version == row.version_before_wait:
                return row
        return next(iter(query.all()), None)

    def locked_rows(self, pks: list[UUID]) -> list[Opportunity]:
        """Several rows, locked in the order of their ids so that no two callers wait for each other."""
        query = self._lock_query().filter(pk__in=pks).order_by("pk")
        rows = list(query)
        if len(rows) == len(set(pks)) and all(row.version == row.version_before_wait for row in rows):
            return rows
        return list(query.all())

    def _lock_query(self) -> Self:
        before = self.model.objects.filter(pk=OuterRef("pk")).values("version")
        return self.for_record().annotate(version_before_wait=Subquery(before)).select_for_update(of=("self",))


class OpportunityCloseQuerySet(OwnedQuerySet):
    owner_path = "opportunity__owner"

    def completed(self) -> Self:
        """The ones that count."""
        return self.filter(activity_status=ActivityStatus.COMPLETED)

    def for_list(self) -> Self:
        return self.select_related("opportunity", "closed_by", "reopened_by")


def _competitor_refs() -> ArraySubquery:
    through = apps.get_model("opportunities", "OpportunityCompetitor").objects
    return ArraySubquery(
        through.filter(opportunity=OuterRef("pk"))
        .order_by(Lower("competitor__name"))
        .values(ref=JSONObject(id="competitor_id", name="competitor__name"))
    )


def _open_quotes() -> Any:
    # `open_guard` is 0 on open quotes and null on the others; the index of the composite key counts them.
    quotes = apps.get_model("quotes", "Quote").objects
    counted = (
        quotes.filter(opportunity=OuterRef("pk"), open_guard=0)
        .order_by()
        .values("opportunity")
        .annotate(number_of=Count("pk"))
        .values("number_of")
    )
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)
