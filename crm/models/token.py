from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.ids import uuid7
from crm.models.user import User


class TokenQuerySet(models.QuerySet["Token"]):
    def issue(self, user: User, *, name: str) -> str:
        """Store a new token's digest and return the token itself, which is never seen again."""
        secret = secrets.token_urlsafe(32)
        self.create(user=user, name=name, digest=digest(secret))
        return secret

    def find(self, secret: str) -> Token | None:
        return self.select_related("user__role", "user__business_unit").filter(digest=digest(secret)).first()


class Token(models.Model):
    """A bearer token for the API. Only its SHA-256 is kept: 256 random bits need no salt and no slow hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.BinaryField(unique=True, max_length=32, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return self.name


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
