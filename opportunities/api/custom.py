"""The values of the custom close fields. The action judges them, because administrators define the fields; so what
they may be, the description reads from the definitions when it is asked for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from opportunities.close_fields.kinds import KINDS
from opportunities.models import CloseField, ShownOn

# What no database was asked for: the description as the product has it, before anyone defined a field.
_ANY = {
    "type": "object",
    "description": "By the names of the close fields; each installation describes its own.",
    "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
}


# The parts of the description that an installation fills in: by the form that takes them, and as records keep them.
_FORMS = {ShownOn.WON: "CustomOfWon", ShownOn.LOST: "CustomOfLost", ShownOn.BOTH: "CustomOfEither"}
_KEPT = "CustomKept"
_REF = "#/components/schemas/"


class CustomValuesField(serializers.Field[Any, Any, Any, Any]):
    """Args: shown_on: the form that takes them; BOTH is that of a bulk closing, which may be either."""

    default_error_messages = {"invalid": _("Enter an object.")}

    def __init__(self, shown_on: ShownOn, **options: Any) -> None:
        super().__init__(required=False, **options)
        self.part = _FORMS[shown_on]

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        return data


class KeptValuesField(serializers.DictField):
    """As a close record keeps them."""

    part = _KEPT


class _Part(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"$ref": f"{_REF}{self.target.part}"}


class CustomValuesPart(_Part):
    target_class = CustomValuesField


class KeptValuesPart(_Part):
    target_class = KeptValuesField


def add_custom_fields(result: dict[str, Any], request: Any, **kwargs: Any) -> dict[str, Any]:
    """The definitions of the installation that is asked; without a request, those of none."""
    schemas = result["components"]["schemas"]
    schemas |= _of_installation() if request else dict.fromkeys([*_FORMS.values(), _KEPT], _ANY)
    for name, schema in schemas.items():
        form = _form_in(schema)
        if form and schemas[form].get("required"):
            schema["properties"]["custom"] = {"$ref": f"{_REF}{form}"}
            schema["required"] = [*schema.get("required", ()), "custom"]
            _require_body(result, name)
    return result


def _of_installation() -> dict[str, Any]:
    fields = list(CloseField.objects.all())
    parts = {_FORMS[shown_on]: _form(fields, shown_on) for shown_on in ShownOn}
    return parts | {_KEPT: _object({field.name: KINDS[field.type].kept_schema() for field in fields})}


def _form(fields: list[CloseField], shown_on: ShownOn) -> dict[str, Any]:
    """A bulk closing may name the fields of either outcome, and must name those of both."""
    offered = [field for field in fields if field.active and _may_stand_on(field, shown_on)]
    required = [field.name for field in offered if field.required and field.shown_on in (ShownOn.BOTH, shown_on)]
    form = _object({field.name: _described(field) for field in offered})
    return form | {"required": required} if required else form


def _may_stand_on(field: CloseField, shown_on: ShownOn) -> bool:
    return ShownOn.BOTH in (shown_on, field.shown_on) or field.shown_on == shown_on


def _described(field: CloseField) -> dict[str, Any]:
    schema = {"title": field.label} | ({"description": field.help} if field.help else {})
    taken = KINDS[field.type].schema()
    if choices := field.offered_choices():
        taken = {"oneOf": [{"const": choice["value"], "title": choice["label"]} for choice in choices]}
    if field.required:
        return schema | taken
    return schema | {"anyOf": [taken, {"enum": [None, ""]}]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _form_in(schema: dict[str, Any]) -> str | None:
    """Which of the forms stands in the body."""
    text = str(schema.get("properties", {}).get("custom"))
    return next((form for form in _FORMS.values() if form in text), None)


def _require_body(result: dict[str, Any], name: str) -> None:
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        body = operation.get("requestBody", {})
        if body.get("content", {}).get("application/json", {}).get("schema") == {"$ref": f"{_REF}{name}"}:
            body["required"] = True
