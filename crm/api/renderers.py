"""Answers as JSON: times in UTC to the second, whatever they are stored with."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import renderers
from rest_framework.utils.encoders import JSONEncoder


def time_text(moment: datetime) -> str:
    """`2026-11-21T09:30:00Z`"""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Encoder(JSONEncoder):
    def default(self, obj: Any) -> Any:
        return time_text(obj) if isinstance(obj, datetime) else super().default(obj)


class JSONRenderer(renderers.JSONRenderer):
    encoder_class = Encoder
