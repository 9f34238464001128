"""The commands on chosen opportunities: disabled where they would be vain for every one of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.commands import Command
from crm.models import User
from crm.types import Text
from opportunities.commands import OFFERS
from opportunities.lists import OPPORTUNITIES
from opportunities.models import State

KEYS = ("close-as-won", "close-as-lost", "reopen", "close-quotes", "assign")
# Short, because all of them stand in one line.
LABELS: dict[str, Text] = {"reopen": _("Reopen"), "close-quotes": _("Close quotes")}


def bulk_commands(user: User, view: str) -> list[Command]:
    return [_command(key, user, view) for key in KEYS]


def bulk_label(key: str) -> Text:
    return LABELS.get(key, OFFERS[key].label)


def _command(key: str, user: User, view: str) -> Command:
    refusal = OFFERS[key].never(user)
    reason = refusal.detail if refusal else _vain(key, view)
    return Command(key, bulk_label(key), OFFERS[key].icon, reverse(f"opportunities-bulk-{key}"), reason, dialog=False)


def _vain(key: str, view: str) -> Text:
    states = OPPORTUNITIES.views[view].states
    if key == "reopen":
        return _("Every opportunity of this view is open.") if states == {State.OPEN} else ""
    return _("Every opportunity of this view is closed.") if states and State.OPEN not in states else ""
