"""Missing a command? Which ones there are for the reader and, where he asks from a record, on that record.

Nothing is judged here: the commands' own judges and the row of his role answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.commands import Offer
from crm.errors import NotFound, Refusal
from crm.models import Role
from crm.rights import rights_of
from crm.types import Text
from crm.views import PageView
from opportunities.bulk_commands import KEYS, bulk_label
from opportunities.commands import OFFERS, create_refusal
from opportunities.models import Opportunity
from opportunities.reads import find_record
from quotes.commands import OFFERS as QUOTE_OFFERS
from quotes.models import Quote
from quotes.reads import find_quote

# Of an opportunity with more quotes the page of each quote tells the same.
SHOWN_QUOTES = 10


@dataclass(frozen=True)
class Answer:
    """A command with what stands against it; None where it can be used."""

    label: Text
    icon: str
    refusal: Refusal | None


@dataclass(frozen=True)
class Place:
    """Where commands are offered. `url` is the record's."""

    label: Text
    answers: list[Answer]
    url: str = ""


class CommandsHelpPage(PageView):
    """`?opportunity=` or `?quote=` names the record that one came from; other records have no states to explain."""

    template_name = "help/commands.html"
    title = _("Missing a command?")
    opportunity: Opportunity | None = None

    def load(self) -> None:
        quote, opportunity = self.request.GET.get("quote"), self.request.GET.get("opportunity")
        if quote:
            found = find_quote(_id(quote), self.actor)
            self.opportunity = find_record(found.opportunity_id, self.actor)
            self.quotes = [each for each in self.opportunity.quotes.all() if each.pk == found.pk]
        elif opportunity:
            self.opportunity = find_record(_id(opportunity), self.actor)
            self.quotes = list(self.opportunity.quotes.all())[:SHOWN_QUOTES]

    def get_context(self) -> dict[str, Any]:
        roles = list(Role.objects.all())
        return {
            **super().get_context(),
            "opportunity": self.opportunity,
            "places": self._on_records(self.opportunity) if self.opportunity else self._by_role(),
            "role": self.actor.role,
            "mine": rights_of([self.actor.role]) if self.actor.role else [],
            "roles": roles,
            "rights": rights_of(roles),
        }

    def _on_records(self, opportunity: Opportunity) -> list[Place]:
        on_it = Place(opportunity.topic, self._judged(OFFERS.values(), opportunity), opportunity.get_absolute_url())
        return [on_it, *(self._on_quote(quote, opportunity) for quote in self.quotes)]

    def _on_quote(self, quote: Quote, opportunity: Opportunity) -> Place:
        quote.opportunity = opportunity
        return Place(str(quote), self._judged(QUOTE_OFFERS.values(), quote), quote.get_absolute_url())

    def _judged(self, offers: Iterable[Offer], record: Any) -> list[Answer]:
        return [Answer(offer.label, offer.icon, offer.refusal(record, self.actor)) for offer in offers]

    def _by_role(self) -> list[Place]:
        """What the role allows on no record at all is told; for which records it does, each record tells."""
        new = Answer(_("New"), "add", create_refusal(self.actor))
        many = [Answer(bulk_label(key), OFFERS[key].icon, OFFERS[key].never(self.actor)) for key in KEYS]
        one = self._never(OFFERS.values())
        return [
            Place(_("Above the list of opportunities"), [new]),
            Place(_("Above the rows of that list, once some are ticked"), many),
            Place(_("On the page of an opportunity"), one),
            Place(_("On the page of a quote, and in its row on the tab Quotes"), self._never(QUOTE_OFFERS.values())),
        ]

    def _never(self, offers: Iterable[Offer]) -> list[Answer]:
        return [Answer(offer.label, offer.icon, offer.never(self.actor)) for offer in offers]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
