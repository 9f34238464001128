"""Access tokens: who may make one, for whom and for what; and how they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm import audit, clock
from crm.errors import NotFound
from crm.models import Scope, Token, User
from crm.models.token import every_scope
from crm.permissions import may_administer, require_administrator
from crm.rules import field_checks, line
from crm.transactions import deed
from crm.types import Values

MAX_NAME, MAX_DAYS = 100, 3650


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """Args: expires_days: None for a token without end."""

    name: str
    scopes: Sequence[str] = tuple(every_scope())
    expires_days: int | None = None
    is_service: bool = False


def create_token(user: User, request: TokenRequest, *, actor: User | None) -> tuple[Token, str]:
    """A token that acts as the user, and its secret, which is never seen again.

    A user makes his own; an administrator, or a command (then there is no actor), makes service tokens for others.

    Raises: Denied, Invalid.
    """
    with deed():
        if actor and actor.pk != user.pk:
            require_administrator(actor)
        _judge(user, request)
        token, secret = Token.objects.issue_token(
            user,
            name=request.name.strip(),
            scopes=[scope for scope in every_scope() if scope in request.scopes],
            is_service=request.is_service or bool(actor and actor.pk != user.pk),
            created_by=actor,
            expires_at=request.expires_days and clock.now() + timedelta(days=request.expires_days),
        )
        if actor:
            audit.record(actor, token, {}, _facts(token))
    return token, secret


def _judge(user: User, request: TokenRequest) -> None:
    """Raises: Invalid."""
    with field_checks() as checks:
        checks.refuse("name", *line(request.name.strip(), max_length=MAX_NAME, required=True))
        if not request.scopes or set(request.scopes) - set(Scope.values):
            checks.refuse("scopes", _("Choose one or more of: %(scopes)s.") % {"scopes": ", ".join(Scope.values)})
        if request.expires_days is not None and not 1 <= request.expires_days <= MAX_DAYS:
            checks.refuse("expires_days", _("Enter a number from 1 to %(limit)d.") % {"limit": MAX_DAYS})
        if not user.is_active:
            checks.refuse("user", _("This user is not active."))


def revoke_token(pk: UUID, *, actor: User | None) -> Token:
    """From now on it lets nobody in. One that is revoked already stays as it is.

    Raises: NotFound, also for a token that the actor may not see.
    """
    with deed():
        token = find_token(pk, actor=actor, lock=True)
        if token.revoked_at is None:
            before = _facts(token)
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            if actor:
                audit.record(actor, token, before, _facts(token))
    return token


def find_token(pk: UUID, *, actor: User | None, lock: bool = False) -> Token:
    """One of the actor's own; for administrators also a service token; for a command any.

    Raises: NotFound.
    """
    tokens = Token.objects.select_for_update(of=("self",)) if lock else Token.objects.all()
    token = tokens.select_related("user").filter(pk=pk).first()
    if token is None or not may_see(actor, token):
        raise NotFound
    return token


def may_see(actor: User | None, token: Token) -> bool:
    return actor is None or token.user_id == actor.pk or (token.is_service and may_administer(actor))


def _facts(token: Token) -> Values:
    """Without the digest, which is nobody's to read."""
    return {
        "name": token.name,
        "user": token.user_id,
        "scopes": token.scope_list,
        "is_service": token.is_service,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
