"""Which commands a quote offers to a user, and what stands against the others; the actions judge again."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.commands import Command, Offer, denied, label_of
from crm.errors import Refusal
from crm.models import User
from crm.permissions import Privilege
from quotes.models import Quote
from quotes.states import QuoteState


def change_refusal(quote: Quote, user: User) -> Refusal | None:
    """What stands against every verb: the right on the opportunity, and that the opportunity is open."""
    refusal = denied(user, Privilege.EDIT, quote.opportunity.owner)
    if refusal or quote.opportunity.is_open:
        return refusal
    return Refusal("opportunity_closed")


def draft_refusal(quote: Quote, user: User) -> Refusal | None:
    refusal = change_refusal(quote, user)
    if refusal or quote.state == QuoteState.DRAFT:
        return refusal
    return Refusal("quote_not_draft")


def active_refusal(quote: Quote, user: User) -> Refusal | None:
    refusal = close_refusal(quote, user)
    if refusal or quote.state == QuoteState.ACTIVE:
        return refusal
    return Refusal("quote_not_active")


def close_refusal(quote: Quote, user: User) -> Refusal | None:
    refusal = change_refusal(quote, user)
    if refusal or quote.is_open:
        return refusal
    return Refusal("quote_not_open")


OFFERS = {
    offer.key: offer
    for offer in (
        Offer("edit", _("Edit"), "edit", draft_refusal),
        Offer("activate", label_of(Quote.activate), "activate", draft_refusal),
        Offer("win", label_of(Quote.win), "won", active_refusal),
        Offer("close", label_of(Quote.close), "lost", close_refusal),
        Offer("revise", label_of(Quote.revise), "revise", active_refusal),
        Offer("delete", _("Delete"), "delete", draft_refusal),
    )
}


# Marks addresses that were reached from the quote's own page, so that they lead back there.
AT_QUOTE = "quote"


def commands_of(quote: Quote, user: User, *, at: str = "") -> list[Command]:
    """For a quote whose opportunity and its owner are at hand: no query."""
    return [offer.on(quote, user, _url(offer.key, quote, at)) for offer in OFFERS.values()]


def offered(quote: Quote, user: User) -> list[Command]:
    """Only those that can be used now, for a row of a table."""
    return [command for command in commands_of(quote, user) if command.enabled]


def require_command(key: str, quote: Quote, user: User) -> None:
    """Raises: Refusal, the one that the disabled command tells."""
    refusal = OFFERS[key].refusal(quote, user)
    if refusal:
        raise refusal


def _url(key: str, quote: Quote, at: str) -> str:
    address = reverse(f"quote-{key}", args=[quote.pk])
    return f"{address}?at={at}" if at else address
