"""The time zones as a person looks for them: by continent, then by city, with the clock's distance from UTC today."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.types import Text

Choice = tuple[str, str]

# Names without a continent, such as CET or US/Pacific, are older names of these.
_CONTINENTS: dict[str, Text] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}


def grouped_choices(present: str = "") -> list[tuple[Text, list[Choice]]]:
    """For a select: the continents with their cities. The `present` zone is offered though it be an older name."""
    now = clock.now()
    zones = [("UTC", "UTC")]
    if present and present not in (*_names(), "UTC"):
        zones.append((present, _label(present, now)))
    cities = groupby(_names(), key=lambda name: name.partition("/")[0])
    return [
        (_("Universal time"), zones),
        *((_CONTINENTS[continent], [(name, _label(name, now)) for name in names]) for continent, names in cities),
    ]


@cache
def _names() -> tuple[str, ...]:
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in _CONTINENTS))


def _label(name: str, now: datetime) -> str:
    """`Copenhagen (UTC+01:00)`"""
    city = name.partition("/")[2].replace("_", " ").replace("/", ", ") or name
    return f"{city} (UTC{now.astimezone(ZoneInfo(name)).isoformat()[-6:]})"
