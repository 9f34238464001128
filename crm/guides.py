"""What the page of each refusal tells beyond its cause and cure: how one gets there, what to do step by step, and what
a client of the API does. `crm` explains the platform's refusals; the other applications theirs, in `problem_guides`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.errors import PROBLEMS, Problem, Refusal
from crm.types import Text


@dataclass(frozen=True, eq=False)
class Topic:
    """A heading of the list of refusals."""

    key: str
    label: Text
    order: int


@dataclass(frozen=True)
class Step:
    """One thing to do. `label` is that of the link to where it is done: the name of a page, and its query."""

    text: Text
    label: Text = ""
    page: str = ""
    query: str = ""
    args: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return f"{reverse(self.page, args=self.args)}{self.query}" if self.page else ""


@dataclass(frozen=True)
class Guide:
    """How a refusal is explained.

    Attributes:
        retry: what a client does with the same request.
        detail: a sentence as the refusal gives it; else the cause stands for one.
        facts: what the answer tells beside it, by example; FACTS says what they mean.
    """

    topic: Topic
    causes: tuple[Text, ...]
    steps: tuple[Step, ...]
    retry: Text
    detail: Text = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


ACCESS = Topic("access", _("Signing in and rights"), 30)
SENDING = Topic("sending", _("What was sent"), 40)
AT_ONCE = Topic("at-once", _("Others at work, and the server"), 50)

AS_IT_IS = _("Do not send it again as it is: the answer will be the same. Correct it first.")
READ_AGAIN = _("Read the record again, decide anew, and send the request for its present state and version.")
LATER = _("Send the same request again after the seconds that the header Retry-After names, and wait longer each time.")
NEVER = _("Do not send it again: what it asks for cannot be done to this record.")

GUIDES: dict[str, Guide] = {}
FACTS: dict[str, Text] = {
    "errors": _("For each field its sentences; all fields at once."),
    "version": _("The record's present version, for If-Match."),
}


def explain(**guides: Guide) -> None:
    """Each by the code of its problem."""
    GUIDES.update(guides)


@dataclass(frozen=True)
class Explained:
    """A refusal with all that is told of it."""

    problem: Problem
    guide: Guide | None

    @property
    def example(self) -> Refusal:
        if self.guide is None:
            return Refusal(self.problem.code)
        return Refusal(self.problem.code, self.guide.detail, **self.guide.facts)

    @property
    def facts(self) -> list[tuple[str, Text]]:
        return [(name, FACTS[name]) for name in self.guide.facts] if self.guide else []

    def has(self, words: list[str]) -> bool:
        """Does every word stand somewhere in it?"""
        guide = self.guide
        told = [self.problem.code, self.problem.title, self.problem.cause, self.problem.cure, self.problem.dynamics]
        told += [guide.detail, *guide.causes, *(step.text for step in guide.steps)] if guide else []
        text = " ".join(map(str, told)).lower()
        return all(word in text for word in words)


def explained(code: str) -> Explained:
    return Explained(PROBLEMS[code], GUIDES.get(code))


def by_topic(search: str = "") -> list[tuple[Topic, list[Explained]]]:
    """All refusals in which every word of the search stands, under their headings."""
    words = search.lower().split()
    found = [each for each in map(explained, PROBLEMS) if each.has(words)]
    topics = sorted({_topic(each) for each in found}, key=lambda topic: topic.order)
    return [(topic, [each for each in found if _topic(each) is topic]) for topic in topics]


def _topic(each: Explained) -> Topic:
    return each.guide.topic if each.guide else SENDING
