"""Finds every text that the code marks for translation, without GNU gettext: the suite runs where it is absent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils.translation.template import templatize

# How many of the arguments are texts, and whether the first is a context.
_FUNCTIONS = {"gettext": (1, False), "ngettext": (2, False), "pgettext": (2, True), "npgettext": (3, True)}


class Message(NamedTuple):
    context: str | None
    text: str
    plural: str | None


def marked_messages() -> dict[Message, str]:
    """Each message with the place where it stands."""
    found: dict[Message, str] = {}
    root = Path(settings.BASE_DIR)
    for app in ("crm", "opportunities", "quotes"):
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for message in _in_python(path.read_text()):
                    found.setdefault(message, str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*.*")):
        for message in _in_template(path.read_text()):
            found.setdefault(message, str(path.relative_to(root)))
    return found


def _in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _message(node)


def _in_template(source: str) -> Iterator[Message]:
    # Django turns a template into calls of gettext among filler that is no Python: each call is parsed by itself.
    text = templatize(source)
    for match in re.finditer(r"\b(?:n?p?gettext|_)\(", text):
        for end in (other.end() for other in re.finditer(r"\)", text) if other.end() > match.end()):
            try:
                call = ast.parse(text[match.start() : end], mode="eval").body
            except SyntaxError:
                continue
            if isinstance(call, ast.Call):
                yield from _message(call)
            break


def _message(call: ast.Call) -> Iterator[Message]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    name = "gettext" if name == "_" else name.removesuffix("_lazy")
    if name not in _FUNCTIONS:
        return
    number, has_context = _FUNCTIONS[name]
    texts = [argument.value for argument in call.args[:number] if isinstance(argument, ast.Constant)]
    if len(texts) == number:
        context, *rest = texts if has_context else (None, *texts)
        yield Message(context, rest[0], rest[1] if len(rest) > 1 else None)
