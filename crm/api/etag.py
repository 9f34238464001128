"""A record's version as its entity tag: `ETag: "7"`."""

import re

from rest_framework.request import Request

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*(?:{_TAG}|$))*\s*")
_VERSION = re.compile(r'"([1-9][0-9]{0,9})"')


def etag(version: int) -> str:
    return f'"{version}"'


def expected_versions(request: Request) -> frozenset[int] | None:
    """The versions that If-Match lets pass; None means any. Weak and malformed tags match none."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    return frozenset(int(found[1]) for tag in _tags(header) if (found := _VERSION.fullmatch(tag)))


def is_known(version: int, request: Request) -> bool:
    """Does the reader have this version already? If-None-Match compares weakly: `W/"7"` knows version 7."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or etag(version) in (tag.removeprefix("W/") for tag in _tags(header))


def _tags(header: str) -> list[str]:
    return re.findall(_TAG, header) if _TAGS.fullmatch(header) else []
