"""Through which door the present work came in; events tell it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm.models.event import Origin

_origin: ContextVar[Origin] = ContextVar("origin", default=Origin.COMMAND)


def current() -> Origin:
    return _origin.get()


@contextmanager
def through(origin: Origin) -> Iterator[None]:
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
