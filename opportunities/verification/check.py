from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db import connection, transaction
from psycopg2.extras import Json

from crm.currencies import DECIMALS, MAX_AMOUNT
from crm.types import Text
from opportunities.models import ActivityStatus, ForecastCategory, Rating, SalesStage, State
from opportunities.models.choices import FORECAST_OF_OUTCOME, PROBABILITY_OF_OUTCOME
from quotes.states import OPEN_STATES, REASONS_OF_STATE, QuoteState, QuoteStatusReason


@dataclass(frozen=True)
class Check:
    """One rule. `sql` selects one column: the ids of the records that break it."""

    name: str
    rule: Text
    sql: str


@dataclass(frozen=True)
class Breach:
    check: Check
    ids: list[str]


def find_breaches(checks: Iterable[Check]) -> list[Breach]:
    """Ask all checks of one snapshot, so that what is being written meanwhile breaks nothing by halves."""
    breaches = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # nobody's transaction but ours: nothing was asked in it yet
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        for check in checks:
            cursor.execute(check.sql, PARAMETERS)
            ids = sorted({str(row[0]) for row in cursor.fetchall()})
            if ids:
                breaches.append(Breach(check, ids))
    return breaches


class _Jsonb(Json):  # type: ignore[misc]
    def getquoted(self) -> bytes:
        return bytes(super().getquoted()) + b"::jsonb"


def _words(choices: type[IntEnum]) -> _Jsonb:
    """The words of events and API by code, as JSON that SQL can look them up in."""
    return _Jsonb({str(choice.value): choice.name.lower() for choice in choices})


PARAMETERS: dict[str, Any] = {
    "open": State.OPEN,
    "won": State.WON,
    "lost": State.LOST,
    "completed": ActivityStatus.COMPLETED,
    "canceled": ActivityStatus.CANCELED,
    "last_open_forecast": ForecastCategory.OMITTED,
    "forecasts": _Jsonb({str(outcome.value): category.value for outcome, category in FORECAST_OF_OUTCOME.items()}),
    "probabilities": _Jsonb({str(outcome.value): percent for outcome, percent in PROBABILITY_OF_OUTCOME.items()}),
    "open_quote_states": OPEN_STATES,
    "quote_reasons": _Jsonb({str(state.value): [*map(int, reasons)] for state, reasons in REASONS_OF_STATE.items()}),
    "quote_won": QuoteStatusReason.WON,
    "revised": QuoteStatusReason.REVISED,
    "decimals": _Jsonb(DECIMALS),
    "max_amount": MAX_AMOUNT,
    "state_words": _words(State),
    "rating_words": _words(Rating),
    "stage_words": _words(SalesStage),
    "forecast_words": _words(ForecastCategory),
    "quote_state_words": _words(QuoteState),
}
