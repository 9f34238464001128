"""The frame of every public verb: one transaction, and the database's own refusals in the domain's words."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid, Refusal, Stale

_refusals: dict[str, Callable[[], Refusal]] = {}


def refuses_with(constraint: str, refusal: Callable[[], Refusal]) -> None:
    """Say what a violation of the named constraint means to the user."""
    _refusals[constraint] = refusal


@contextmanager
def deed() -> Iterator[None]:
    """All or nothing. The locks and looks of the verbs refuse first; this maps what the second wall stops.

    Raises:
        Refusal: instead of an IntegrityError, also of one that a deferred constraint raises at COMMIT; and
            `unavailable` where a lock was not to be had in time or a deadlock was broken.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal_from(error) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) in ("55P03", "40P01"):
            raise Refusal("unavailable") from error
        raise


def refusal_from(error: IntegrityError) -> Refusal:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name in _refusals:
        return _refusals[name]()
    if getattr(error.__cause__, "pgcode", None) != "23503":
        raise error
    return _foreign_key_refusal(diagnosis.message_detail or "")


def _foreign_key_refusal(detail: str) -> Refusal:
    """`Key (competitor_id)=(…) is not present …`: the target went away. `Key (id)=(…) is still …`: it is in use."""
    match = re.search(r"\((\w+)\)=", detail)
    column = match[1] if match else "id"
    if column in ("id", "code"):
        return Refusal("in_use")
    return Invalid({column.removesuffix("_id"): [_("This record no longer exists. Choose another one.")]})


def require_version(version: int, expected: frozenset[int] | None) -> None:
    """Refuses where the caller saw another version than the present one; None means: any will do.

    Raises: Stale.
    """
    if expected is not None and version not in expected:
        raise Stale(version)
