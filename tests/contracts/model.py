"""The domain's rules once more, in plain Python: what every deed must come to.

Written from the rules as people tell them and not from the product, which it may not import. Records are named by
words: a person by his username, an account or a competitor by its name. A verb changes the model and answers None,
or answers the refusal and changes nothing. Whatever `see` asks is asked first: who, then which version, then the
state, then the values, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

DECIMALS = {"USD": 2, "JPY": 0}
MOST = Decimal(10) ** 12
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Refused:
    code: str
    fields: frozenset[str] = frozenset()


Outcome = Refused | None
DENIED, NOT_FOUND = Refused("permission_denied"), Refused("not_found")


def invalid(fields: Iterable[str]) -> Outcome:
    return Refused("invalid", frozenset(fields)) if fields else None


def first(*refusals: Callable[[], Outcome]) -> Outcome:
    return next((refusal for ask in refusals if (refusal := ask())), None)


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Role:
    """How far each right reaches: "", own, unit, below or organization."""

    create: str = ""
    edit: str = ""
    reopen: str = ""


ROLES = {
    "sales_team_member": Role(),
    "salesperson": Role("own", "unit", "unit"),
    "sales_manager": Role("below", "below", "below"),
    "vice_president_of_sales": Role("organization", "organization", "organization"),
    "system_administrator": Role("organization", "organization", "organization"),
    # An organization's own role: reopening is a right of its own.
    "closer": Role("own", "unit", ""),
}


@dataclass(frozen=True)
class Person:
    """`unit` is the path of the business unit, `today` the day where he is."""

    name: str
    role: str
    unit: str
    today: date
    active: bool = True

    @property
    def reads(self) -> bool:
        return bool(self.role)

    def reach(self, right: str) -> str:
        return getattr(ROLES[self.role], right) if self.role else ""

    def may(self, right: str, owner: Person) -> bool:
        return {
            "": False,
            "own": owner == self,
            "unit": owner.unit == self.unit,
            "below": f"{owner.unit}/".startswith(f"{self.unit}/"),
            "organization": True,
        }[self.reach(right)]


@dataclass(frozen=True)
class Reason:
    state: str
    active: bool = True
    requires: str = ""


DEFAULT_REASON = {"open": 1, "won": 3, "lost": 4}


# ── Records ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(eq=False, repr=False)
class Record:
    """Its events are (type, version, actor); a deleted record keeps them, and nothing finds it any more."""

    kind: ClassVar[str]
    label: str = field(default="", init=False)
    version: int = field(default=1, init=False)
    deleted: bool = field(default=False, init=False)
    events: list[tuple[str, int, str]] = field(default_factory=list, init=False)

    def __repr__(self) -> str:
        return self.label

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """As hypothesis tells a story."""
        printer.text(self.label)

    def tell(self, verb: str, actor: Person) -> None:
        self.events.append((f"{self.kind}.{verb}", self.version, actor.name))

    def change(self, verb: str, actor: Person) -> None:
        self.version += 1
        self.tell(verb, actor)

    def delete(self, actor: Person) -> None:
        self.change("deleted", actor)
        self.deleted = True


@dataclass(eq=False)
class Close:
    """An Opportunity Close. `overwritten` is the forecast category and the probability from before."""

    outcome: str
    values: dict[str, Any]
    overwritten: tuple[str, int | None]
    closed_by: str
    reopened_by: str = ""
    reopen_reason: str = ""


@dataclass(eq=False)
class QuoteEnd:
    outcome: str
    close_date: date
    description: str
    closed_by: str


@dataclass(eq=False, repr=False)
class Quote(Record):
    """`number` is the product's to give; a revision has its predecessor's."""

    kind = "quote"

    opportunity: Opportunity
    values: dict[str, Any]
    revision: int = 0
    number: str = ""
    state: str = "draft"
    end: QuoteEnd | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("draft", "active")


@dataclass(eq=False, repr=False)
class Opportunity(Record):
    kind = "opportunity"

    values: dict[str, Any]
    quotes: list[Quote] = field(default_factory=list)
    closes: list[Close] = field(default_factory=list)
    state: str = "open"
    revenue: Decimal | None = None
    close_date: date | None = None

    @property
    def currency(self) -> str:
        return str(self.values["currency"])

    @property
    def open_quotes(self) -> list[Quote]:
        return [quote for quote in self.quotes if quote.is_open]


BLANK = {
    "topic": "",
    "account": None,
    "currency": "USD",
    "estimated_revenue": None,
    "estimated_close_date": None,
    "probability": None,
    "rating": "warm",
    "sales_stage": "qualify",
    "description": "",
    "forecast_category": "pipeline",
    "status_reason": 1,
    "competitors": frozenset(),
}
BLANK_QUOTE = {"name": "", "total_amount": None, "effective_from": None, "effective_to": None}


class Model:
    """All records and the verbs on them."""

    def __init__(
        self, people: Iterable[Person], reasons: Mapping[int, Reason], accounts: set[str], competitors: set[str]
    ) -> None:
        self.people = {person.name: person for person in people}
        self.reasons, self.accounts, self.competitors = reasons, accounts, competitors
        self.opportunities: list[Opportunity] = []
        self.quotes: list[Quote] = []

    def owner(self, opportunity: Opportunity) -> Person:
        return self.people[opportunity.values["owner"]]

    # ── What every verb asks first ───────────────────────────────────────────────────────────────────────────

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

    # ── Opportunities ────────────────────────────────────────────────────────────────────────────────────────

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
            and not _is_amount(whole["estimated_revenue"], whole["currency"]),
            "estimated_close_date": _is_ancient(whole["estimated_close_date"]),
            "probability": not 0 <= (whole["probability"] or 0) <= 100,
            "description": len(whole["description"]) > 2000,
            "forecast_category": whole["forecast_category"] not in forecasts,
            "competitors": not whole["competitors"] <= self.competitors,
        }
        return {name for name, is_wrong in wrong.items() if is_wrong}

    def _reason(self, code: int | None, state: str) -> Reason | None:
        reason = self.reasons.get(DEFAULT_REASON[state] if code is None else code)
        return reason if reason and reason.state == state and reason.active else None

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

    # ── Closing and reopening. What an administrator may ask for beyond this belongs into `_wrong_form` and
    #    `_wrong_reopening`: custom close fields, a reason that must be given. ─────────────────────────────────────

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
        return total if _is_amount(total, opportunity.currency) else None

    def _revenue(self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any]) -> Decimal | None:
        return form["actual_revenue"] if "actual_revenue" in form else self.default_revenue(opportunity, outcome)

    def _wrong_revenue(self, opportunity: Opportunity, outcome: str, form: Mapping[str, Any]) -> set[str]:
        revenue = self._revenue(opportunity, outcome, form)
        missing = revenue is None and outcome == "won"
        return {"actual_revenue"} if missing or not _is_amount(revenue, opportunity.currency) else set()

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
            "close_date": not _has_come(form.get("close_date", actor.today), actor),
        }
        return {name for name, is_wrong in wrong.items() if is_wrong}

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
        wrong = {
            "status_reason": not self._reason(form.get("status_reason"), "open"),
            "reason": len(form.get("reason", "")) > 2000,
        }
        return {name for name, is_wrong in wrong.items() if is_wrong}

    def _reopen(self, opportunity: Opportunity, form: Mapping[str, Any], actor: Person) -> None:
        close = opportunity.closes[-1]
        close.reopened_by, close.reopen_reason = actor.name, form.get("reason", "")
        opportunity.state, opportunity.revenue, opportunity.close_date = "open", None, None
        opportunity.values["status_reason"] = form.get("status_reason", DEFAULT_REASON["open"])
        opportunity.values["forecast_category"], opportunity.values["probability"] = close.overwritten
        opportunity.change("reopened", actor)

    # ── Quotes ───────────────────────────────────────────────────────────────────────────────────────────────

    def create_quote(self, opportunity: Opportunity, values: Mapping[str, Any], *, actor: Person) -> Quote | Refused:
        refusal = self.see(actor, "edit", opportunity, of=opportunity, saw=None)
        if refusal == NOT_FOUND:
            return Refused("invalid", frozenset({"opportunity"}))
        refusal = refusal or self.unchangeable(opportunity) or self._wrong_quote(opportunity, BLANK_QUOTE, values)
        if refusal:
            return refusal
        return self._draft(Quote(opportunity, BLANK_QUOTE | _told(values)), actor)

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
        whole = present | _told(given)
        begin, end, amount = whole["effective_from"], whole["effective_to"], whole["total_amount"]
        wrong = {
            "name": not 1 <= len(whole["name"].strip()) <= 300,
            "total_amount": amount is None or not _is_amount(amount, opportunity.currency),
            "effective_from": _is_ancient(begin),
            "effective_to": _is_ancient(end) or bool(begin and end and end < begin),
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
        if not refusal and quote.values != quote.values | _told(changes):
            quote.values |= _told(changes)
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
            "close_date": not _has_come(form.get("close_date", actor.today), actor),
            "description": len(form.get("description", "")) > 2000,
        }
        return invalid({name for name, is_wrong in wrong.items() if is_wrong})

    def _end_by(self, quote: Quote, outcome: str, form: Mapping[str, Any], actor: Person) -> None:
        self._end(quote, outcome, form.get("close_date", actor.today), form.get("description", ""), actor)

    def _end(self, quote: Quote, outcome: str, close_date: date, description: str, actor: Person) -> None:
        quote.state = "won" if outcome == "won" else "closed"
        quote.end = QuoteEnd(outcome, close_date, description, actor.name)
        quote.change(outcome if outcome in ("won", "revised") else "closed", actor)

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


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """A quote's currency is its opportunity's; it may be sent along, and is not stored."""
    return {key: value for key, value in values.items() if key != "currency"}


def _is_amount(amount: Decimal | None, currency: str) -> bool:
    return amount is None or (0 <= amount <= MOST and amount == round(amount, DECIMALS[currency]))


def _is_ancient(day: date | None) -> bool:
    return day is not None and day < EARLIEST


def _has_come(day: date, actor: Person) -> bool:
    return EARLIEST <= day <= actor.today
