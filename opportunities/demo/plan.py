"""The deals of two years, as a list of steps in the order of time: the same list on the same day.

Every deal is told to its end, and then everything that has not come yet is cut off. So the open deals are
simply those that are under way today, each with its quotes as far as they have come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.conf import settings

from crm.currencies import DECIMALS
from opportunities.demo import words
from opportunities.demo.company import (
    CUSTOMERS,
    LOCAL_CURRENCIES,
    MANAGERS,
    PRICE_LEVELS,
    RIVALS,
    SELLERS,
    Customer,
    Person,
    Rival,
)
from opportunities.demo.offers import Offers
from opportunities.models import ForecastCategory, Outcome, Rating, SalesStage
from quotes.states import QuoteStatusReason

SEED = 20_240_229
DEALS = 400
DAYS = 730
# Older deals are told in few words: entered late, at the stage that they had reached, mostly without quotes.
RECENT_DAYS = 160
ON_HOLD, WON, CANCELED, OUT_SOLD = 2, 3, 4, 5

# What a seller enters when a deal comes to a stage.
STAGES: dict[SalesStage, tuple[tuple[int, ...], ForecastCategory]] = {
    SalesStage.QUALIFY: ((5, 10, 15, 20), ForecastCategory.PIPELINE),
    SalesStage.DEVELOP: ((25, 30, 40), ForecastCategory.PIPELINE),
    SalesStage.PROPOSE: ((45, 50, 60), ForecastCategory.BEST_CASE),
    SalesStage.CLOSE: ((70, 80, 90), ForecastCategory.COMMITTED),
}


@dataclass(frozen=True)
class Step:
    """One deed: the verb is a method of `stage.Stage`, the actor a username, related records named by name."""

    moment: datetime
    deal: int
    verb: str
    actor: str
    values: Mapping[str, Any] = field(default_factory=dict)


def plan_deals(today: date) -> list[Step]:
    """Everything that has happened before today."""
    chance = Random(SEED)  # noqa: S311  a tale, not a secret
    midnight = datetime.combine(today, time(), UTC)
    steps = [step for number in range(DEALS) for step in Deal(number, chance, today).steps]
    return sorted((step for step in steps if step.moment < midnight), key=lambda step: (step.moment, step.deal))


class Deal:
    """One deal from first contact to its end, written down step by step; `moment` is how far the tale has come."""

    def __init__(self, number: int, chance: Random, today: date) -> None:
        self.number, self.chance = number, chance
        self.steps: list[Step] = []
        self.owner: Person = chance.choices(SELLERS, [person.share for person in SELLERS])[0]
        self.unit = self.owner.unit or ""
        self.actor = self.owner.username
        self.customer: Customer = chance.choice(CUSTOMERS[self.unit])
        self.currency = self._currency()
        self.product, self.amount = self._product()
        self.rivals: list[Rival] = self._rivals()
        self.won = self.happens(0.5 + self.owner.skill - sum(rival.threat for rival in self.rivals))
        self.cycle = chance.triangular(20, 260, 90)
        # A little more lately than long ago: the company grows.
        age = 2 + int(DAYS * chance.random() ** 1.35)
        self.recent = age < RECENT_DAYS
        self.moment = datetime.combine(today - timedelta(days=age), time(), UTC)
        self._tell()

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def wait(self, share: float) -> None:
        """Let a share of the deal's cycle pass."""
        self.moment += timedelta(days=self.cycle * share * self.chance.uniform(0.7, 1.3))

    def do(self, verb: str, *, actor: str = "", **values: Any) -> None:
        """Within working hours, later than the step before."""
        if self.moment.hour >= 16 or self.moment.weekday() >= 5:
            self.moment = _next_morning(self.moment)
        elif self.moment.hour < 8:
            self.moment = self.moment.replace(hour=8)
        self.moment += timedelta(minutes=self.chance.randint(3, 100), seconds=self.chance.randint(0, 59))
        self.steps.append(Step(self.moment, self.number, verb, actor or self.actor, values))

    def price(self, factor: float = 1.0) -> Decimal:
        """An amount near the deal's, as people write one down; now and then to the last decimal."""
        amount = self.amount * factor * PRICE_LEVELS.get(self.currency, 1)
        step = 10 ** max(len(str(int(amount))) - 3, 0)
        rounded = Decimal(max(round(amount / step), 1) * step)
        if DECIMALS[self.currency] and self.happens(0.12):
            return rounded + Decimal(self.chance.choice(("0.50", "12.75", "49.95", "80.40"))).quantize(
                Decimal(1).scaleb(-DECIMALS[self.currency])
            )
        return rounded

    def _currency(self) -> str:
        local, share = LOCAL_CURRENCIES.get(self.customer.country, ("", 0.0))
        return local if self.happens(share) else settings.DEFAULT_CURRENCY

    def _product(self) -> tuple[str, float]:
        danish = self.customer.country == "DK" and self.happens(0.45)
        products, scopes = (words.DANISH_PRODUCTS, words.DANISH_SCOPES) if danish else (words.PRODUCTS, words.SCOPES)
        (product, price), (scope, size) = self.chance.choice(products), self.chance.choice(scopes)
        return f"{product} – {scope}", price * size * self.chance.uniform(0.7, 1.4)

    def _rivals(self) -> list[Rival]:
        how_many = self.chance.choices((0, 1, 2), (40, 42, 18))[0]
        met = self.chance.choices(RIVALS, [rival.share for rival in RIVALS], k=how_many)
        return list(dict.fromkeys(met))

    def _tell(self) -> None:
        self._begin()
        if self.happens(0.01):
            self.do("delete")  # entered twice
            return
        self.wait(0.14)
        # Many deals that are lost are lost before anything is offered.
        if self.recent and (self.won or not self.happens(0.25)):
            self._maybe_reassign()
            self._advance_to(SalesStage.DEVELOP, share=0.1, told=0.35)
            self._offer()
        else:
            self.wait(0.6)
            if self.happens(0.1):
                self._offer()
        if not self.happens(0.07):  # else forgotten, open and overdue
            self._end()

    def _begin(self) -> None:
        stage = self._first_stage()
        probabilities, forecast = STAGES[stage]
        optimism = timedelta(days=self.cycle * self.chance.uniform(0.7, 1.25))
        self.do(
            "create",
            topic=self.product,
            account=self.customer.name,
            currency=self.currency,
            estimated_revenue=None if self.happens(0.06) else self.price(),
            estimated_close_date=(self.moment + optimism).date(),
            probability=None if self.happens(0.08) else self.chance.choice(probabilities),
            rating=self.chance.choices((Rating.HOT, Rating.WARM, Rating.COLD), (22, 58, 20))[0],
            sales_stage=stage,
            forecast_category=forecast,
            description=self.chance.choice(words.DESCRIPTIONS),
            competitors=[rival.name for rival in self.rivals],
        )

    def _first_stage(self) -> SalesStage:
        if self.recent:
            return SalesStage.QUALIFY
        return self.chance.choices(tuple(STAGES), (5, 10, 25, 60) if self.won else (35, 30, 22, 13))[0]

    def _advance_to(self, stage: SalesStage, *, share: float, told: float = 1.0) -> None:
        if self.happens(told):
            probabilities, forecast = STAGES[stage]
            values: dict[str, Any] = {"sales_stage": stage, "probability": self.chance.choice(probabilities)}
            if self.happens(0.3):
                values["estimated_revenue"] = self.price(self.chance.uniform(0.8, 1.2))
            if self.happens(0.2):
                later = timedelta(days=self.cycle * self.chance.uniform(0.3, 0.8))
                values["estimated_close_date"] = (self.moment + later).date()
            self.do("edit", forecast_category=forecast, **values)
        self.wait(share)

    def _maybe_reassign(self) -> None:
        if not self.happens(0.05):
            return
        others = [person for person in SELLERS if person.unit == self.unit and person is not self.owner]
        self.owner = self.chance.choice(others)
        self.do("edit", actor=MANAGERS[self.unit], owner=self.owner.username)
        self.actor = self.owner.username

    def _offer(self) -> None:
        if self.happens(0.1):
            self.do("edit", status_reason=ON_HOLD)
            self.wait(0.2)
        self._advance_to(SalesStage.PROPOSE, share=0.02, told=0.6)
        self.offers = Offers(self)
        if self.happens(0.92):
            self.offers.tell()
        else:
            self.wait(0.3)
        self._advance_to(SalesStage.CLOSE, share=0.3, told=0.45 if self.won else 0.2)

    def _end(self) -> None:
        offers = getattr(self, "offers", None)
        won_quote = offers.end() if offers else False
        self._close(won_quote=won_quote)
        if self.happens(0.06):
            self._think_again()

    def _close(self, *, won_quote: bool) -> None:
        boss = self.unit in MANAGERS and self.happens(0.12)
        actor = MANAGERS[self.unit] if boss else self.actor
        days_ago = self.chance.choices((0, 1, 3), (80, 14, 6))[0]
        values = self._won_values(won_quote) if self.won else self._lost_values()
        self.do("close", actor=actor, days_ago=days_ago, **values)

    def _won_values(self, won_quote: bool) -> dict[str, Any]:
        named = [rival.name for rival in self.rivals if self.happens(0.6)]
        return {
            "outcome": Outcome.WON,
            # With a won quote its total is the revenue, unless somebody typed another one.
            "actual_revenue": None if won_quote and not self.happens(0.1) else self.price(self.chance.uniform(0.9, 1)),
            "competitor": named[0] if named else None,
            "description": self.chance.choice(words.WON_NOTES),
        }

    def _lost_values(self) -> dict[str, Any]:
        beaten = bool(self.rivals) and self.happens(0.75)
        notes: Sequence[str] = words.OUTSOLD_NOTES if beaten else words.CANCELED_NOTES
        return {
            "outcome": Outcome.LOST,
            "status_reason": OUT_SOLD if beaten else CANCELED,
            "actual_revenue": Decimal(0) if self.happens(0.08) else None,
            "competitor": self.chance.choice(self.rivals).name if beaten else None,
            "description": self.chance.choice(notes),
            "close_quotes": QuoteStatusReason.LOST if beaten else QuoteStatusReason.CANCELED,
        }

    def _think_again(self) -> None:
        """Reopened; most of the time closed again, often the other way."""
        self.wait(0.15)
        self.do("reopen", reason=self.chance.choice(words.REOPEN_REASONS))
        self.wait(0.3)
        self.won = self.happens(0.3) if self.won else self.happens(0.55)
        if self.happens(0.8):
            self._close(won_quote=False)


def _next_morning(moment: datetime) -> datetime:
    moment = moment.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while moment.weekday() >= 5:
        moment += timedelta(days=1)
    return moment
