"""The log: one event for every change, in the change's own transaction."""

from collections.abc import Collection, Iterable
from itertools import count, takewhile
from typing import Protocol
from uuid import UUID

from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from crm import origin
from crm.models import Event, User
from crm.types import Values


class Logged(Protocol):
    """A record whose changes are logged."""

    pk: UUID
    version: int

    @property
    def event_group_id(self) -> UUID:
        """The id of the record on whose timeline the event stands."""

    @property
    def event_record_type(self) -> str: ...

    def facts(self) -> Values:
        """Its values as the API shows them, people and related records by id."""


def changed(before: Values, after: Values) -> tuple[Values, Values]:
    """Both reduced to the keys whose values differ; a missing key counts as null."""
    keys = [key for key in before | after if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


def event(
    verb: str, record: Logged, *, actor: User, before: Values, after: Values, data: Values | None = None
) -> Event:
    """The event of one change, not yet stored: a verb collects its events and stores them in one statement."""
    old, new = changed(before, after)
    return Event(
        type=f"{record.event_record_type}.{verb}",
        record_type=record.event_record_type,
        record_id=record.pk,
        group_id=record.event_group_id,
        version=record.version,
        actor_id=actor.pk,
        before=old,
        after=new,
        data=data or {},
        origin=origin.current(),
    )


def last_change(record: UUID) -> str:
    """Who changed the record last and when, as a sentence; empty where no event tells it.

    What stands on its timeline counts: who makes a quote changes its opportunity.
    """
    last = Event.objects.filter(Q(record_id=record) | Q(group_id=record)).newest_first().first()
    actor = User.objects.filter(pk=last.actor_id).first() if last else None
    if last is None or actor is None:
        return ""
    moment = formats.date_format(timezone.localtime(last.occurred_at), "SHORT_DATETIME_FORMAT")
    return _("%(name)s changed this record after you opened it (%(time)s).") % {"name": actor.name, "time": moment}


def changed_since(record: UUID, version: int) -> set[str]:
    """The facts of the record that differ from what they were at that version."""
    before: Values = {}
    after: Values = {}
    for event in Event.objects.filter(record_id=record, version__gt=version).oldest_first():
        before, after = event.before | before, after | event.after
    return {name for name in after if after[name] != before[name]}


def own_versions_since(record: UUID, version: int, actor: User, *, but_for: Collection[str]) -> set[int]:
    """The versions, one after the other from this one on, that the actor made himself without changing these facts.

    A version that no event of the record tells of, such as that of a new quote, ends them.
    """
    own: dict[int, bool] = {}
    for event in Event.objects.filter(record_id=record, version__gt=version):
        is_own = event.actor_id == actor.pk and event.after.keys().isdisjoint(but_for)
        own[event.version] = is_own and own.get(event.version, True)
    return set(takewhile(own.get, count(version + 1)))


def store(events: Iterable[Event]) -> None:
    Event.objects.bulk_create(events, batch_size=1000)
