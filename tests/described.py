"""Holds what the API takes and answers to its description, the copy in `docs/openapi.json`.

Every test that calls the API is so a test of the contract: an answer that is not described, or a request that was
taken although the description forbids it, fails it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.http import HttpResponse
from jsonschema_rs import Draft202012Validator, Registry

COPY = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
_NAME = "https://crm.example/openapi.json"


@cache
def copy() -> dict[str, Any]:
    return json.loads(COPY.read_text())


def check_answer(method: str, url: str, body: Any, response: HttpResponse) -> None:
    """Args: body: what was sent: JSON as Python has it, or anything else, which is not looked at."""
    found = _find(method, urlsplit(url).path)
    if found is None:
        return
    path, operation = found
    status = str(response.status_code)
    where = f"{method} {path} → {status}"
    assert status in operation["responses"], f"{where} is not described: {response.content[:500]!r}"
    pointer, described = _response(path, method, operation, status)
    for name, header in described.get("headers", {}).items():
        assert name in response or not header.get("required"), f"{where} lacks the header {name}"
    _check_content(where, pointer, described, response)
    if response.status_code < 300 and isinstance(body, dict) and "requestBody" in operation:
        _check_request(where, path, method, body)


def _check_content(where: str, pointer: str, described: dict[str, Any], response: HttpResponse) -> None:
    content = described.get("content")
    if content is None:
        assert not response.content, where
        return
    media_type = response["Content-Type"].partition(";")[0]
    assert media_type in content, f"{where} is {media_type}"
    judge(where, f"{pointer}/content/{_escaped(media_type)}/schema", json.loads(response.content))


def _check_request(where: str, path: str, method: str, body: dict[str, Any]) -> None:
    pointer = f"#/paths/{_escaped(path)}/{method.lower()}/requestBody/content/application~1json/schema"
    judge(f"{where}, the request", pointer, json.loads(json.dumps(body, default=str)))


def judge(where: str, pointer: str, value: Any) -> None:
    errors = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in _at(pointer).iter_errors(value)
    ]
    assert errors == [], f"{where}: {errors}"


def _response(path: str, method: str, operation: dict[str, Any], status: str) -> tuple[str, dict[str, Any]]:
    response = operation["responses"][status]
    if "$ref" in response:
        return response["$ref"], copy()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return f"#/paths/{_escaped(path)}/{method.lower()}/responses/{status}", response


def operation_of(method: str, url: str) -> str:
    """The name of the operation."""
    found = _find(method, urlsplit(url).path)
    assert found, f"{method} {url}"
    return str(found[1]["operationId"])


def _find(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The operation, where the description knows it; literal paths come before those with an id."""
    for pattern, template in _patterns():
        if pattern.fullmatch(path):
            operation = copy()["paths"][template].get(method.lower())
            return (template, operation) if operation else None
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    templates = sorted(copy()["paths"], key=lambda path: ("{" in path, path))
    return [(re.compile(re.escape(each).replace(r"\{id\}", "[^/]+")), each) for each in templates]


@cache
def _at(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_NAME}{pointer}"}, validate_formats=True, registry=_registry())


@cache
def _registry() -> Registry:
    return Registry([(_NAME, copy())])


def _escaped(name: str) -> str:
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="")
