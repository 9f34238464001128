"""The address that undoes a closing: signed for one version of one opportunity, and good for a moment only."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.urls import reverse

from crm.models import User
from opportunities.commands import reopen_refusal
from opportunities.models import Opportunity

_SALT = "undo-closing"
# Seconds; the page offers it for half of them.
LASTS = 60


def undo_url(opportunity: Opportunity, user: User) -> str:
    """Where a post undoes the closing that led to this version; empty for who may not reopen."""
    if reopen_refusal(opportunity, user):
        return ""
    token = signing.dumps(opportunity.version, salt=f"{_SALT}:{opportunity.pk}")
    return reverse("opportunity-undo-closing", args=[opportunity.pk, token])


def signed_version(pk: UUID, token: str) -> int | None:
    """The version that may be undone; None where it is too late, or never was offered."""
    try:
        version: int = signing.loads(token, salt=f"{_SALT}:{pk}", max_age=LASTS)
    except signing.BadSignature:
        return None
    return version
