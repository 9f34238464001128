"""The parameters of operations: headers, and what lists are asked by."""

from collections.abc import Mapping
from typing import Any, Literal

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from crm.api import idempotency
from crm.keyset import MAX_ORDER_FIELDS
from crm.lists import MAX_PAGE_SIZE, MAX_SEARCH, PAGE_SIZE, ListDefinition

_HEADER: Literal["header"] = "header"
_TAGS = {"type": "string", "examples": ['"3"']}
LANGUAGE = OpenApiParameter(
    "Accept-Language", str, _HEADER, description="The language of texts: en or da; the user's own unless given."
)
IF_MATCH = OpenApiParameter(
    "If-Match", _TAGS, _HEADER, description='The version that the change is meant for: "3". Another one answers 412.'
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", _TAGS, _HEADER, description="The version already known; the answer is then 304."
)
KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "pattern": f"^{idempotency.KEY_FORM}$"},
    _HEADER,
    description="Sent again with the same key, the request is answered as it was the first time, and done once.",
)
SEARCH = OpenApiParameter(
    "search", {"type": "string", "maxLength": MAX_SEARCH}, description="Words; each begins a word of the record."
)
_PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}


def list_parameters(definition: ListDefinition) -> list[OpenApiParameter]:
    parameters = [
        OpenApiParameter("view", str, enum=list(definition.views), description="The first of the views unless given."),
        _any_of("ordering", _orders(definition), "The fields to order by, `-` before one for descending."),
        OpenApiParameter("page_size", _PAGE_SIZE),
        OpenApiParameter("cursor", str, description="Out of `next` or `previous`, for the same filters and ordering."),
        OpenApiParameter("count", OpenApiTypes.BOOL, description="Whether to count the rows of all pages."),
    ]
    if definition.search:
        parameters.append(SEARCH)
    return parameters + filter_parameters(definition.filters)


def filter_parameters(filters: type[django_filters.FilterSet]) -> list[OpenApiParameter]:
    return [_any_of(name, each.schema) for name, each in filters.base_filters.items()]


def _any_of(name: str, schema: Mapping[str, Any], text: str = "") -> OpenApiParameter:
    """Several values stand in one parameter, separated by commas."""
    explode = False if schema.get("type") == "array" else None
    return OpenApiParameter(name, dict(schema), explode=explode, description=text)


def _orders(definition: ListDefinition) -> dict[str, Any]:
    fields = [f"{sign}{name}" for name in definition.order_fields for sign in ("", "-")]
    items = {"type": "string", "enum": fields}
    return {"type": "array", "items": items, "minItems": 1, "maxItems": MAX_ORDER_FIELDS}
