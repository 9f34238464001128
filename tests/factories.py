"""Records for tests, made through the actions like everyone else's: what the rules forbid cannot be made here."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from crm.models import BusinessUnit, Token, User
from opportunities.actions import Closing, close_opportunity, create_opportunity, reopen_opportunity
from opportunities.close_fields.kinds import FieldType
from opportunities.models import Account, CloseField, Competitor, Opportunity, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import activate_quote, close_quote, create_quote, revise_quote, win_quote
from quotes.models import Quote
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import QuoteStatusReason

PASSWORD = "demo-only"
_numbers = count(1)


def make_user(
    username: str, role: str | None, unit: BusinessUnit | None, *, password: str | None = None, **values: Any
) -> User:
    """A user with role and unit at hand. Without a password he signs in with a token or `browse` only."""
    values.setdefault("first_name", username.capitalize())
    user = User.objects.create_user(username, password=password, role_id=role, business_unit=unit, **values)
    return User.objects.with_rights().get(pk=user.pk)


def make_token(user: User, *, name: str, **values: Any) -> str:
    """What its bearer sends."""
    return Token.objects.issue_token(user, name=name, **values)[1]


def make_account(name: str = "", **values: Any) -> Account:
    return Account.objects.create(name=name or f"Account {next(_numbers)}", **values)


def make_competitor(name: str = "", **values: Any) -> Competitor:
    return Competitor.objects.create(name=name or f"Competitor {next(_numbers)}", **values)


def make_close_field(
    name: str, type_: str = FieldType.TEXT, *, options: tuple[str, ...] = (), **values: Any
) -> CloseField:
    """A custom close field, labelled by its name. Args: options: the values of a choice."""
    words = name.replace("_", " ").capitalize()
    choices = [{"value": each, "label_en": each.capitalize(), "label_da": f"{each} (da)"} for each in options]
    values = {"label_en": words, "label_da": f"{words} (da)", "choices": choices} | values
    return CloseField.objects.create(name=name, type=type_, **values)


def make_opportunity(
    owner: User, *, actor: User | None = None, state: str = "open", close: dict[str, Any] | None = None, **values: Any
) -> Opportunity:
    """An opportunity that the owner, or the actor for him, made; records among the values may be given as such.

    Args:
        state: open, won or lost; `close` is then what the close request holds.
    """
    actor = actor or owner
    values = {"topic": f"Opportunity {next(_numbers)}", "estimated_revenue": Decimal(1000)} | values
    values = {field: _as_id(value) for field, value in values.items()}
    opportunity = create_opportunity({"owner": owner.pk, **values}, actor=actor)
    if state != "open":
        return {"won": close_won, "lost": close_lost}[state](opportunity, actor=actor, **close or {}).opportunity
    return opportunity


def close_won(opportunity: Opportunity, *, actor: User | None = None, **request: Any) -> Closing:
    return _close(opportunity, Outcome.WON, actor, request)


def close_lost(opportunity: Opportunity, *, actor: User | None = None, **request: Any) -> Closing:
    return _close(opportunity, Outcome.LOST, actor, request)


def reopen(opportunity: Opportunity, *, actor: User | None = None, **request: Any) -> Closing:
    return reopen_opportunity(opportunity.pk, ReopenRequest(**request), actor=actor or opportunity.owner)


def make_quote(opportunity: Opportunity, state: str = "draft", *, actor: User | None = None, **values: Any) -> Quote:
    """A quote brought to its state by the verbs.

    Args:
        state: draft, active, won, lost, canceled or revised; a revised one leaves its successor, a draft, behind.
    """
    actor = actor or opportunity.owner
    values = {"name": f"Quote {next(_numbers)}", "total_amount": Decimal(500)} | values
    quote = create_quote(opportunity.pk, values, actor=actor)
    if state in ("lost", "canceled"):
        reason = QuoteStatusReason[state.upper()]
        return close_quote(quote.pk, QuoteCloseRequest(status_reason=reason), actor=actor).quotes[0]
    if state == "draft":
        return quote
    quote = activate_quote(quote.pk, actor=actor)
    if state == "won":
        return win_quote(quote.pk, QuoteWinRequest(), actor=actor).quotes[0]
    if state == "revised":
        return revise_quote(quote.pk, actor=actor)[1]
    assert state == "active", f"There is no quote state {state!r}."
    return quote


def _close(opportunity: Opportunity, outcome: Outcome, actor: User | None, request: dict[str, Any]) -> Closing:
    request = {field: _as_id(value) for field, value in request.items()}
    return close_opportunity(opportunity.pk, CloseRequest(outcome=outcome, **request), actor=actor or opportunity.owner)


def _as_id(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_id(each) for each in value]
    return getattr(value, "pk", value)
