"""What a page says, read from its HTML."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(response: HttpResponse, tag: str = "", **attributes: str) -> list[dict[str, str]]:
    """The attributes of the elements that have these, in the page's order; `_` in a name is a hyphen."""
    parser = _Elements()
    parser.feed(response.content.decode())
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return [found for name, found in parser.found if (not tag or name == tag) and wanted.items() <= found.items()]


def text_of(response: HttpResponse) -> str:
    """The visible words, with single spaces."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(bare))


def titles(response: HttpResponse) -> list[str]:
    """What stands in the first column of a list, after that which chooses rows."""
    page = re.sub(r"<td[^>]*check-cell.*?</td>", "", response.content.decode(), flags=re.DOTALL)
    rows = re.findall(r"<tr role=\"row\"[^>]*>\s*<td[^>]*>(.*?)</td>", page, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", row)).strip() for row in rows]


def column_labels(response: HttpResponse) -> list[str]:
    heads = re.findall(r"<th [^>]*>(.*?)</th>", response.content.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", head)).strip() for head in heads]


def inline_code(response: HttpResponse) -> list[Any]:
    """Whatever the content security policy would stop: scripts, styles and handlers within the page."""
    parser = _Elements()
    parser.feed(response.content.decode())
    return [
        (tag, attributes)
        for tag, attributes in parser.found
        if tag == "style"
        or (tag == "script" and "src" not in attributes)
        or "style" in attributes
        or any(name.startswith(("on", "hx-on")) for name in attributes)
        or attributes.get("href", "").startswith("javascript:")
    ]
