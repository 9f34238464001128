"""What the selects of the forms offer: the records that the user may name, and the one that is named already."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When

from crm.comboboxes import Choices
from crm.currencies import DECIMALS
from crm.models import User
from crm.permissions import Privilege, allows
from crm.search import typed_words
from opportunities.filters import search_accounts, search_competitors
from opportunities.models import Account, Competitor, State, StatusReason

_SEARCHES = {Account: search_accounts, Competitor: search_competitors}


def accounts(user: User) -> Choices:
    return list(Account.objects.visible_to(user).values_list("pk", "name"))


def competitors(user: User, *, first: Collection[UUID] = ()) -> Choices:
    """Args: first: those that stand before the others."""
    return list(_led_by(first, Competitor.objects.visible_to(user)).values_list("pk", "name"))


def found(
    model: type[Account] | type[Competitor], text: str, user: User, *, limit: int, first: Collection[UUID] = ()
) -> Choices:
    """The first records in which each typed word begins a word, by name; without a text the first of all.

    Args:
        first: those that stand before the others.
    """
    rows: Any = model.objects.visible_to(user)
    words = typed_words(text.replace("\0", ""))
    if text and not words:
        return []
    for word in words:
        rows = _SEARCHES[model](rows, word)
    return list(_led_by(first, rows).values_list("pk", "name")[:limit])


def _led_by(first: Collection[UUID], rows: QuerySet[Any]) -> QuerySet[Any]:
    if not first:
        return rows
    return rows.order_by(Case(When(pk__in=first, then=0), default=1), *rows.model._meta.ordering)


def owners(user: User, *, present: User | None = None) -> Choices:
    """Active users for whom the user may create records, and the present owner, whoever that is."""
    active = User.objects.with_rights().filter(is_active=True)
    chosen: Choices = [(owner.pk, owner.name) for owner in active if allows(user, Privilege.CREATE, owner)]
    if present and present.pk not in dict(chosen):
        chosen.insert(0, (present.pk, present.name))
    return chosen


def new_owners(user: User, present: User | None = None) -> Choices:
    """Whom the user may give a record to, with their roles; not whom it has already."""
    active = User.objects.with_rights().filter(is_active=True).exclude(pk__in=[present.pk] if present else [])
    return [
        (owner.pk, f"{owner.name} ({owner.role.label})" if owner.role else owner.name)
        for owner in active
        if allows(user, Privilege.CREATE, owner)
    ]


def open_reasons(*, present: StatusReason | None = None) -> Choices:
    """The active reasons of Open, and the present one where it was retired since."""
    chosen: Choices = [(reason.code, reason.label) for reason in StatusReason.objects.offered_for(State.OPEN)]
    if present and present.state == State.OPEN and present.code not in dict(chosen):
        chosen.insert(0, (present.code, present.label))
    return chosen


def currencies() -> Choices:
    return [(code, code) for code in sorted(DECIMALS)]
