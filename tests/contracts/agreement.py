"""Do database and API say what the model says? Compared in the API's words."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

from crm.models import Event
from opportunities.models import (
    ActivityStatus,
    ForecastCategory,
    OpportunityClose,
    OpportunityCompetitor,
    Rating,
    SalesStage,
    State,
)
from opportunities.models import Opportunity as OpportunityRow
from quotes.models import Quote as QuoteRow
from quotes.models import QuoteClose
from quotes.states import QuoteOutcome, QuoteState, QuoteStatusReason
from tests.contracts.cast import Cast
from tests.contracts.model import Model
from tests.contracts.records import DECIMALS, Close, Opportunity, Quote, Record

Ids = dict[Record, UUID]
# What a close record keeps of each custom field beside its value.
CUSTOM = {"budget": {"type": "whole_number", "label_en": "Budget", "label_da": "Budget (da)", "place": 0}}
QUOTE_REASONS = {"draft": "DRAFT_IN_PROGRESS", "active": "ACTIVE_IN_PROGRESS"}


def amount(value: Decimal | int | None, currency: str) -> str | None:
    return None if value is None else f"{value:.{DECIMALS[currency]}f}"


def rows_agree(model: Model, ids: Ids, cast: Cast) -> None:
    opportunities = [each for each in model.opportunities if not each.deleted]
    quotes = [each for each in model.quotes if not each.deleted]
    closes = [_close(each, close, ids, cast) for each in opportunities for close in each.closes]
    ends = [_end(quote, ids, cast) for quote in quotes if quote.end]
    links = [(ids[each], cast.id_of(name)) for each in opportunities for name in each.values["competitors"]]
    events = [(ids[record], *event) for record in [*model.opportunities, *model.quotes] for event in record.events]
    by_id = {user.pk: name for name, user in cast.users.items()}

    assert _stored(OpportunityRow, "id") == {ids[each]: _opportunity(each, ids, cast) for each in opportunities}
    assert _stored(QuoteRow, "id") == {ids[each]: _quote(each, ids) for each in quotes}
    assert Counter(map(_frozen, _rows(OpportunityClose, closes))) == Counter(map(_frozen, closes))
    assert Counter(map(_frozen, _rows(QuoteClose, ends))) == Counter(map(_frozen, ends))
    assert Counter(OpportunityCompetitor.objects.values_list("opportunity", "competitor")) == Counter(links)
    told = Event.objects.values_list("record_id", "type", "version", "actor_id")
    assert Counter((*event, by_id[actor]) for *event, actor in told) == Counter(events)


def _rows(model: Any, like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    fields = list(like[0]) if like else ["pk"]
    return list(model.objects.values(*fields))


def _stored(model: Any, key: str) -> dict[UUID, dict[str, Any]]:
    fields = OPPORTUNITY_FIELDS if model is OpportunityRow else QUOTE_FIELDS
    return {row.pop(key): row for row in model.objects.values(key, *fields)}


def _frozen(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        (name, json.dumps(value, sort_keys=True) if isinstance(value, dict) else value) for name, value in row.items()
    )


OPPORTUNITY_FIELDS = (
    "topic",
    "account",
    "owner",
    "currency",
    "estimated_revenue",
    "estimated_close_date",
    "probability",
    "rating",
    "sales_stage",
    "description",
    "forecast_category",
    "status_reason",
    "state",
    "actual_revenue",
    "actual_close_date",
    "version",
)
QUOTE_FIELDS = (
    "number",
    "name",
    "total_amount",
    "effective_from",
    "effective_to",
    "opportunity",
    "currency",
    "revision",
    "state",
    "status_reason",
    "closed_on",
    "version",
)


def _opportunity(each: Opportunity, ids: Ids, cast: Cast) -> dict[str, Any]:
    values = {name: value for name, value in each.values.items() if name != "competitors"}
    return values | {
        "account": cast.id_of(values["account"]),
        "owner": cast.id_of(values["owner"]),
        "rating": Rating[values["rating"].upper()],
        "sales_stage": SalesStage[values["sales_stage"].upper()],
        "forecast_category": ForecastCategory[values["forecast_category"].upper()],
        "state": State[each.state.upper()],
        "actual_revenue": each.revenue,
        "actual_close_date": each.close_date,
        "version": each.version,
    }


def _quote(each: Quote, ids: Ids) -> dict[str, Any]:
    reason = each.end.outcome.upper() if each.end else QUOTE_REASONS[each.state]
    return each.values | {
        "opportunity": ids[each.opportunity],
        "currency": each.opportunity.currency,
        "number": each.number,
        "revision": each.revision,
        "state": QuoteState[each.state.upper()],
        "status_reason": QuoteStatusReason[reason],
        "closed_on": each.end.close_date if each.end else None,
        "version": each.version,
    }


def _close(each: Opportunity, close: Close, ids: Ids, cast: Cast) -> dict[str, Any]:
    told = dict(close.values)
    return {
        "opportunity": ids[each],
        "subject": told.pop("topic"),
        "outcome": State[close.outcome.upper()],
        **told,
        "custom": {name: CUSTOM[name] | {"value": value} for name, value in told["custom"].items()},
        "competitor": cast.id_of(told["competitor"]),
        "competitor_name": told["competitor"] or "",
        "closed_by": cast.id_of(close.closed_by),
        "activity_status": ActivityStatus.CANCELED if close.reopened_by else ActivityStatus.COMPLETED,
        "reopened_by": cast.id_of(close.reopened_by or None),
        "reopen_reason": close.reopen_reason,
    }


def _end(quote: Quote, ids: Ids, cast: Cast) -> dict[str, Any]:
    assert quote.end
    return {
        "quote": ids[quote],
        "opportunity": ids[quote.opportunity],
        "number": quote.number,
        "revision": quote.revision,
        "outcome": QuoteOutcome[quote.end.outcome.upper()],
        "currency": quote.opportunity.currency,
        "total_amount": quote.values["total_amount"],
        "close_date": quote.end.close_date,
        "description": quote.end.description,
        "closed_by": cast.id_of(quote.end.closed_by),
    }


# ── What the API answers ──────────────────────────────────────────────────────────────────────────────────────


def answer_agrees(record: Record, ids: Ids, cast: Cast) -> None:
    response = cast.reader.get(f"{'quotes' if record.kind == 'quote' else 'opportunities'}/{ids[record]}/")
    if record.deleted:
        assert response.status_code == 404
        return
    assert response["ETag"] == f'"{record.version}"'
    answer = response.json()
    expected = _quote_answer(record) if isinstance(record, Quote) else _opportunity_answer(record)
    assert {name: _short(answer[name]) for name in expected} == expected


def _short(value: Any) -> Any:
    """A related record by its name, a status reason by its code."""
    if isinstance(value, list):
        return [_short(each) for each in value]
    if isinstance(value, dict):
        return next(value[key] for key in ("code", "username", "name", "topic") if key in value)
    return value


def _opportunity_answer(each: Opportunity) -> dict[str, Any]:
    expected = each.values["estimated_close_date"]
    return each.values | {
        "estimated_revenue": amount(each.values["estimated_revenue"], each.currency),
        "estimated_close_date": expected and expected.isoformat(),
        "competitors": sorted(each.values["competitors"]),
        "state": each.state,
        "actual_revenue": amount(each.revenue, each.currency),
        "actual_close_date": each.close_date and each.close_date.isoformat(),
        "open_quotes": len(each.open_quotes),
        "version": each.version,
    }


def _quote_answer(each: Quote) -> dict[str, Any]:
    days = ("effective_from", "effective_to")
    return each.values | {
        **{day: each.values[day] and each.values[day].isoformat() for day in days},
        "total_amount": amount(each.values["total_amount"], each.opportunity.currency),
        "number": each.number,
        "revision": each.revision,
        "opportunity": each.opportunity.values["topic"],
        "currency": each.opportunity.currency,
        "state": each.state,
        "closed_on": each.end.close_date.isoformat() if each.end else None,
        "version": each.version,
    }


def activities_agree(model: Model, ids: Ids, cast: Cast) -> None:
    """The activities of each opportunity: its closings, the Completed one last, and the ends of its quotes."""
    for each in model.opportunities:
        if each.deleted:
            continue
        answer = cast.reader.get(f"opportunities/{ids[each]}/activities/", {"view": "all"}).json()
        told = Counter((activity["type"], activity["outcome"], activity["activity_status"]) for activity in answer)
        assert told == Counter(
            [
                *(
                    ("opportunity_close", close.outcome, "canceled" if close.reopened_by else "completed")
                    for close in each.closes
                ),
                *(("quote_close", quote.end.outcome, "completed") for quote in each.quotes if quote.end),
            ]
        )
