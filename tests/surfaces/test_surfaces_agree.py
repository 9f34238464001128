"""The same case through every door leaves the same rows, but for ids, times and origin."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import reverse

from crm.models import Event, User
from opportunities.models import Opportunity, OpportunityClose, OpportunityCompetitor
from quotes.models import Quote, QuoteClose
from tests.conftest import ApiClient
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote
from tests.pages.reading import send

pytestmark = pytest.mark.django_db

NOT_COMPARED = {"created_at", "modified_at", "closed_at", "reopened_at", "occurred_at", "origin", "position"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Scene:
    """One opportunity with what belongs to it, the same for each door."""

    def __init__(self, rep: User, account: Any, competitor: Any, states: tuple[str, ...], closed: bool) -> None:
        self.competitor = competitor
        self.opportunity = make_opportunity(
            rep, topic="Forty machines", account=account, estimated_revenue=Decimal("900.50"), probability=40
        )
        self.quotes = [make_quote(self.opportunity, state, name="Offer", total_amount=Decimal(100)) for state in states]
        if closed:
            close_won(self.opportunity)

    def rows(self) -> Any:
        """Everything stored of it, with ids and quote numbers replaced by the order in which they occur."""
        pk = self.opportunity.pk
        tables = (
            Opportunity.objects.filter(pk=pk),
            OpportunityCompetitor.objects.filter(opportunity=pk).order_by("pk"),
            OpportunityClose.objects.filter(opportunity=pk).order_by("closed_at", "pk"),
            Quote.objects.filter(opportunity=pk).order_by("number", "revision"),
            QuoteClose.objects.filter(opportunity=pk).order_by("number", "revision"),
            Event.objects.filter(group_id=pk).order_by("pk"),
        )
        stored = [[_compared(row) for row in table.values()] for table in tables]
        return _anonymous(json.dumps(stored, cls=DjangoJSONEncoder, sort_keys=True), known={self.competitor.pk})


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    # The number of a link row is no more than its place in the table.
    dropped = NOT_COMPARED | ({"id"} if isinstance(row.get("id"), int) else set())
    return {name: value for name, value in row.items() if name not in dropped}


def _anonymous(text: str, *, known: set[Any]) -> Any:
    names: dict[str, str] = {str(pk): "competitor" for pk in known}

    def named(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"#{len(names)}")

    return json.loads(re.sub(r"QUO-\d+", named, UUID.sub(named, text)))


def page(name: str, of: Callable[[Scene], Any] = lambda scene: scene.opportunity.pk, **typed: Any) -> Any:
    def through_page(client: Client, scene: Scene) -> None:
        values = {key: str(scene.competitor.pk) if value == "competitor" else value for key, value in typed.items()}
        response = send(client, reverse(name, args=[of(scene)]), **values)
        assert response.status_code == 302, response.content.decode()[:2000]

    return through_page


def api_call(path: str, of: Callable[[Scene], Any] = lambda scene: scene.opportunity.pk, **body: Any) -> Any:
    def through_api(client: ApiClient, scene: Scene) -> None:
        values = {key: str(scene.competitor.pk) if value == "competitor" else value for key, value in body.items()}
        response = client.post(path.format(of(scene)), values)
        assert response.status_code in (200, 201), response.content

    return through_api


def bulk(path: str, **body: Any) -> Any:
    def through_bulk(client: ApiClient, scene: Scene) -> None:
        values = {key: str(scene.competitor.pk) if value == "competitor" else value for key, value in body.items()}
        response = client.post(path, {"ids": [str(scene.opportunity.pk)]} | values)
        assert response.json()["refused"] == 0, response.content

    return through_bulk


def first_quote(scene: Scene) -> Any:
    return scene.quotes[0].pk


# name: the quotes' states, whether closed before, then the same deed for each door
CASES: dict[str, tuple[tuple[str, ...], bool, list[tuple[str, Any]]]] = {
    "won by default": (
        ("won",),
        False,
        [
            ("page", page("opportunity-close-as-won")),
            ("api", api_call("opportunities/{}/close-as-won/")),
            ("bulk", bulk("opportunities/bulk-close/", outcome="won")),
        ],
    ),
    "won with everything, quotes along": (
        ("draft", "active"),
        False,
        [
            (
                "page",
                page(
                    "opportunity-close-as-won",
                    actual_revenue="1,234.50",
                    close_date="2026-01-05",
                    competitor="competitor",
                    description="Well done",
                    close_quotes="canceled",
                ),
            ),
            *(
                (
                    door,
                    call(
                        path,
                        actual_revenue="1234.50",
                        close_date="2026-01-05",
                        competitor="competitor",
                        description="Well done",
                        close_quotes="canceled",
                        **more,
                    ),
                )
                for door, call, path, more in (
                    ("api", api_call, "opportunities/{}/close-as-won/", {}),
                    ("bulk", bulk, "opportunities/bulk-close/", {"outcome": "won"}),
                )
            ),
        ],
    ),
    "lost to a competitor": (
        (),
        False,
        [
            ("page", page("opportunity-close-as-lost", status_reason="5", competitor="competitor")),
            ("api", api_call("opportunities/{}/close-as-lost/", status_reason=5, competitor="competitor")),
            ("bulk", bulk("opportunities/bulk-close/", outcome="lost", status_reason=5, competitor="competitor")),
        ],
    ),
    "reopened": (
        ("won",),
        True,
        [
            ("page", page("opportunity-reopen", status_reason="2", reason="They called again")),
            ("api", api_call("opportunities/{}/reopen/", status_reason=2, reason="They called again")),
            ("bulk", bulk("opportunities/bulk-reopen/", status_reason=2, reason="They called again")),
        ],
    ),
    "quotes closed": (
        ("draft", "active", "won"),
        False,
        [
            ("page", page("opportunity-close-quotes", status_reason="5", description="Too dear")),
            ("api", api_call("opportunities/{}/close-quotes/", status_reason="lost", description="Too dear")),
            ("bulk", bulk("opportunities/bulk-close-quotes/", status_reason="lost", description="Too dear")),
        ],
    ),
    "quote activated": (
        ("draft",),
        False,
        [
            ("page", page("quote-activate", first_quote)),
            ("api", api_call("quotes/{}/activate/", first_quote)),
        ],
    ),
    "quote won, the others lost": (
        ("active", "draft"),
        False,
        [
            ("page", page("quote-win", first_quote, close_other_quotes="on")),
            ("api", api_call("quotes/{}/win/", first_quote, close_other_quotes=True)),
        ],
    ),
    "quote canceled": (
        ("active",),
        False,
        [
            ("page", page("quote-close", first_quote, status_reason="6")),
            ("api", api_call("quotes/{}/close/", first_quote, status_reason="canceled")),
        ],
    ),
    "quote revised": (
        ("active",),
        False,
        [
            ("page", page("quote-revise", first_quote)),
            ("api", api_call("quotes/{}/revise/", first_quote)),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_surfaces_agree(rep: User, browse: Any, api: Any, case: str) -> None:
    states, closed, doors = CASES[case]
    account, competitor = make_account("Contoso"), make_competitor("Rival")
    stored = {}
    for door, deed in doors:
        scene = Scene(rep, account, competitor, states, closed)
        before = scene.rows()
        deed(browse(rep) if door == "page" else api(rep), scene)
        stored[door] = scene.rows()
        assert stored[door] != before, f"{door} did nothing"
    for door, left in stored.items():
        assert left == stored["page"], door
