"""The timeline of an opportunity: the events of the record and its quotes, told in sentences.

Events hold ids, codes and words; here they become names and labels. What an event names may be gone since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Event, User
from crm.models.event import Origin
from crm.types import Text, Values
from opportunities.activities import Activity
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
    """One event as it is shown.

    Attributes:
        icon: the verb.
        note: what the actor wrote about it.
        links: name and address of what it is about: a quote that still exists, the record of a closing.
    """

    event: Event
    icon: str
    sentence: str
    changes: list[Change]
    note: str
    origin: Text
    links: list[tuple[Text, str]]


@dataclass(frozen=True)
class Page:
    entries: list[Entry]
    older_than: UUID | None

    @property
    def days(self) -> list[tuple[date, list[Entry]]]:
        """The entries by the reader's days."""
        by_day = groupby(self.entries, lambda entry: timezone.localtime(entry.event.occurred_at).date())
        return [(day, list(entries)) for day, entries in by_day]


def timeline_page(
    opportunity: Opportunity, quotes: Iterable[Quote], *, first: UUID | None = None, before: UUID | None = None
) -> Page:
    """The newest entries, or those from one event on, or older than one; a handful of queries, however many."""
    events = Event.objects.filter(group_id=opportunity.pk).newest_first()
    if first:
        events = events.filter(sequence__lte=_place(first))
    if before:
        events = events.filter(sequence__lt=_place(before))
    rows = list(events[: PAGE_SIZE + 1])
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    teller = _Teller(opportunity.pk, list(quotes), shown, currency=opportunity.currency)
    return Page([teller.entry(event) for event in shown], shown[-1].pk if more else None)


def address_of(close: Activity) -> str:
    """Where the timeline tells of the closing; empty where no event does."""
    # The first that names it: a reopening names it too, later.
    told = Event.objects.filter(group_id=close.opportunity_id, **{f"data__{close.type}": str(close.pk)})
    event = told.oldest_first().first()
    return f"{close.opportunity.get_absolute_url()}?tab=timeline&event={event.pk}#event-{event.pk}" if event else ""


def last_deed(opportunity: UUID, record: UUID, version: int) -> str:
    """Who brought the opportunity, or a quote of it, to its present version, as a sentence with the time.

    An opportunity's version rises with its quotes too, whose events carry versions of their own: then the newest one.
    """
    events = Event.objects.filter(group_id=opportunity).newest_first()
    last = events.filter(record_id=record, version=version).first() or events.first()
    if last is None:
        return ""
    sentence = _Teller(opportunity, list(Quote.objects.of(opportunity)), [last]).sentence(last)
    moment = timezone.localtime(last.occurred_at)
    form = "TIME_FORMAT" if moment.date() == timezone.localdate() else "SHORT_DATETIME_FORMAT"
    return _("%(sentence)s (%(time)s)") % {"sentence": sentence, "time": formats.date_format(moment, form)}


class _Teller:
    """Tells the events of one page, with the names that they need read at once."""

    def __init__(self, opportunity: UUID, quotes: list[Quote], events: list[Event], *, currency: str = "") -> None:
        self.opportunity, self.quotes, self.events, self.currency = opportunity, quotes, events, currency

    def entry(self, event: Event) -> Entry:
        verb = event.type.partition(".")[2]
        return Entry(
            event=event,
            icon=verb,
            sentence=self.sentence(event),
            changes=changes_of(event, self.names, self._currency(event)),
            note=event.data.get("reason", ""),
            origin="" if event.origin == Origin.PAGE else Origin(event.origin).label,
            links=self._links(event),
        )

    def _links(self, event: Event) -> list[tuple[Text, str]]:
        links: list[tuple[Text, str]] = [
            (str(quote), quote.get_absolute_url()) for quote in self.quotes if quote.pk == event.record_id
        ]
        if "opportunity_close" in event.data:
            links.append((_("Opportunity Close"), _record("opportunity-close-record", event.data["opportunity_close"])))
        if "quote_close" in event.data:
            links.append((_("Quote Close"), _record("quote-close-record", event.data["quote_close"])))
        return links

    def _currency(self, event: Event) -> str:
        """The opportunity's after the event: what the next change of it replaced, else the present one."""
        later = [replaced for sequence, replaced in self._currency_changes if sequence > event.sequence]
        return later[0] if later else self.currency

    @cached_property
    def _currency_changes(self) -> list[tuple[int, str]]:
        changed = Event.objects.filter(group_id=self.opportunity, type="opportunity.updated")
        found = changed.filter(before__has_key="currency").oldest_first()
        return list(found.values_list("sequence", "before__currency"))

    def sentence(self, event: Event) -> str:
        return SENTENCES.get(event.type, OTHER_SENTENCE) % {
            "actor": self.names.user(event.actor_id),
            "owner": self.names.user(event.after.get("owner")),
            "quote": self._quote_name(event),
            "reason": self._quote_reason(event),
            "type": event.type,
        }

    def _quote_reason(self, event: Event) -> str:
        is_quote = event.record_type == "quote"
        return str(self.names.quote_reason(event.after.get("status_reason"))).lower() if is_quote else ""

    def _quote_name(self, event: Event) -> str:
        return self._quote_names.get(event.record_id, _("(deleted)"))

    @cached_property
    def _quote_names(self) -> dict[UUID, str]:
        names = {quote.pk: quote.full_number for quote in self.quotes}
        if all(event.record_id in names for event in self.events if event.record_type == "quote"):
            return names
        gone = Event.objects.filter(group_id=self.opportunity, type="quote.deleted").values_list("record_id", "before")
        deleted = {pk: Quote(number=facts["number"], revision=facts["revision"]) for pk, facts in gone}
        return names | {pk: quote.full_number for pk, quote in deleted.items()}

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


def _place(event: UUID) -> Subquery:
    return Subquery(Event.objects.filter(pk=event).values("sequence"))


def _record(name: str, pk: str) -> str:
    return reverse(name, args=[pk])


def _labels(rows: QuerySet[Any], pks: set[UUID]) -> dict[UUID, str]:
    """No query where there is nothing to look for."""
    return {pk: str(record) for pk, record in rows.in_bulk(pks).items()} if pks else {}
