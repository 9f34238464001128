"""The commands of a command bar: each is offered, or disabled and says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.errors import Denied, Refusal
from crm.models import Depth, User
from crm.permissions import Privilege, allows, denial, depth
from crm.types import Text

# How many commands stay in sight where there is no room for all.
LEADING = 2
# What stands against a command on a record for a user; None where nothing does.
Judge = Callable[[Any, User], Refusal | None]


@dataclass(frozen=True)
class Command:
    """One command as a page shows it.

    Attributes:
        key: tells it from the others on the page.
        icon: a symbol of icons.svg.
        url: where it leads.
        reason: why it is disabled; empty while it is offered.
        dialog: opens in the dialog of the page; without JavaScript it leads to a page of its own.
    """

    key: str
    label: Text
    icon: str
    url: str
    reason: Text = ""
    dialog: bool = True

    @property
    def enabled(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Offer:
    """A command that records of one kind offer, and the judge that says what stands against it.

    Attributes:
        needs: without each of these for anyone's records a role never allows it.
    """

    key: str
    label: Text
    icon: str
    refusal: Judge
    dialog: bool = True
    needs: tuple[Privilege, ...] = (Privilege.EDIT,)

    def on(self, record: Any, user: User, url: str) -> Command:
        refusal = self.refusal(record, user)
        return Command(self.key, self.label, self.icon, url, refusal.detail if refusal else "", self.dialog)

    def never(self, user: User) -> Denied | None:
        """Where his role allows it for no record at all. For which records it does, each of them is asked."""
        return next((Denied(denial(user, each)) for each in self.needs if depth(user, each) == Depth.NONE), None)


def refresh(request: HttpRequest) -> Command:
    """Shows the page anew."""
    return Command("refresh", _("Refresh"), "refresh", request.get_full_path(), dialog=False)


def leading(commands: Sequence[Command]) -> list[Command]:
    """Those that are always in sight: the first that are offered; the first of all where none is."""
    return [command for command in commands if command.enabled][:LEADING] or list(commands[:LEADING])


def denied(user: User, privilege: Privilege, owner: User) -> Denied | None:
    return None if allows(user, privilege, owner) else Denied(denial(user, privilege))


def label_of(transition: Any) -> Text:
    """The label that a transition of the state machine carries."""
    label: Text = transition._django_fsm.transitions[next(iter(transition._django_fsm.transitions))].custom["label"]
    return label


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One tab of a record page: a link, so that it works without JavaScript and can be sent to a colleague."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None
