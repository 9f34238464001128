"""Which commands an opportunity offers to a user, and what stands against the others.

The bar asks to show them, each dialog asks before it opens. The actions judge again, under the lock.
"""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.addresses import record_address
from crm.commands import Command, Offer, denied, label_of
from crm.errors import Denied, Refusal
from crm.models import Depth, User
from crm.permissions import Privilege, denial, depth
from opportunities.actions.edit import is_deletable
from opportunities.actions.judge import close_refusals
from opportunities.models import Opportunity


def edit_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    refusal = denied(user, Privilege.EDIT, opportunity.owner)
    if refusal or opportunity.is_open:
        return refusal
    return Refusal("opportunity_closed")


def close_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    """Open quotes are no reason to disable the command: its dialog names them and offers to close them along."""
    return next(close_refusals(opportunity, [], actor=user), None)


def reopen_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    refusal = denied(user, Privilege.REOPEN, opportunity.owner)
    if refusal or not opportunity.is_open:
        return refusal
    return Refusal("opportunity_already_open")


def close_quotes_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    refusal = edit_refusal(opportunity, user)
    if refusal or opportunity.open_quotes:
        return refusal
    return Refusal("quote_not_open", _("This opportunity has no draft or active quote."))


def assign_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    """Assigning creates a record for the new owner: who may create his own only can take it, not give it."""
    refusal = edit_refusal(opportunity, user)
    if refusal:
        return refusal
    reach = depth(user, Privilege.CREATE)
    if reach == Depth.NONE:
        return Denied(denial(user, Privilege.CREATE))
    if reach == Depth.OWN and opportunity.owner_id == user.pk:
        return Denied(_("Your role lets you assign records to yourself only, and this one is yours."))
    return None


def delete_refusal(opportunity: Opportunity, user: User) -> Refusal | None:
    refusal = denied(user, Privilege.EDIT, opportunity.owner)
    if refusal or is_deletable(opportunity, list(opportunity.quotes.all())):
        return refusal
    return Refusal("opportunity_not_deletable")


def new_command(user: User) -> Command:
    refusal = create_refusal(user)
    return Command("new", _("New"), "add", reverse("opportunity-new"), refusal.detail if refusal else "", dialog=False)


def create_refusal(user: User) -> Refusal | None:
    if depth(user, Privilege.CREATE) == Depth.NONE:
        return Denied(denial(user, Privilege.CREATE))
    return None


OFFERS = {
    offer.key: offer
    for offer in (
        Offer("close-as-won", label_of(Opportunity.win), "won", close_refusal),
        Offer("close-as-lost", label_of(Opportunity.lose), "lost", close_refusal),
        Offer("reopen", label_of(Opportunity.reopen), "reopen", reopen_refusal, needs=(Privilege.REOPEN,)),
        Offer("edit", _("Edit"), "edit", edit_refusal, dialog=False),
        Offer("close-quotes", _("Close all quotes"), "close-quotes", close_quotes_refusal),
        Offer("new-quote", _("New quote"), "add", edit_refusal),
        # Which creates a record for the new owner.
        Offer("assign", _("Assign"), "assign", assign_refusal, needs=(Privilege.EDIT, Privilege.CREATE)),
        Offer("delete", _("Delete"), "delete", delete_refusal),
    )
}
URL_NAMES = {key: f"opportunity-{key}" for key in OFFERS} | {"new-quote": "quote-new"}


def commands_of(opportunity: Opportunity, user: User) -> list[Command]:
    """For an opportunity read with its quotes: a few queries more, however many quotes there are."""
    return [
        offer.on(opportunity, user, record_address(URL_NAMES[offer.key], opportunity.pk)) for offer in OFFERS.values()
    ]


def row_commands(opportunity: Opportunity, user: User) -> list[Command]:
    """Those of a row of a list: what ends it or begins it anew, and editing. Costs no query."""
    keys = ("close-as-won", "close-as-lost", "edit") if opportunity.is_open else ("reopen", "edit")
    return [OFFERS[key].on(opportunity, user, record_address(URL_NAMES[key], opportunity.pk)) for key in keys]


def require_command(key: str, opportunity: Opportunity, user: User) -> None:
    """Raises: Refusal, the one that the disabled command tells."""
    refusal = OFFERS[key].refusal(opportunity, user)
    if refusal:
        raise refusal
