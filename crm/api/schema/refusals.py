"""Which refusals an operation can answer with, and what each looks like: the example of its page under /problems/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from crm.api import problems
from crm.errors import PASSING, PROBLEMS
from crm.guides import FACTS, explained

# Before any view looks: whoever asks, whatever for.
ALWAYS = (
    "malformed",
    "unauthenticated",
    "permission_denied",
    "not_acceptable",
    "throttled",
    "error",
    "unavailable",
)
JUDGED = ("invalid",)
WITH_BODY = ("invalid", "unsupported_media_type")
WITH_ID = ("not_found",)
VERSIONED = ("stale",)
ONCE = ("idempotency_in_progress", "idempotency_key_reused")

# The schemas of what a refusal tells beside its detail, by the names of `crm.guides.FACTS`.
FACT_SCHEMAS: dict[str, dict[str, Any]] = {
    "errors": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    },
    "version": {"type": "integer", "minimum": 1},
}


def responses(codes: Iterable[str]) -> dict[str, Any]:
    """References by status; those who can be told apart by nothing but their code share one."""
    by_status = sorted(set(codes), key=lambda code: (_status(code), code))
    return {
        str(status): {"$ref": f"#/components/responses/{'.'.join(group)}"}
        for status, group in groupby(by_status, _status)
    }


def components(description: Mapping[str, Any], request: Any) -> dict[str, dict[str, Any]]:
    """What the references of all operations lead to."""
    names = {
        response["$ref"].rpartition("/")[2]
        for path in description["paths"].values()
        for operation in path.values()
        for response in operation["responses"].values()
        if "$ref" in response
    }
    return {
        "responses": {name: _response(name.split(".")) for name in sorted(names)},
        "examples": {code: _example(code, request) for code in sorted(PROBLEMS)},
        "schemas": {"Problem": _problem()},
    }


def _status(code: str) -> int:
    return PROBLEMS[code].status


def _response(codes: list[str]) -> dict[str, Any]:
    told = {"status": {"const": _status(codes[0])}, "code": {"enum": codes}}
    content = {
        "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": told}]},
        "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
    }
    description = "\n".join(f"- `{code}`: {PROBLEMS[code].cause}" for code in codes)
    return {"description": description, "headers": _headers(codes), "content": {problems.MEDIA_TYPE: content}}


def _headers(codes: list[str]) -> dict[str, Any]:
    if codes == ["unauthenticated"]:
        return {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}}
    if not set(codes) & set(PASSING):
        return {}
    text = "After so many seconds the request may go."
    is_always = set(codes) <= set(PASSING)
    return {"Retry-After": {"required": is_always, "description": text, "schema": {"type": "integer", "minimum": 1}}}


def _example(code: str, request: Any) -> dict[str, Any]:
    return {"summary": str(PROBLEMS[code].title), "value": problems.body(explained(code).example, request)}


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    facts = {name: {"description": str(FACTS[name]), **schema} for name, schema in FACT_SCHEMAS.items()}
    return {
        "type": "object",
        "description": "A refusal (RFC 9457). Texts are in the language asked for; codes never change.",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "A page with cause and cure."},
            "title": text,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
            "detail": text,
            **facts,
        },
        "additionalProperties": False,
    }
