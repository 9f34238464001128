"""The programs of docs/clients as the help quotes them: read from the very files that are tested and copied."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

LANGUAGES = {".py": "Python", ".mjs": "JavaScript", ".sh": "bash"}
# A part begins at the margin after an empty line; brackets that close at the margin end the one before.
_BETWEEN = re.compile(r"\n{2,}(?=[^\s)}\]])")
_NAME = re.compile(r"(?m)^(?:async )?(?:class|const|def|function\*?) (\w+)|^(\w+)\(\) \{")


@dataclass(frozen=True)
class Program:
    """A program in one language."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def language(self) -> str:
        return LANGUAGES[self.path.suffix]

    @property
    def url(self) -> str:
        """Where the whole file is."""
        return static(f"{settings.CLIENTS.name}/{self.name}")

    def quote(self, names: Collection[str]) -> str:
        """The functions and classes of these names with the comments above them, or what stands at the beginning.

        Raises: LookupError, where it has none of them.
        """
        beginning, *parts = _BETWEEN.split(self.path.read_text(encoding="utf-8").strip())
        quoted = [part for part in parts if names_of(part) & set(names)] if names else [beginning]
        if not quoted:
            raise LookupError(f"{self.name} has none of {', '.join(names)}.")
        return "\n\n".join(quoted)


def names_of(part: str) -> set[str]:
    """What it defines; `closeDeal` goes by `close_deal` as well."""
    found = {name for match in _NAME.finditer(part) for name in match.groups() if name}
    return found | {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in found}


def programs(stem: str) -> list[Program]:
    """One subject in the languages that it is written in."""
    found = [settings.CLIENTS / f"{stem}{suffix}" for suffix in LANGUAGES]
    return [Program(path) for path in found if path.exists()]
