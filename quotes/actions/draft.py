"""Create, edit, activate and delete drafts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import rules
from crm.errors import Invalid, NotFound, Refusal
from crm.events import event, store
from crm.models import User
from crm.permissions import Privilege
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed
from opportunities.locks import lock_opportunity, require_open
from opportunities.models import Opportunity
from quotes.actions.steps import touch_opportunity
from quotes.locks import lock_quote
from quotes.models import Quote
from quotes.states import QuoteState

WRITABLE = ("name", "total_amount", "effective_from", "effective_to")


def create_quote(opportunity_pk: UUID, values: Mapping[str, Any], *, actor: User) -> Quote:
    """A new draft of an open opportunity, with the next number.

    Args:
        values: name, total_amount, and optionally effective_from, effective_to, currency (the opportunity's).

    Raises:
        Refusal: permission_denied, opportunity_closed, currency_mismatch, invalid.
    """
    with deed():
        opportunity = _opportunity_for_quote(opportunity_pk, actor)
        require_open(opportunity)
        _require_currency(opportunity, values.get("currency"))
        quote = Quote(opportunity=opportunity, currency=opportunity.currency)
        _apply(quote, values)
        quote.number = Quote.objects.next_number()
        quote.save(force_insert=True)
        opportunity.open_quotes += 1
        touch_opportunity(opportunity)
        store([event("created", quote, actor=actor, before={}, after=quote.facts())])
    return quote


def edit_quote(pk: UUID, changes: Mapping[str, Any], *, actor: User, expected: frozenset[int] | None = None) -> Quote:
    """Change a draft. A change that changes nothing leaves version and log as they are.

    Raises:
        Refusal: opportunity_closed, quote_not_draft, currency_mismatch, invalid.
    """
    with deed():
        opportunity, quote = _locked_draft(pk, actor, expected)
        _require_currency(opportunity, changes.get("currency"))
        before = quote.facts()
        _apply(quote, changes)
        if quote.facts() == before:
            return quote
        quote.touch()
        quote.save(update_fields=[*WRITABLE, *Quote.TOUCHED_FIELDS])
        touch_opportunity(opportunity)
        store([event("updated", quote, actor=actor, before=before, after=quote.facts())])
    return quote


def activate_quote(pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> Quote:
    """Draft → Active: the offer goes to the customer.

    Raises:
        Refusal: opportunity_closed, quote_not_draft, quote_open_revision_exists.
    """
    with deed():
        opportunity, quote = _locked_draft(pk, actor, expected)
        before = quote.facts()
        quote.activate()
        quote.touch()
        quote.save(update_fields=["state", "status_reason", *Quote.TOUCHED_FIELDS])
        touch_opportunity(opportunity)
        store([event("activated", quote, actor=actor, before=before, after=quote.facts())])
    return quote


def delete_quote(pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> None:
    """Delete a draft; its event remains.

    Raises:
        Refusal: opportunity_closed, quote_not_draft.
    """
    with deed():
        opportunity, quote = _locked_draft(pk, actor, expected)
        quote.touch()
        store([event("deleted", quote, actor=actor, before=quote.facts(), after={})])
        quote.delete()
        touch_opportunity(opportunity)


def _opportunity_for_quote(pk: UUID, actor: User) -> Opportunity:
    try:
        return lock_opportunity(pk, actor=actor, privilege=Privilege.EDIT)
    except NotFound:
        raise Invalid({"opportunity": [_("There is no such opportunity.")]}) from None


def _locked_draft(pk: UUID, actor: User, expected: frozenset[int] | None) -> tuple[Opportunity, Quote]:
    opportunity, quote = lock_quote(pk, actor=actor, expected=expected)
    if quote.state != QuoteState.DRAFT:
        raise Refusal("quote_not_draft")
    return opportunity, quote


def _require_currency(opportunity: Opportunity, currency: str | None) -> None:
    if currency is not None and currency != opportunity.currency:
        raise Refusal("currency_mismatch")


def _apply(quote: Quote, values: Mapping[str, Any]) -> None:
    for field in WRITABLE:
        if field in values:
            setattr(quote, field, values[field])
    with field_checks() as checks:
        checks.refuse("name", *rules.line(quote.name or "", max_length=300, required=True))
        if quote.total_amount is None:
            checks.refuse("total_amount", _("This field is required."))
        checks.refuse("total_amount", *rules.money(quote.total_amount, quote.currency))
        _check_dates(quote, checks)


def _check_dates(quote: Quote, checks: FieldChecks) -> None:
    for field in ("effective_from", "effective_to"):
        checks.refuse(field, *rules.not_ancient(getattr(quote, field)))
    if quote.effective_from and quote.effective_to and quote.effective_to < quote.effective_from:
        checks.refuse("effective_to", _("The quote cannot end before it begins."))
