"""What is logged of opportunities, and how any event is shown outside."""

from collections.abc import Iterable

from crm.event_types import LoggedKind, register, shown_as
from crm.models import Event
from crm.types import Values
from opportunities.models import Opportunity


def _values(events: Iterable[Event]) -> list[Values]:
    # When it is called: this module is read before the API can be.
    from opportunities.api.events import event_values

    return list(event_values(events))


register(
    LoggedKind(
        "opportunity",
        ("created", "updated", "assigned", "deleted", "won", "lost", "reopened"),
        groups=Opportunity.objects.visible_to,
    )
)
shown_as(_values)
