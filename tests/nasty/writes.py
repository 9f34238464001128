"""Every deed of the API that takes a body, read from its code: a new field, or a new deed, joins by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework import serializers

from crm.api.bodies import Body
from opportunities.api.custom import CustomValuesField
from opportunities.models import CloseField

API = "api/v1/"


@dataclass(frozen=True)
class Write:
    """Attributes: path: with `{id}` where it is about one record."""

    method: str
    path: str
    body: type[Body]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def origin_of(self, field: str) -> tuple[type, str]:
        """The class that the body has the field from: several bodies may share it."""
        name = re.split(r"\W", field)[0]
        return [each for each in self.body.__mro__ if name in getattr(each, "_declared_fields", ())][-1], field

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Each field as `errors` names it; of a list also its items, as `name[]`."""
        inputs: dict[str, Any] = {}
        for name, field in self.body(context={"complete": True}).fields.items():
            inputs[name] = field
            if isinstance(field, serializers.ListField):
                inputs[f"{name}[]"] = field
            if isinstance(field, CustomValuesField):
                inputs |= {f"{name}.{each.name}": each for each in CloseField.objects.all()}
        return inputs


def writes() -> list[Write]:
    """Those about one record first."""
    found = [
        Write(method.upper(), path, view.cls.bodies[action])
        for path, view in views()
        for method, action in view.actions.items()
        if action in view.cls.bodies
    ]
    return sorted(found, key=lambda write: "bulk" in write.path)


def views() -> Iterator[tuple[str, Any]]:
    """Each viewset with its address below /api/v1/."""
    for path, view in _walk(get_resolver(), ""):
        if path.startswith(API) and hasattr(view, "actions"):
            yield path.removeprefix(API), view


def _walk(resolver: URLResolver, above: str) -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        path = above + re.sub(r"\^|\$|\\Z", "", re.sub(r"\(\?P<pk>[^)]*\)", "{id}", str(each.pattern)))
        if isinstance(each, URLResolver):
            yield from _walk(each, path)
        elif isinstance(each, URLPattern):
            yield path, each.callback
