from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from crm.models import Event, User
from opportunities.models import Opportunity, OpportunityClose, OpportunityCompetitor
from quotes.models import Quote, QuoteClose
from tests.factories import close_won, make_opportunity, make_quote

# When and through which door it was, and what only imports set.
NOT_COMPARED = {
    "created_at",
    "modified_at",
    "closed_at",
    "reopened_at",
    "occurred_at",
    "origin",
    "position",
    "sequence",
    "external_id",
}
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Scene:
    """One opportunity of the rep's with what belongs to it, the same for each door; or nothing yet.

    Attributes:
        pk: of the opportunity; None until a door makes it.
        known: records that deeds name by a word.
    """

    def __init__(self, rep: User, known: dict[str, Any], quotes: tuple[str, ...] | None, *, closed: bool) -> None:
        self.rep, self.known = rep, known
        self.pk: UUID | None = None
        self.quotes: list[Quote] = []
        if quotes is not None:
            self._set(quotes, closed)

    def _set(self, quotes: tuple[str, ...], closed: bool) -> None:
        opportunity = make_opportunity(
            self.rep,
            topic="Forty machines",
            account=self.known["account"],
            estimated_revenue=Decimal("900.50"),
            probability=40,
        )
        self.pk = opportunity.pk
        self.quotes = [make_quote(opportunity, state, name="Offer", total_amount=Decimal(100)) for state in quotes]
        if closed:
            close_won(opportunity)

    def with_ids(self, values: dict[str, Any]) -> dict[str, Any]:
        """The words among the values that name a known record, as its id."""
        return {key: self._with_id(value) for key, value in values.items()}

    def _with_id(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_id(each) for each in value]
        if value == "opportunity":
            return str(self.pk)
        return str(self.known[value].pk) if isinstance(value, str) and value in self.known else value

    def find_imported(self, external_id: str) -> UUID:
        return Opportunity.objects.get(external_id=external_id).pk

    def rows(self) -> Any:
        """Everything stored of it, with ids and quote numbers replaced by the order in which they occur."""
        tables = (
            Opportunity.objects.filter(pk=self.pk),
            OpportunityCompetitor.objects.filter(opportunity=self.pk).order_by("pk"),
            OpportunityClose.objects.filter(opportunity=self.pk).order_by("closed_at", "pk"),
            Quote.objects.filter(opportunity=self.pk).order_by("number", "revision"),
            QuoteClose.objects.filter(opportunity=self.pk).order_by("number", "revision"),
            Event.objects.filter(group_id=self.pk).order_by("pk"),
        )
        stored = [[_compared(row) for row in table.values()] for table in tables]
        return self._anonymous(json.dumps(stored, cls=DjangoJSONEncoder, sort_keys=True))

    def _anonymous(self, text: str) -> Any:
        names = {str(record.pk): word for word, record in self.known.items()}

        def named(match: re.Match[str]) -> str:
            return names.setdefault(match[0], f"#{len(names)}")

        return json.loads(re.sub(r"QUO-\d+", named, UUIDS.sub(named, text)))


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    # The number of a link row is no more than its place in the table.
    dropped = NOT_COMPARED | ({"id"} if isinstance(row.get("id"), int) else set())
    return {name: value for name, value in row.items() if name not in dropped}
