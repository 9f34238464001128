"""What the model of the rules knows: people and their roles, and the records, named by words."""

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


def told_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """A quote's currency is its opportunity's; it may be sent along, and is not stored."""
    return {key: value for key, value in values.items() if key != "currency"}


def is_amount(amount: Decimal | None, currency: str) -> bool:
    return amount is None or (0 <= amount <= MOST and amount == round(amount, DECIMALS[currency]))


def is_ancient(day: date | None) -> bool:
    return day is not None and day < EARLIEST


def has_come(day: date, actor: Person) -> bool:
    return EARLIEST <= day <= actor.today
