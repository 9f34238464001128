from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm.event_types import event_types
from crm.models import User, Webhook
from crm.webhooks.actions import create_webhook
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hook(receiver: Receiver, admin: User) -> Callable[..., Webhook]:
    """A webhook to the receiver, for everything unless told."""

    def make(*types: str, **values: Any) -> Webhook:
        given = {"url": receiver.url, "event_types": list(types) or event_types(), **values}
        return create_webhook(given, actor=admin)

    return make
