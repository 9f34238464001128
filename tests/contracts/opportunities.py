"""The verbs of opportunities. Closing ends quotes along."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.contracts.quotes import QuoteVerbs
from tests.contracts.records import (
    BLANK,
    DECIMALS,
    DEFAULT_REASON,
    DENIED,
    Close,
    Opportunity,
    Outcome,
    Person,
    Refused,
    first,
    has_come,
    invalid,
    is_amount,
    is_ancient,
)


class OpportunityVerbs(QuoteVerbs):
    """Create, edit and delete; close and reopen."""

    def create(self, values: Mapping[str, Any], *, actor: Person) -> Opportunity | Refused:
        if not actor.reach("create") or not actor.may("create", self._new_owner(values) or actor):
            return DENIED
        whole = BLANK | {"owner": actor.name} | values
        wrong = invalid(self._wrong_values(whole, values, {}))
        if wrong:
            return wrong
        opportunity = Opportunity(whole)
        opportunity.tell("created", actor)
        self.opportunities.append(opportunity)
        opportunity.label = f"opportunity {len(self.opportunities)}"
        return opportunity

    def edit(
        self, opportunity: Opportunity, changes: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        refusal = self.refuses_edit(opportunity, changes, actor=actor, saw=saw)
        if not refusal:
            self._edit(opportunity, changes, actor)
        return refusal

    def refuses_edit(
        self, opportunity: Opportunity, changes: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        return first(
            lambda: self.see(actor, "edit", opportunity, of=opportunity, saw=None),
            lambda: self._refuses_owner(opportunity, changes, actor),
            lambda: self.fresh(opportunity, saw),
            lambda: self.unchangeable(opportunity),
            lambda: invalid(
                self._wrong_values(
                    opportunity.values | changes, changes, opportunity.values, fixed=bool(opportunity.quotes)
                )
            ),
        )

    def _edit(self, opportunity: Opportunity, changes: Mapping[str, Any], actor: Person) -> None:
        different = {key for key, value in changes.items() if opportunity.values[key] != value}
        if different:
            opportunity.version += 1
        if different - {"owner"}:
            opportunity.tell("updated", actor)
        if "owner" in different:
            opportunity.tell("assigned", actor)
        opportunity.values |= changes

    def _refuses_owner(self, opportunity: Opportunity, changes: Mapping[str, Any], actor: Person) -> Outcome:
        """Assigning creates a record for the new owner."""
        new = self._new_owner(changes)
        taken = new is None or new == self.owner(opportunity) or actor.may("create", new)
        return None if taken else DENIED

    def _new_owner(self, values: Mapping[str, Any]) -> Person | None:
        person = self.people.get(values.get("owner", ""))
        return person if person and person.active else None

    def _wrong_values(
        self, whole: Mapping[str, Any], given: Mapping[str, Any], present: Mapping[str, Any], *, fixed: bool = False
    ) -> set[str]:
        """`fixed`: quotes keep the currency. What stays need not be what could be chosen anew."""
        new = {key: value for key, value in given.items() if present.get(key) != value}
        forecasts = ("pipeline", "best_case", "committed", "omitted")
        wrong = {
            "topic": not 1 <= len(whole["topic"].strip()) <= 300,
            "account": new.get("account") not in (None, *self.accounts),
            "owner": "owner" in new and self._new_owner(new) is None,
            "status_reason": "status_reason" in new and not self._reason(new["status_reason"], "open"),
            "currency": whole["currency"] not in DECIMALS or (fixed and "currency" in new),
            "estimated_revenue": whole["currency"] in DECIMALS
            and not is_amount(whole["estimated_revenue"], whole["currency"]),
            "estimated_close_date": is_ancient(whole["estimated_close_date"]),
            "probability": not 0 <= (whole["probability"] or 0) <= 100,
            "description": len(whole["description"]) > 2000,
            "forecast_category": whole["forecast_category"] not in forecasts,
            "competitors": not whole["competitors"] <= self.competitors,
        }
        return {name for name, is_wrong in wrong.items() if is_wrong}

    def delete(self, opportunity: Opportunity, *, actor: Person, saw: int | None = None) -> Outcome:
        refusal = self.see(actor, "edit", opportunity, of=opportunity, saw=saw)
        if refusal:
            return refusal
        ever_closed = opportunity.closes or opportunity.state != "open"
        if ever_closed or any(quote.state != "draft" for quote in opportunity.quotes):
            return Refused("opportunity_not_deletable")
        for quote in opportunity.quotes:
            quote.delete(actor)
        opportunity.delete(actor)
        return None

    # ── Closing and reopening ────────────────────────────────────────────────────────────────────────────────

    def close(
        self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        refusal = self.refuses_close(opportunity, outcome, form, actor=actor, saw=saw)
        if not refusal:
            self._close(opportunity, outcome, form, actor)
        return refusal

    def refuses_close(
        self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        return first(
            lambda: self.see(actor, "edit", opportunity, of=opportunity, saw=saw),
            lambda: next(iter(self.against_closing(opportunity, actor, along="close_quotes" in form)), None),
            lambda: None if form.get("currency") in (None, opportunity.currency) else Refused("currency_mismatch"),
            lambda: invalid(self._wrong_form(outcome, form, actor) | self._wrong_revenue(opportunity, outcome, form)),
        )

    def against_closing(self, opportunity: Opportunity, actor: Person, *, along: bool = False) -> list[Refused]:
        """All that stands against it before the form is looked at; the close check tells all, closing the first."""
        against = {
            DENIED: not actor.may("edit", self.owner(opportunity)),
            Refused("opportunity_already_closed"): opportunity.state != "open",
            Refused("opportunity_has_open_quotes"): bool(opportunity.open_quotes) and not along,
        }
        return [refusal for refusal, stands in against.items() if stands]

    def default_revenue(self, opportunity: Opportunity, outcome: str) -> Decimal | None:
        if outcome == "lost":
            return None
        won = [quote.values["total_amount"] for quote in opportunity.quotes if quote.state == "won"]
        total = sum(won) if won else opportunity.values["estimated_revenue"]
        return total if is_amount(total, opportunity.currency) else None

    def _revenue(self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any]) -> Decimal | None:
        return form["actual_revenue"] if "actual_revenue" in form else self.default_revenue(opportunity, outcome)

    def _wrong_revenue(self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any]) -> set[str]:
        revenue = self._revenue(opportunity, outcome, form)
        missing = revenue is None and outcome == "won"
        return {"actual_revenue"} if missing or not is_amount(revenue, opportunity.currency) else set()

    def _wrong_form(self, outcome: str, form: Mapping[str, Any], actor: Person) -> set[str]:
        """What is wrong with it whatever it closes."""
        reason = self._reason(form.get("status_reason"), outcome)
        needed = reason.requires if reason else ""
        competitor, description = form.get("competitor"), form.get("description", "")
        known = self.competitors if actor.reads else set()
        wrong = {
            "status_reason": reason is None,
            "competitor": competitor not in (None, *known) or (needed == "competitor" and not competitor),
            "description": len(description) > 2000 or (needed == "description" and not description.strip()),
            "close_date": not has_come(form.get("close_date", actor.today), actor),
        }
        return {name for name, is_wrong in wrong.items() if is_wrong} | self._wrong_custom(outcome, form)

    def _wrong_custom(self, outcome: str, form: Mapping[str, Any]) -> set[str]:
        """`budget`, a whole number, is a field of closing as lost alone."""
        given = form.get("custom", {})
        wrong = set(given) - {"budget"} if outcome == "lost" else set(given)
        budget = given.get("budget")
        missing = budget is None and self.asks_for["budget"]
        if outcome == "lost" and (missing or not isinstance(budget, int | None)):
            wrong.add("budget")
        return {f"custom.{name}" for name in wrong}

    def _close(self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any], actor: Person) -> None:
        values = opportunity.values
        told = {
            "topic": values["topic"],
            "currency": opportunity.currency,
            "status_reason": form.get("status_reason", DEFAULT_REASON[outcome]),
            "actual_revenue": self._revenue(opportunity, outcome, form),
            "close_date": form.get("close_date", actor.today),
            "competitor": form.get("competitor"),
            "description": form.get("description", ""),
            "custom": {name: value for name, value in form.get("custom", {}).items() if value is not None},
        }
        for quote in opportunity.open_quotes:
            self._end(quote, form["close_quotes"], told["close_date"], told["description"], actor)
        overwritten = (values["forecast_category"], values["probability"])
        opportunity.closes.append(Close(outcome, told, overwritten, actor.name))
        opportunity.state = outcome
        opportunity.revenue, opportunity.close_date = told["actual_revenue"], told["close_date"]
        values["status_reason"] = told["status_reason"]
        values["forecast_category"], values["probability"] = outcome, 100 if outcome == "won" else 0
        values["competitors"] |= {told["competitor"]} - {None}
        opportunity.change(outcome, actor)

    def reopen(
        self, opportunity: Opportunity, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        refusal = self.refuses_reopen(opportunity, form, actor=actor, saw=saw)
        if not refusal:
            self._reopen(opportunity, form, actor)
        return refusal

    def refuses_reopen(
        self, opportunity: Opportunity, form: Mapping[str, Any], *, actor: Person, saw: int | None = None
    ) -> Outcome:
        return first(
            lambda: self.see(actor, "reopen", opportunity, of=opportunity, saw=saw),
            lambda: Refused("opportunity_already_open") if opportunity.state == "open" else None,
            lambda: invalid(self._wrong_reopening(form)),
        )

    def _wrong_reopening(self, form: Mapping[str, Any]) -> set[str]:
        reason = form.get("reason", "")
        wrong = {
            "status_reason": not self._reason(form.get("status_reason"), "open"),
            "reason": len(reason) > 2000 or (self.asks_for["reason"] and not reason.strip()),
        }
        return {name for name, is_wrong in wrong.items() if is_wrong}

    def _reopen(self, opportunity: Opportunity, form: Mapping[str, Any], actor: Person) -> None:
        close = opportunity.closes[-1]
        close.reopened_by, close.reopen_reason = actor.name, form.get("reason", "")
        opportunity.state, opportunity.revenue, opportunity.close_date = "open", None, None
        opportunity.values["status_reason"] = form.get("status_reason", DEFAULT_REASON["open"])
        opportunity.values["forecast_category"], opportunity.values["probability"] = close.overwritten
        opportunity.change("reopened", actor)
