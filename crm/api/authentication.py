"""Who is calling: a bearer token, or the browser's session with its CSRF token."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from crm.errors import Denied
from crm.models import Token, User


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`: one statement, with role and business unit."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, __, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = Token.objects.find(secret.strip())
        if token is None or not token.is_usable:
            raise exceptions.AuthenticationFailed
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise Denied(
                _("The request lacks a valid CSRF token. Send the cookie's value in the X-CSRFToken header.")
            ) from None
