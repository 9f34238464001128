"""The frame of verbs and of long reads: one transaction, the database's own refusals in the domain's words."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid, NotFound, Refusal, Stale

_refusals: dict[str, Callable[[], Refusal]] = {}
_target_refusals: dict[str, Callable[[], Refusal]] = {}


def refuses_with(
    constraint: str, refusal: Callable[[], Refusal], *, of_target: Callable[[], Refusal] | None = None
) -> None:
    """Say what a violation of the named constraint means to the user.

    A foreign key is violated from two sides: by the row that points, and by a change of the row pointed at.
    The second means `in_use` unless `of_target` says what it means.
    """
    _refusals[constraint] = refusal
    if of_target:
        _target_refusals[constraint] = of_target


@contextmanager
def deed() -> Iterator[None]:
    """All or nothing. The locks and looks of the verbs refuse first; this maps what the second wall stops.

    Raises:
        Refusal: instead of an IntegrityError, also of one that a deferred constraint raises at COMMIT; and
            `unavailable` where a lock was not to be had in time, a deadlock was broken or a statement took too long.
    """
    try:
        with _in_time(), transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal_from(error) from error
    except DatabaseError as error:
        # Django's own word, where save(update_fields=…) finds the row gone.
        if type(error) is DatabaseError and error.__cause__ is None:
            raise NotFound from error
        raise


@contextmanager
def reading() -> Iterator[None]:
    """For a read of several steps, such as that of a cursor: one transaction, in which nothing is written.

    Raises:
        Refusal: `unavailable` where a statement took too long.
    """
    with _in_time(), transaction.atomic():
        yield


@contextmanager
def _in_time() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) in ("55P03", "40P01", "57014"):
            raise Refusal("unavailable") from error
        raise


def refusal_from(error: IntegrityError) -> Refusal:
    if isinstance(error, ProtectedError):
        return Refusal("in_use")
    cause: Any = error.__cause__
    name = cause.diag.constraint_name or ""
    if cause.pgcode == "23503":
        return _foreign_key_refusal(name, cause.diag.message_detail or "")
    if name not in _refusals:
        raise error
    return _refusals[name]()


def _foreign_key_refusal(name: str, detail: str) -> Refusal:
    """`Key (competitor_id)=(…) is not present …`: the target went away. `Key (id, …)=(…) is still …`: it is in use."""
    # By the columns, because the words are in the server's language.
    match = re.search(r"\((\w+)", detail)
    column = match[1] if match else "id"
    if column in ("id", "code"):
        return _target_refusals.get(name, lambda: Refusal("in_use"))()
    if name in _refusals:
        return _refusals[name]()
    return Invalid({column.removesuffix("_id"): [_("This record no longer exists. Choose another one.")]})


def require_version(version: int, expected: frozenset[int] | None) -> None:
    """Refuses where the caller saw another version than the present one; None means: any will do.

    Raises: Stale.
    """
    if expected is not None and version not in expected:
        raise Stale(version)


# Two writers of one record without its lock: the second may try again.
refuses_with("event_once_per_version", lambda: Refusal("unavailable"))
