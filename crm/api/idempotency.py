"""`Idempotency-Key`: whoever is not sure whether his request arrived sends it again, and it is done once.

The first answer is stored in the transaction of the deed itself, so that no crash comes between the two. Whoever
asks again gets it before anything is looked at; refusals are not stored but judged anew, and secrets are not stored.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from decimal import Context, Decimal
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.bodies import read_json
from crm.api.fields import ShownOnceField
from crm.api.parsers import MAX_DIGITS
from crm.api.renderers import JSONRenderer
from crm.errors import Invalid, Refusal
from crm.maintenance import delete_some
from crm.models import StoredAnswer, User
from crm.transactions import deed

HEADER = "Idempotency-Key"
KEY_FORM = "[!-~]{1,255}"
_KEPT_HEADERS = ("ETag", "Location")
_EXACT = Context(prec=2 * MAX_DIGITS)

Handler = Callable[..., Response]


def once(handler: Handler, *, user: User, ahead: Callable[[], object] | None = None) -> Callable[..., HttpResponse]:
    """The handler of a POST, done once for each key of the user.

    Args:
        ahead: what waits for other servers; done before the transaction, which would hold its locks meanwhile.
    """

    def handle(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key, asked = _key(request), _asked(request)
        with _after(ahead, user, key) if ahead else nullcontext(), deed():
            # In this order: what the one before stored, before it gave up the lock, the next statement sees.
            is_first = _lock("pg_try_advisory_xact_lock", user, key)
            stored = StoredAnswer.objects.find(user, key)
            if stored:
                return _again(stored, asked)
            if not is_first:
                raise Refusal("idempotency_in_progress")
            response = handler(request, *args, **kwargs)
            _store(response, user=user, key=key, asked=asked)
        delete_some(StoredAnswer.objects.over())
        return response

    return handle


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not re.fullmatch(KEY_FORM, key):
        raise Invalid({HEADER: [_("Send 1 to 255 visible ASCII characters.")]})
    return key


def _asked(request: Request) -> bytes:
    """Path and body as one digest; what is the same JSON has the same."""
    return hashlib.sha256(repr((request.path, _plain(read_json(request)))).encode()).digest()


def _plain(value: Any) -> Any:
    """Without the order of keys and the ways to write a number, and with all else."""
    if isinstance(value, dict):
        return sorted((key, _plain(each)) for key, each in value.items())
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _EXACT.normalize(Decimal(value))
    return value


@contextmanager
def _after(ahead: Callable[[], object], user: User, key: str) -> Iterator[None]:
    """Before there is a transaction, it is the session that holds the lock of the key."""
    is_first = _lock("pg_try_advisory_lock", user, key)
    try:
        if not StoredAnswer.objects.find(user, key):
            if not is_first:
                raise Refusal("idempotency_in_progress")
            ahead()
        yield
    finally:
        if is_first:
            _lock("pg_advisory_unlock", user, key)


def _lock(function: str, user: User, key: str) -> bool:
    """Takes the lock of the key, or gives it up; does not wait."""
    number = hashlib.sha256(f"{user.pk} {key}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [int.from_bytes(number, signed=True)])
        return bool(cursor.fetchone()[0])


def _store(response: Response, **asked: Any) -> None:
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    StoredAnswer.objects.store(
        **asked,
        status=response.status_code,
        headers=headers | {"Content-Language": get_language()},
        content=JSONRenderer().render(_without_secrets(response.data)).decode(),
    )


def _without_secrets(data: Any) -> Any:
    """A database, and its backups, are no place for what is to be seen once."""
    fields = getattr(getattr(data, "serializer", None), "fields", {})
    hidden = [name for name, field in fields.items() if isinstance(field, ShownOnceField)]
    return {**data, **dict.fromkeys(hidden)} if hidden else data


def _again(stored: StoredAnswer, asked: bytes) -> HttpResponse:
    if bytes(stored.asked) != asked:
        raise Refusal("idempotency_key_reused")
    headers = stored.headers | {"Idempotency-Replayed": "true"}
    return HttpResponse(stored.content, status=stored.status, content_type=JSONRenderer.media_type, headers=headers)
