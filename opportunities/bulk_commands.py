"""The commands on chosen opportunities: disabled where they would be vain for every one of them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.commands import Command
from crm.errors import Denied
from crm.models import Depth, User
from crm.permissions import Privilege, denial, depth
from crm.types import Text
from opportunities.commands import OFFERS
from opportunities.list_filters import CLOSED_VIEWS

KEYS = ("close-as-won", "close-as-lost", "reopen", "close-quotes", "assign")
OPEN_VIEWS = ("open", "my-open", "team-open")
# Short, because all of them stand in one line.
LABELS: dict[str, Text] = {"reopen": _("Reopen"), "close-quotes": _("Close quotes")}
# Without one of these for anyone's records the command is never allowed. Assigning creates a record for the new owner.
NEEDED = {"reopen": (Privilege.REOPEN,), "assign": (Privilege.EDIT, Privilege.CREATE)}


def bulk_commands(user: User, view: str) -> list[Command]:
    return [_command(key, user, view) for key in KEYS]


def bulk_label(key: str) -> Text:
    return LABELS.get(key, OFFERS[key].label)


def bulk_refusal(key: str, user: User) -> Denied | None:
    """Where the role allows it for no record at all. For which records it does, each of them is asked."""
    needed = NEEDED.get(key, (Privilege.EDIT,))
    return next((Denied(denial(user, each)) for each in needed if depth(user, each) == Depth.NONE), None)


def _command(key: str, user: User, view: str) -> Command:
    refusal = bulk_refusal(key, user)
    reason = refusal.detail if refusal else _vain(key, view)
    return Command(key, bulk_label(key), OFFERS[key].icon, reverse(f"opportunities-bulk-{key}"), reason, dialog=False)


def _vain(key: str, view: str) -> Text:
    if key == "reopen":
        return _("Every opportunity of this view is open.") if view in OPEN_VIEWS else ""
    return _("Every opportunity of this view is closed.") if view in CLOSED_VIEWS else ""
