"""The domain's rules once more, in plain Python: what every deed must come to.

Written from the rules as people tell them and not from the product, which it may not import. Records are named by
words: a person by his username, an account or a competitor by its name. A verb changes the model and answers None,
or answers the refusal and changes nothing. Whatever `see` asks is asked first: who, then which version, then the
state, then the values, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.contracts.opportunities import OpportunityVerbs
from tests.contracts.records import MOST, Opportunity, Outcome, Person, Refused, invalid


class Model(OpportunityVerbs):
    """All records and the verbs on them."""

    # ── Many at once: what is wrong for all refuses the call, else each row stands for itself ───────────────────

    def bulk_close(
        self, rows: list[Opportunity], outcome: str, form: Mapping[str, Any], *, actor: Person, dry_run: bool
    ) -> list[Outcome] | Refused:
        wrong = self._wrong_form(outcome, form, actor)
        seen = [row for row in rows if actor.reads and not row.deleted]
        if "actual_revenue" in form:
            several = "currency" not in form and len({row.currency for row in seen}) > 1
            if several or not 0 <= form["actual_revenue"] <= MOST:
                wrong.add("actual_revenue")
        return (
            self._count(rows)
            or invalid(wrong)
            or self._each(
                rows,
                lambda row: self.refuses_close(row, outcome, form, actor=actor),
                lambda row: dry_run or self._close(row, outcome, form, actor),
            )
        )

    def bulk_reopen(
        self, rows: list[Opportunity], form: Mapping[str, Any], *, actor: Person, dry_run: bool
    ) -> list[Outcome] | Refused:
        return (
            self._count(rows)
            or invalid(self._wrong_reopening(form))
            or self._each(
                rows,
                lambda row: self.refuses_reopen(row, form, actor=actor),
                lambda row: dry_run or self._reopen(row, form, actor),
            )
        )

    def bulk_close_quotes(
        self, rows: list[Opportunity], form: Mapping[str, Any], *, actor: Person, dry_run: bool
    ) -> list[Outcome] | Refused:
        return (
            self._count(rows)
            or self._wrong_end(form, actor)
            or self._each(
                rows,
                lambda row: self.refuses_close_quotes(row, form, actor=actor),
                lambda row: dry_run or self._close_quotes(row, form, actor),
            )
        )

    def bulk_assign(
        self, rows: list[Opportunity], owner: str, *, actor: Person, dry_run: bool
    ) -> list[Outcome] | Refused:
        changes = {"owner": owner}
        unknown = () if self._new_owner(changes) else ("owner",)
        return (
            self._count(rows)
            or invalid(unknown)
            or self._each(
                rows,
                lambda row: self.refuses_edit(row, changes, actor=actor),
                lambda row: dry_run or self._edit(row, changes, actor),
            )
        )

    def _count(self, rows: list[Opportunity]) -> Outcome:
        """How many they are is the shape of the call, and judged before its values."""
        return None if rows else Refused("invalid", frozenset({"ids"}))

    def _each(
        self, rows: list[Opportunity], refuses: Callable[[Opportunity], Outcome], do: Callable[[Opportunity], object]
    ) -> list[Outcome]:
        """Answers once for a row that is named twice."""
        judged = [(row, refuses(row)) for row in dict.fromkeys(rows)]
        for row, refusal in judged:
            if not refusal:
                do(row)
        return [refusal for __, refusal in judged]
