"""The examples of the description are what the server takes and gives."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.apps import apps

from crm.api.schema.examples import FILE
from tests.api.story import Story, same_each_time
from tests.described import copy
from tests.webhooks.receiver import receiving

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
RENEW = os.environ.get("RENEW_EXAMPLES") == "1"


@pytest.mark.django_db
def test_every_operation_has_one_and_it_is_true(admin, rep, api, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
    with receiving() as receiver, time_machine.travel(NOW, tick=False):
        story = Story(api(admin), receiver.url)
        story.play(colleague=rep)
        told = same_each_time(story.told, receiver.url)
    answering = {
        operation["operationId"]
        for path in copy()["paths"].values()
        for operation in path.values()
        if "204" not in operation["responses"]
    }
    assert {name for examples in told.values() for name in examples} == answering
    for application, examples in told.items():
        path = Path(apps.get_app_config(application).path) / FILE
        if RENEW:
            path.write_text(json.dumps(examples, indent=2, ensure_ascii=False) + "\n")
        assert examples == json.loads(path.read_text()), "Renew the examples (docs/developing.md)."
