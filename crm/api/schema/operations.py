"""One operation: what it takes, what it answers, and every way in which it can refuse."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from crm.api.answers import page_of
from crm.api.bodies import Body
from crm.api.schema import refusals
from crm.api.schema.examples import example_of
from crm.api.schema.parameters import IF_MATCH, IF_NONE_MATCH, KEY, LANGUAGE, list_parameters
from crm.api.schema.shapes import EMPTY, describe_answer, describe_body
from crm.models import Scope

_ETAG = {"ETag": {"required": True, "description": "The record's version.", "schema": {"type": "string"}}}
_LOCATION = {
    "Location": {"required": True, "description": "Of the new record.", "schema": {"type": "string", "format": "uri"}}
}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "This is the answer that the first request with the same key was given.",
        "schema": {"type": "string", "const": "true"},
    }
}


# What is done is said by the method alone.
_UNNAMED = ("list", "create", "retrieve", "destroy")


class ApiSchema(AutoSchema):
    """Reads `bodies`, `answers`, `refusals`, `scopes`, `versioned` and `definition` of the viewsets."""

    view: Any

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args)
        if operation:
            for status, response in operation["responses"].items():
                self._add_headers(status, response)
            self._add_examples(operation)
            if self.view.versioned and self.view.action == "retrieve":
                operation["responses"]["304"] = {"description": "The version is the known one.", "headers": _ETAG}
            operation["responses"] |= refusals.responses(self._refusals(operation))
        return operation

    @property
    def scope(self) -> Scope:
        return Scope.READ if self.method == "GET" else self.view.needed_scope()

    @property
    def _names_record(self) -> bool:
        return "{id}" in self.path

    @property
    def _takes_body(self) -> bool:
        return self.method in ("POST", "PATCH")

    def get_request_serializer(self) -> Any:
        body = self.view.bodies.get(self.view.action)
        return body or ({"application/json": EMPTY} if self._takes_body else None)

    def get_response_serializers(self) -> Any:
        action = self.view.action
        if action == "list":
            return page_of(self.view.serializer_class)
        if action == "destroy":
            return {204: None}
        answer = self.view.answers.get(action, self.view.serializer_class)
        return {201: answer} if action in ("create", "revise") else answer

    def get_override_parameters(self) -> list[Any]:
        parameters = [LANGUAGE, KEY] if self.method == "POST" else [LANGUAGE]
        if self.view.action == "list":
            parameters += list_parameters(self.view.definition)
        if not self._names_record:
            return parameters
        parameters.append(OpenApiParameter("id", self.view.id_type, OpenApiParameter.PATH))
        if self.view.versioned and self.method != "GET":
            parameters.append(IF_MATCH)
        if self.view.versioned and self.view.action == "retrieve":
            parameters.append(IF_NONE_MATCH)
        return parameters

    def get_description(self) -> str:  # type: ignore[override]
        method = getattr(self.view, self.view.action)
        return "\n\n".join(filter(None, [method.__doc__, f"A token needs the scope `{self.scope}`."]))

    def is_deprecated(self) -> bool:
        return self.view.action in self.view.deprecations

    def get_tags(self) -> list[str]:
        return [self._words()[0]]

    def get_operation_id(self) -> str:
        """The path of a verb says what is done."""
        action = self.view.action
        named = [action] if action in _UNNAMED or self.method == "PATCH" else []
        return "_".join([*self._words(), *named])

    def _words(self) -> list[str]:
        return self.path.removeprefix("/api/v1/").replace("{id}/", "").replace("-", "_").strip("/").split("/")

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        describe = describe_body if isinstance(serializer, Body) else describe_answer
        return describe(serializer, schema)

    def _add_headers(self, status: str, response: dict[str, Any]) -> None:
        headers: dict[str, Any] = {}
        if self.view.versioned and _shows_record(response) and self.view.action != "list":
            headers |= _ETAG
        if status == "201":
            headers |= _LOCATION
        if self.method == "POST":
            headers |= _REPLAYED
        if headers:
            response["headers"] = headers

    def _add_examples(self, operation: dict[str, Any]) -> None:
        example = example_of(operation["operationId"])
        bodies = {"request": operation.get("requestBody")}
        bodies |= dict.fromkeys(["answer"], next(iter(operation["responses"].values())))
        for name, body in bodies.items():
            for media_type in (body or {}).get("content", {}).values():
                if name in example:
                    media_type["example"] = example[name]

    def _refusals(self, operation: dict[str, Any]) -> list[str]:
        codes = [*refusals.ALWAYS, *self.view.refusals.get(self.view.action, ())]
        if any(parameter["in"] == "query" for parameter in operation["parameters"]):
            codes += refusals.JUDGED
        if self._takes_body:
            codes += refusals.WITH_BODY
        if self._names_record:
            codes += refusals.WITH_ID
        if self._names_record and self.view.versioned and self.method != "GET":
            codes += refusals.VERSIONED
        if self.method == "POST":
            codes += refusals.ONCE
        return codes


def _shows_record(response: dict[str, Any]) -> bool:
    """One record, or what became of it; no list, and not nothing."""
    return any(media_type["schema"].get("type") != "array" for media_type in response.get("content", {}).values())
