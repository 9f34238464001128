"""What the pages show of chosen opportunities: what would come of each, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.types import Text
from opportunities.actions import MAX_ROWS, RowResult
from opportunities.models import Opportunity

Deed = Callable[[Sequence[UUID]], list[RowResult]]
# Refused because it is done: nothing is left to do about these.
ALREADY: dict[str, Text] = {
    "opportunity_already_closed": _("Already closed"),
    "opportunity_already_open": _("Already open"),
}


class Fate(StrEnum):
    """The order is that of the page: what asks for something comes first."""

    REFUSED = "refused"
    ALREADY = "already"
    READY = "ready"
    DONE = "done"


@dataclass(frozen=True)
class Row:
    """One chosen opportunity; it is None where the user may not read it, or it is gone. `code` is of its refusal."""

    pk: UUID
    opportunity: Opportunity | None
    fate: Fate
    label: Text
    detail: str = ""
    code: str = ""


@dataclass(frozen=True)
class Words:
    """How a verb calls what it would do to a row, and what it did; `outcome` is that of the verbs that close."""

    ready: Text
    done: Text
    outcome: str = ""


def in_chunks(ids: Sequence[UUID], deed: Deed) -> list[RowResult]:
    """Results of any number of rows: no call takes more than MAX_ROWS."""
    starts = range(0, len(ids), MAX_ROWS)
    return [result for start in starts for result in deed(ids[start : start + MAX_ROWS])]


def find_rows(ids: Iterable[UUID], user: User) -> dict[UUID, Opportunity]:
    return Opportunity.objects.visible_to(user).for_record().in_bulk(list(ids))


def make_row(result: RowResult, opportunity: Opportunity | None, words: Words, *, done: bool, needless: Text) -> Row:
    """What a result means.

    Args:
        done: the result is of the deed itself, not of a dry run.
        needless: why the deed changes nothing of this row; empty where it does.
    """
    fate, label = _fate(result, words, done=done, needless=needless)
    code = result.refusal.code if result.refusal else ""
    return Row(result.id, opportunity, fate, label, str(result.detail), code)


def _fate(result: RowResult, words: Words, *, done: bool, needless: Text) -> tuple[Fate, Text]:
    if result.refusal:
        already = ALREADY.get(result.refusal.code)
        # Closed the other way is not what was asked for.
        is_so = already and result.refusal.facts.get("outcome", "") == words.outcome
        return (Fate.ALREADY, already) if already and is_so else (Fate.REFUSED, _("Refused"))
    if needless:
        return Fate.ALREADY, needless
    return (Fate.DONE, words.done) if done else (Fate.READY, words.ready)


def by_fate(rows: Iterable[Row]) -> list[Row]:
    """What asks for something first; rows of one fate as they came."""
    order = list(Fate)
    return sorted(rows, key=lambda row: order.index(row.fate))


def count_fates(rows: Iterable[Row]) -> dict[str, int]:
    counts = dict.fromkeys(map(str, Fate), 0)
    for row in rows:
        counts[row.fate] += 1
    return counts
