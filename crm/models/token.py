from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.ids import uuid7
from crm.models.user import User

USE_NOTED_EVERY = timedelta(minutes=5)
# In front of the statement that reads the token: noting its use costs no statement of its own, and no lock that
# outlives it. Of requests at the same moment the second finds the use noted, and writes nothing.
_NOTE_USE = """
    WITH noted AS (
        UPDATE crm_token SET last_used_at = %s
        WHERE digest = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
            AND (last_used_at IS NULL OR last_used_at <= %s)
    ) """


class Scope(models.TextChoices):
    """What a token may be used for, never more than what its user may do."""

    READ = "read", _("Read")
    WRITE = "write", _("Create, edit, assign and delete")
    CLOSE = "close", _("Close and reopen; activate, win, close and revise quotes")
    ADMIN = "admin", _("Set what administrators set")


def every_scope() -> list[str]:
    return list(Scope.values)


class TokenQuerySet(models.QuerySet["Token"]):
    def issue_token(self, user: User, *, name: str, **values: Any) -> tuple[Token, str]:
        """Store a new token's digest, and answer with the token itself, which is never seen again."""
        secret = secrets.token_urlsafe(32)
        return self.create(user=user, name=name, digest=digest(secret), **values), secret

    def find(self, secret: str) -> Token | None:
        """The token with its user's rights, its use noted at most every five minutes: one statement."""
        found = digest(secret)
        moment = clock.now()
        parameters = (moment, found, moment, moment - USE_NOTED_EVERY)

        def note_use(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            return execute(_NOTE_USE + sql, (*parameters, *params), many, context)

        with connection.execute_wrapper(note_use):
            return self.select_related("user__role", "user__business_unit").filter(digest=found).first()

    def in_use(self) -> TokenQuerySet:
        """Not revoked; the expired ones too, which someone may miss."""
        return self.filter(revoked_at=None).select_related("user", "created_by").order_by("-created_at", "id")


class Token(models.Model):
    """A bearer token for the API. Only its SHA-256 is kept: 256 random bits need no salt and no slow hash.

    A service token is one that an administrator, or a command, made for another user.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.BinaryField(unique=True, max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), verbose_name=_("scopes"), default=every_scope)
    is_service = models.BooleanField(_("service token"), default=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(Scope.values)) & Q(scopes__len__gt=0), name="token_scopes_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_usable(self) -> bool:
        """The user must be at hand."""
        return self.user.is_active and self.revoked_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def scope_list(self) -> str:
        return ", ".join(self.scopes)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
