"""What the applications log. Each registers its records: crm itself names none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from crm.models.role import Depth
from crm.permissions import Privilege, depth
from crm.types import Values

if TYPE_CHECKING:
    from crm.models import Event, User


@dataclass(frozen=True)
class LoggedKind:
    """The events of one kind of record.

    Attributes:
        record_type: the first part of their types.
        verbs: the second parts.
        groups: the records on whose timelines the user may read them; `group_id` names one.
    """

    record_type: str
    verbs: tuple[str, ...]
    groups: Callable[[User], QuerySet[Any]]

    @property
    def types(self) -> list[str]:
        return [f"{self.record_type}.{verb}" for verb in self.verbs]


_kinds: list[LoggedKind] = []
_forms: list[Callable[[Iterable[Event]], list[Values]]] = []


def register(kind: LoggedKind) -> None:
    _kinds.append(kind)


def shown_as(form: Callable[[Iterable[Event]], list[Values]]) -> None:
    """Register how events are shown outside: in the feed and in what webhooks are sent."""
    _forms.append(form)


def event_types() -> list[str]:
    return [name for kind in _kinds for name in kind.types]


def event_values(events: Iterable[Event]) -> list[Values]:
    return _forms[-1](events)


def readable_events(user: User) -> Q:
    """The events of readable records. Those of deleted ones belong to nobody any more: who reads all reads them."""
    reach = depth(user, Privilege.READ)
    if reach == Depth.ORGANIZATION:
        return Q()
    if reach == Depth.NONE:
        return Q(pk__in=[])
    readable = Q(pk__in=[])
    for kind in _kinds:
        readable |= Q(record_type=kind.record_type, group_id__in=kind.groups(user).values("pk"))
    return readable
