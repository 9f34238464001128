"""What was typed into a form whose session had ended: it travels through the sign-in page, and comes back filled in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from crm.models import User

# Marks a form that was sent after the session had ended: shown once more, filled in, for the user to send.
UNSENT = "unsent"
NEVER_KEPT = ("csrfmiddlewaretoken", UNSENT)
# So long may whoever was signed out take to sign in again.
KEPT_FOR = timedelta(days=1)
# Whose session this browser had last: what he typed is nobody else's to see or to send.
LAST_USER = "last-user"

Typed = list[tuple[str, str]]


def keep(request: HttpRequest) -> str:
    """What was sent, signed, together with who was signed in here last, where that is known."""
    typed = [(name, value) for name, values in request.POST.lists() for value in values if name not in NEVER_KEPT]
    owner = request.get_signed_cookie(LAST_USER, default="", salt=LAST_USER)
    return signing.dumps([owner, typed], salt=UNSENT, compress=True)


def kept_for(user: User, kept: str) -> Typed:
    """What this site itself put on the sign-in page, not long ago and of this user; anything else is none."""
    try:
        owner, typed = signing.loads(kept, salt=UNSENT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return []
    return [(name, value) for name, value in typed] if owner in ("", str(user.pk)) else []


def remember(response: HttpResponse, user: User) -> None:
    """Outlives the session by as long as what is typed in it may wait."""
    response.set_signed_cookie(
        LAST_USER,
        str(user.pk),
        salt=LAST_USER,
        max_age=settings.SESSION_COOKIE_AGE + int(KEPT_FOR.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
