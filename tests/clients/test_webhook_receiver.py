"""The receivers of webhooks that integrators copy, sent to by a worker as it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm.models import Delivery, User
from crm.webhooks.actions import create_webhook, redeliver, rotate_secret
from crm.webhooks.sign import make_secret
from crm.webhooks.worker import run_once
from tests.clients.programs import RECEIVERS, Program
from tests.factories import make_opportunity

pytestmark = pytest.mark.django_db
SECRET = make_secret()


@pytest.fixture(params=RECEIVERS)
def receiver(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Program]:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    program = Program(request.param, folder=tmp_path, WEBHOOK_SECRET=SECRET, PORT="0")
    yield program
    program.kill()


def test_it_takes_each_event_once_and_no_forgery(rep: User, admin: User, receiver: Program) -> None:
    url = receiver.line(0)
    webhook = create_webhook({"url": url, "event_types": ["opportunity.created"], "secret": SECRET}, actor=admin)
    deal = make_opportunity(rep)
    run_once()
    rotate_secret(webhook.pk, actor=admin)  # signed by the old one too for a day
    redeliver(Delivery.objects.get().pk, actor=admin)
    another = make_opportunity(rep)
    run_once()
    taken = [json.loads(receiver.line(number))["record"]["id"] for number in (1, 2)]
    assert taken == [str(deal.pk), str(another.pk)]
    attempts = [attempt for delivery in Delivery.objects.all() for attempt in delivery.attempts.all()]
    assert [attempt.status for attempt in attempts] == [204, 204, 204]
    forged = attempts[0].headers | {"webhook-id": "another"}
    for headers in (forged, {}):
        request = urllib.request.Request(url, attempts[0].body.encode(), headers)
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request, timeout=10)
