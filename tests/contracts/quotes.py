"""The verbs of quotes, and what every verb asks first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tests.contracts.records import (
    BLANK_QUOTE,
    DEFAULT_REASON,
    DENIED,
    NOT_FOUND,
    Opportunity,
    Outcome,
    Person,
    Quote,
    QuoteEnd,
    Reason,
    Record,
    Refused,
    has_come,
    invalid,
    is_amount,
    is_ancient,
    told_of,
)


class Rules:
    """All records, and what every verb asks first."""

    def __init__(
        self, people: Iterable[Person], reasons: Mapping[int, Reason], accounts: set[str], competitors: set[str]
    ) -> None:
        self.people = {person.name: person for person in people}
        self.reasons, self.accounts, self.competitors = reasons, accounts, competitors
        # What the administrator asks for now: a reason for reopening, and the field `budget` for closing as lost.
        self.asks_for = {"reason": False, "budget": False}
        self.opportunities: list[Opportunity] = []
        self.quotes: list[Quote] = []

    def owner(self, opportunity: Opportunity) -> Person:
        return self.people[opportunity.values["owner"]]

    def see(self, actor: Person, right: str, opportunity: Opportunity, *, of: Record, saw: int | None) -> Outcome:
        """May he find, and do this to, the record in the version that he saw?"""
        if not actor.reads or of.deleted:
            return NOT_FOUND
        if not actor.may(right, self.owner(opportunity)):
            return DENIED
        return self.fresh(of, saw)

    def fresh(self, record: Record, saw: int | None) -> Outcome:
        return None if saw in (None, record.version) else Refused("stale")

    def unchangeable(self, opportunity: Opportunity) -> Outcome:
        return None if opportunity.state == "open" else Refused("opportunity_closed")

    def _reason(self, code: int | None, state: str) -> Reason | None:
        reason = self.reasons.get(DEFAULT_REASON[state] if code is None else code)
        return reason if reason and reason.state == state and reason.active else None


class QuoteVerbs(Rules):
    """The verbs of quotes."""

    def create_quote(self, opportunity: Opportunity, values: Mapping[str, Any], *, actor: Person) -> Quote | Refused:
        refusal = self.see(actor, "edit", opportunity, of=opportunity, saw=None)
        if refusal == NOT_FOUND:
            return Refused("invalid", frozenset({"opportunity"}))
        refusal = refusal or self.unchangeable(opportunity) or self._wrong_quote(opportunity, BLANK_QUOTE, values)
        if refusal:
            return refusal
        return self._draft(Quote(opportunity, BLANK_QUOTE | told_of(values)), actor)

    def _draft(self, quote: Quote, actor: Person) -> Quote:
        quote.tell("created", actor)
        quote.opportunity.quotes.append(quote)
        self.quotes.append(quote)
        quote.label = f"quote {len(self.quotes)}"
        quote.opportunity.version += 1
        return quote

    def _wrong_quote(self, opportunity: Opportunity, present: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
        if given.get("currency", opportunity.currency) != opportunity.currency:
            return Refused("currency_mismatch")
        whole = present | told_of(given)
        begin, end, amount = whole["effective_from"], whole["effective_to"], whole["total_amount"]
        wrong = {
            "name": not 1 <= len(whole["name"].strip()) <= 300,
            "total_amount": amount is None or not is_amount(amount, opportunity.currency),
            "effective_from": is_ancient(begin),
            "effective_to": is_ancient(end) or bool(begin and end and end < begin),
        }
        return invalid({name for name, is_wrong in wrong.items() if is_wrong})

    def _refuses_quote(self, quote: Quote, actor: Person, saw: int | None, code: str, *states: str) -> Outcome:
        return (
            self.see(actor, "edit", quote.opportunity, of=quote, saw=saw)
            or self.unchangeable(quote.opportunity)
            or (None if quote.state in states else Refused(code))
        )

    def _refuses_of_active(self, quote: Quote, actor: Person, saw: int | None) -> Outcome:
        code = "quote_not_active" if quote.is_open else "quote_not_open"
        return self._refuses_quote(quote, actor, saw, code, "active")

    def edit_quote(self, quote: Quote, changes: Mapping[str, Any], *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self._refuses_quote(quote, actor, saw, "quote_not_draft", "draft") or self._wrong_quote(
            quote.opportunity, quote.values, changes
        )
        if not refusal and quote.values != quote.values | told_of(changes):
            quote.values |= told_of(changes)
            quote.change("updated", actor)
            quote.opportunity.version += 1
        return refusal

    def activate_quote(self, quote: Quote, *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self._refuses_quote(quote, actor, saw, "quote_not_draft", "draft")
        if not refusal:
            quote.state = "active"
            quote.change("activated", actor)
            quote.opportunity.version += 1
        return refusal

    def delete_quote(self, quote: Quote, *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self._refuses_quote(quote, actor, saw, "quote_not_draft", "draft")
        if not refusal:
            quote.delete(actor)
            quote.opportunity.quotes.remove(quote)
            quote.opportunity.version += 1
        return refusal

    def win_quote(self, quote: Quote, form: Mapping[str, Any], *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self._refuses_of_active(quote, actor, saw) or self._wrong_end(form, actor)
        if not refusal:
            others = [other for other in quote.opportunity.open_quotes if other is not quote]
            self._end_by(quote, "won", form, actor)
            for other in others if form.get("close_other_quotes") else []:
                self._end_by(other, "lost", form, actor)
            quote.opportunity.version += 1
        return refusal

    def close_quote(self, quote: Quote, form: Mapping[str, Any], *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self._refuses_quote(quote, actor, saw, "quote_not_open", "draft", "active") or self._wrong_end(
            form, actor
        )
        if not refusal:
            self._end_by(quote, form["status_reason"], form, actor)
            quote.opportunity.version += 1
        return refusal

    def revise_quote(self, quote: Quote, *, actor: Person, saw: int | None = None) -> Quote | Refused:
        refusal = self._refuses_of_active(quote, actor, saw)
        if refusal:
            return refusal
        self._end(quote, "revised", actor.today, "", actor)
        return self._draft(Quote(quote.opportunity, dict(quote.values), quote.revision + 1, quote.number), actor)

    def close_quotes(
        self, opportunity: Opportunity, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        refusal = self.refuses_close_quotes(opportunity, form, actor=actor, saw=saw)
        if not refusal:
            self._close_quotes(opportunity, form, actor)
        return refusal

    def refuses_close_quotes(
        self, opportunity: Opportunity, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        return (
            self.see(actor, "edit", opportunity, of=opportunity, saw=saw)
            or self.unchangeable(opportunity)
            or self._wrong_end(form, actor)
        )

    def _close_quotes(self, opportunity: Opportunity, form: Mapping[str, Any], actor: Person) -> None:
        opportunity.version += bool(opportunity.open_quotes)
        for quote in opportunity.open_quotes:
            self._end_by(quote, form["status_reason"], form, actor)

    def _wrong_end(self, form: Mapping[str, Any], actor: Person) -> Outcome:
        wrong = {
            "close_date": not has_come(form.get("close_date", actor.today), actor),
            "description": len(form.get("description", "")) > 2000,
        }
        return invalid({name for name, is_wrong in wrong.items() if is_wrong})

    def _end_by(self, quote: Quote, outcome: str, form: Mapping[str, Any], actor: Person) -> None:
        self._end(quote, outcome, form.get("close_date", actor.today), form.get("description", ""), actor)

    def _end(self, quote: Quote, outcome: str, close_date: date, description: str, actor: Person) -> None:
        quote.state = "won" if outcome == "won" else "closed"
        quote.end = QuoteEnd(outcome, close_date, description, actor.name)
        quote.change(outcome if outcome in ("won", "revised") else "closed", actor)
