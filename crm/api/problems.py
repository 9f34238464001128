"""Every refusal under /api/ as problem+json (RFC 9457), whoever raised it."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.renderers import JSONRenderer
from crm.errors import PASSING, RETRY_AFTER_SECONDS, Invalid, Refusal
from crm.types import Text, Values

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
VARY = "Accept-Language, Authorization, Cookie"

# The first that fits; the frameworks' own sentences give way to ours.
CODES: tuple[tuple[type[Exception], str], ...] = (
    (Http404, "not_found"),
    (PermissionDenied, "permission_denied"),
    (UnreadablePostError, "malformed"),
    (SuspiciousOperation, "malformed"),
    (OperationalError, "unavailable"),
    (InterfaceError, "unavailable"),
    (exceptions.NotFound, "not_found"),
    (exceptions.NotAuthenticated, "unauthenticated"),
    (exceptions.AuthenticationFailed, "unauthenticated"),
    (exceptions.PermissionDenied, "permission_denied"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.ParseError, "malformed"),
    (exceptions.Throttled, "throttled"),
)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """What the framework calls with whatever a view raised; nothing goes past it."""
    request: Request = context["request"]
    refusal = refusal_for(error)
    if refusal.status >= 500:
        logger.error("%s %s: %s", request.method, request.path, refusal.code, exc_info=error)
    # The view may render pages or YAML; a problem is always JSON.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return Response(body(refusal, request), refusal.status, headers=_headers(error, refusal), content_type=MEDIA_TYPE)


def refusal_for(error: Exception) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, exceptions.ValidationError):
        return Invalid(field_errors(error.detail))
    return Refusal(next((code for kind, code in CODES if isinstance(error, kind)), "error"))


def body(refusal: Refusal, request: HttpRequest | Request | None) -> Values:
    """The members of the problem, its texts in the reader's language. Without a request its address has no host."""
    return {
        "type": _address(refusal.code, request),
        "title": str(refusal.problem.title),
        "status": refusal.status,
        "code": refusal.code,
        "detail": str(refusal.detail),
        **refusal.facts,
    }


def respond(refusal: Refusal, request: HttpRequest) -> HttpResponse:
    """The problem outside of the framework's views."""
    content = JSONRenderer().render(body(refusal, request))
    headers = {"Vary": VARY} | _headers(refusal, refusal)
    return HttpResponse(content, status=refusal.status, content_type=MEDIA_TYPE, headers=headers)


def field_errors(detail: Any, prefix: str = "") -> dict[str, list[Text]]:
    """The framework's nested errors with one name a field: `custom.budget`; those of list items under the list."""
    if not isinstance(detail, Mapping):
        return {prefix: list(dict.fromkeys(detail))}
    errors: dict[str, list[Text]] = {}
    for key, texts in detail.items():
        name = prefix if isinstance(key, int) else f"{prefix}.{key}".lstrip(".")
        for field, sentences in field_errors(texts, name).items():
            known = errors.setdefault(field, [])
            known += [sentence for sentence in sentences if sentence not in known]
    return errors


def _address(code: str, request: HttpRequest | Request | None) -> str:
    path = reverse("problem", args=[code])
    try:
        return request.build_absolute_uri(path) if request else path
    except DisallowedHost:
        return path


def _headers(error: Exception, refusal: Refusal) -> dict[str, str]:
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.code in PASSING:
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or RETRY_AFTER_SECONDS))
    return headers
