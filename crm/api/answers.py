"""Small objects that stand for related records, and the form of a list."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

Answer = serializers.Serializer[Any]


class RecordRef(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class UserRef(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class ReasonRef(serializers.Serializer[Any]):
    code = serializers.IntegerField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]


def page_of(row: type[Answer]) -> type[Answer]:
    """The form of a list of such rows, for the description."""
    fields: dict[str, Any] = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
        "count": serializers.IntegerField(required=False),
    }
    name = row.__name__.removesuffix("Answer")
    return extend_schema_serializer(many=False, component_name=f"{name}Page")(
        type(f"{name}Page", (serializers.Serializer,), fields)
    )
