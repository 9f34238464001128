"""The OpenAPI description: what the views say of themselves, and what is the same for all."""

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from crm.api.answers import page_of
from crm.errors import PROBLEMS
from crm.lists import MAX_PAGE_SIZE, PAGE_SIZE, ListDefinition
from crm.models import Scope

_HEADER: Literal["header"] = "header"
_LANGUAGE = OpenApiParameter("Accept-Language", str, _HEADER, description="The language of texts: en or da.")
_IF_MATCH = OpenApiParameter(
    "If-Match", str, _HEADER, description='The version that the change is meant for: "3". Another one answers 412.'
)
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, _HEADER, description="The version already known; the answer is then 304."
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    _HEADER,
    description="Sent again with the same key, the request is answered as it was the first time, and done once.",
)
_PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}


class ApiSchema(AutoSchema):
    """Reads `bodies`, `answers` and `definition` of the viewsets."""

    view: Any

    def get_request_serializer(self) -> Any:
        return self.view.bodies.get(self.view.action)

    def get_response_serializers(self) -> Any:
        action = self.view.action
        if action == "list":
            return page_of(self.view.serializer_class)
        if action == "destroy":
            return {204: None}
        answer = self.view.answers.get(action, self.view.serializer_class)
        return {201: answer} if action in ("create", "revise") else answer

    def get_override_parameters(self) -> list[Any]:
        parameters = [_LANGUAGE, _KEY] if self.method == "POST" else [_LANGUAGE]
        if self.view.action == "list":
            parameters += list_parameters(self.view.definition)
        if "{id}" not in self.path:
            return parameters
        parameters.append(OpenApiParameter("id", self.view.id_type, OpenApiParameter.PATH))
        if self.view.versioned and self.method != "GET":
            parameters.append(_IF_MATCH)
        if self.view.versioned and self.view.action == "retrieve":
            parameters.append(_IF_NONE_MATCH)
        return parameters

    def get_description(self) -> str:  # type: ignore[override]
        method = getattr(self.view, self.view.action)
        scope = Scope.READ if self.method == "GET" else self.view.needed_scope()
        return "\n\n".join(filter(None, [method.__doc__, f"A token needs the scope `{scope}`."]))

    def is_deprecated(self) -> bool:
        return self.view.action in self.view.deprecations

    def get_tags(self) -> list[str]:
        return [self._words()[0]]

    def get_operation_id(self) -> str:
        return "_".join([*self._words(), self.view.action])

    def _words(self) -> list[str]:
        return self.path.removeprefix("/api/v1/").replace("{id}/", "").replace("-", "_").strip("/").split("/")


def list_parameters(definition: ListDefinition) -> list[OpenApiParameter]:
    parameters = [
        OpenApiParameter("view", str, enum=list(definition.views)),
        OpenApiParameter("ordering", str, description=f"Up to three of: {', '.join(definition.order_fields)}."),
        OpenApiParameter("page_size", _PAGE_SIZE),
        OpenApiParameter("cursor", str),
        OpenApiParameter("count", OpenApiTypes.BOOL),
    ]
    if definition.search:
        parameters.append(OpenApiParameter("search", str))
    return parameters + [OpenApiParameter(name, str) for name in definition.filters.base_filters]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Changes need X-CSRFToken."}


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Every operation may answer with a problem instead."""
    result["components"]["schemas"]["Problem"] = _problem()
    refusal = {
        "description": "A refusal; `code` says which.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = refusal
    return result


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "detail": text,
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": text}},
            "blocking_quotes": {"type": "array", "items": {"type": "object"}},
            "closed_by": {"type": "object"},
            "closed_at": {"type": "string", "format": "date-time"},
            "outcome": {"type": "string", "enum": ["won", "lost"]},
            "version": {"type": "integer"},
        },
    }
