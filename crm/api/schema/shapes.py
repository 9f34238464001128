"""Bodies and answers as objects that hold what is described and nothing else."""

from typing import Any

from rest_framework import serializers

from crm.api.bodies import Body

EMPTY = {"type": "object", "additionalProperties": False}
# Noise: what the library marks choices with for itself, and that all of an answer is read-only.
_NOISE = ("x-spec-enum-id", "readOnly")


def describe_body(body: Body, schema: dict[str, Any]) -> dict[str, Any]:
    """With the limits that the action will judge by."""
    properties = {name: each | body.limits.get(name, {}) for name, each in _properties(schema).items()}
    return schema | EMPTY | {"properties": properties}


def describe_answer(answer: serializers.BaseSerializer[Any], schema: dict[str, Any]) -> dict[str, Any]:
    return schema | EMPTY | {"properties": _properties(schema)}


def _properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {word: value for word, value in each.items() if word not in _NOISE}
        for name, each in schema.get("properties", {}).items()
    }
