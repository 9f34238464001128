"""The timeline of an opportunity: the events of the record and its quotes, told in sentences.

Events hold ids, codes and words; here they become names and labels. What an event names may be gone since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Event, User
from crm.models.event import Origin
from crm.types import Text, Values
from opportunities.models import Account, Competitor, Opportunity, StatusReason
from opportunities.timeline_values import Change, Names, changes_of
from quotes.models import Quote

PAGE_SIZE = 50

SENTENCES: dict[str, Text] = {
    "opportunity.created": gettext_lazy("%(actor)s created the opportunity."),
    "opportunity.updated": gettext_lazy("%(actor)s changed the opportunity."),
    "opportunity.assigned": gettext_lazy("%(actor)s assigned the opportunity to %(owner)s."),
    "opportunity.won": gettext_lazy("%(actor)s closed the opportunity as won."),
    "opportunity.lost": gettext_lazy("%(actor)s closed the opportunity as lost."),
    "opportunity.reopened": gettext_lazy("%(actor)s reopened the opportunity."),
    "quote.created": gettext_lazy("%(actor)s created the quote %(quote)s."),
    "quote.updated": gettext_lazy("%(actor)s changed the quote %(quote)s."),
    "quote.deleted": gettext_lazy("%(actor)s deleted the quote %(quote)s."),
    "quote.activated": gettext_lazy("%(actor)s activated the quote %(quote)s."),
    "quote.won": gettext_lazy("%(actor)s closed the quote %(quote)s as won."),
    "quote.closed": gettext_lazy("%(actor)s closed the quote %(quote)s as %(reason)s."),
    "quote.revised": gettext_lazy("%(actor)s revised the quote %(quote)s."),
}
OTHER_SENTENCE = gettext_lazy("%(actor)s did: %(type)s.")


@dataclass(frozen=True)
class Entry:
    """One event as it is shown. `icon` is the verb; `note` is what the actor wrote about it."""

    event: Event
    icon: str
    sentence: str
    changes: list[Change]
    note: str
    origin: Text
    occurred_at: datetime


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    older_than: UUID | None


def timeline_page(opportunity: Opportunity, quotes: Iterable[Quote], *, before: UUID | None = None) -> Page:
    """The newest entries, or those older than the given event; a handful of queries, however many there are."""
    events = Event.objects.filter(group_id=opportunity.pk).newest_first()
    if before:
        events = events.filter(pk__lt=before)
    rows = list(events[: PAGE_SIZE + 1])
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    teller = _Teller(opportunity.pk, list(quotes), shown)
    return Page([teller.entry(event) for event in shown], shown[-1].pk if more else None)


def last_deed(opportunity: UUID, record: UUID, version: int) -> str:
    """Who brought the opportunity, or a quote of it, to its present version, as a sentence with the time.

    An opportunity's version rises with its quotes too, whose events carry versions of their own: then the newest one.
    """
    events = Event.objects.filter(group_id=opportunity).newest_first()
    last = events.filter(record_id=record, version=version).first() or events.first()
    if last is None:
        return ""
    entry = _Teller(opportunity, list(Quote.objects.of(opportunity)), [last]).entry(last)
    moment = timezone.localtime(entry.occurred_at)
    form = "TIME_FORMAT" if moment.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"
    return _("%(sentence)s (%(time)s)") % {"sentence": entry.sentence, "time": formats.date_format(moment, form)}


class _Teller:
    """Tells the events of one page, with the names that they need read at once."""

    def __init__(self, opportunity: UUID, quotes: list[Quote], events: list[Event]) -> None:
        self.opportunity, self.quotes, self.events = opportunity, quotes, events

    def entry(self, event: Event) -> Entry:
        verb = event.type.partition(".")[2]
        return Entry(
            event=event,
            icon=verb,
            sentence=self._sentence(event),
            changes=changes_of(event, self.names),
            note=event.data.get("reason", ""),
            origin="" if event.origin == Origin.PAGE else Origin(event.origin).label,
            occurred_at=event.occurred_at,
        )

    def _sentence(self, event: Event) -> str:
        return SENTENCES.get(event.type, OTHER_SENTENCE) % {
            "actor": self.names.user(event.actor_id),
            "owner": self.names.user(event.after.get("owner")),
            "quote": self._quote_name(event),
            "reason": str(self.names.quote_reason(event.after.get("status_reason"))).lower(),
            "type": event.type,
        }

    def _quote_name(self, event: Event) -> str:
        return self._quote_names.get(event.record_id, _("(deleted)"))

    @cached_property
    def _quote_names(self) -> dict[UUID, str]:
        names = {quote.pk: _number(quote.number, quote.revision) for quote in self.quotes}
        if all(event.record_id in names for event in self.events if event.record_type == "quote"):
            return names
        gone = Event.objects.filter(group_id=self.opportunity, type="quote.deleted").values_list("record_id", "before")
        return names | {pk: _number(facts["number"], facts["revision"]) for pk, facts in gone}

    @cached_property
    def names(self) -> Names:
        return Names(
            users=_labels(User.objects.all(), self._ids("owner") | {event.actor_id for event in self.events}),
            accounts=_labels(Account.objects.all(), self._ids("account")),
            competitors=_labels(Competitor.objects.all(), self._competitor_ids()),
            status_reasons={reason.code: reason.label for reason in StatusReason.objects.all()},
        )

    def _ids(self, key: str) -> set[UUID]:
        return {UUID(facts[key]) for facts in self._facts() if facts.get(key)}

    def _competitor_ids(self) -> set[UUID]:
        return {UUID(pk) for facts in self._facts() for pk in facts.get("competitors") or ()}

    def _facts(self) -> list[Values]:
        return [facts for event in self.events for facts in (event.before, event.after)]


def _labels(rows: QuerySet[Any], pks: set[UUID]) -> dict[UUID, str]:
    """No query where there is nothing to look for."""
    return {pk: str(record) for pk, record in rows.in_bulk(pks).items()} if pks else {}


def _number(number: str, revision: int) -> str:
    return f"{number}/{revision}" if revision else number
