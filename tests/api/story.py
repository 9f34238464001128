"""A story that calls every operation of the API once: what it sends and is answered are the examples of the
description."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

from django.urls import resolve

from crm.models import User
from crm.webhooks.worker import run_once
from tests.conftest import BASE, ApiClient
from tests.described import operation_of
from tests.factories import make_close_field

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEXT_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


class Story:
    """Attributes: told: the request and the answer of each operation, by the application whose view answers and by
    the operation's name; the first time counts.
    """

    def __init__(self, client: ApiClient, receiver_url: str) -> None:
        self.client, self.receiver_url = client, receiver_url
        self.told: dict[str, dict[str, Any]] = {}

    def get(self, path: str, query: dict[str, str] | None = None) -> Any:
        return self._tell("GET", path, None, self.client.get(path, query))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._tell("POST", path, body, self.client.post(path, body))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._tell("PATCH", path, body, self.client.patch(path, body))

    def delete(self, path: str) -> None:
        assert self.client.delete(path).status_code == 204

    def _tell(self, method: str, path: str, body: dict[str, Any] | None, response: Any) -> Any:
        assert response.status_code in (200, 201), response.content
        answer = response.json()
        request = {} if body is None else {"request": body}
        view = resolve(f"{BASE}{path}").func.cls
        examples = self.told.setdefault(view.__module__.partition(".")[0], {})
        examples.setdefault(operation_of(method, f"{BASE}{path}"), request | {"answer": answer})
        return answer

    def play(self, colleague: User) -> None:
        make_close_field("decision_maker", label_en="Decision maker")
        account = self.post("accounts/", {"name": "Alpine Ski House"})["id"]
        competitor = self.post("competitors/", {"name": "Fabrikam", "website": "https://fabrikam.example"})["id"]
        self._set_up_webhook()
        won = self._sell(account)
        self._offer(won)
        self._win(won)
        self._lose(account, competitor, colleague)
        self._edit_records(account, competitor)
        self._read_setup()
        self._be_told()

    def _set_up_webhook(self) -> None:
        types = ["opportunity.won", "opportunity.lost"]
        body = {"url": self.receiver_url, "event_types": types, "secret": SECRET}
        webhook = f"webhooks/{self.post('webhooks/', body)['id']}/"
        self.get(webhook)
        self.get("webhooks/")
        self.patch(webhook, {"event_types": [*types, "opportunity.reopened"]})
        self.post(f"{webhook}rotate-secret/", {"secret": NEXT_SECRET})
        self.post(f"{webhook}test/")

    def _sell(self, account: str) -> str:
        body = {
            "topic": "Forty coffee machines",
            "account": account,
            "currency": "EUR",
            "estimated_revenue": "1200.00",
            "estimated_close_date": "2026-12-15",
            "rating": "hot",
        }
        opportunity = f"opportunities/{self.post('opportunities/', body)['id']}/"
        self.get(opportunity)
        self.get("opportunities/", {"view": "my-open", "count": "true"})
        self.patch(opportunity, {"probability": 80, "sales_stage": "propose"})
        return opportunity

    def _offer(self, opportunity: str) -> None:
        ref = opportunity.split("/")[1]
        body = {"opportunity": ref, "name": "Forty machines", "total_amount": "1250.00", "effective_to": "2026-12-31"}
        quote = f"quotes/{self.post('quotes/', body)['id']}/"
        self.patch(quote, {"total_amount": "1240.00"})
        self.post(f"{quote}activate/")
        draft = f"quotes/{self.post(f'{quote}revise/')['quote']['id']}/"
        self.get(draft)
        self.get("quotes/", {"opportunity": ref})
        self.get(f"{opportunity}close-check/", {"outcome": "won"})
        self.post(f"{draft}activate/")
        self.post(f"{draft}win/", {"close_date": "2026-11-20", "description": "The smaller offer."})
        other = self.post("quotes/", {"opportunity": ref, "name": "Service for a year", "total_amount": "300.00"})
        self.post(f"quotes/{other['id']}/close/", {"status_reason": "canceled"})

    def _win(self, opportunity: str) -> None:
        body = {
            "actual_revenue": "1240.00",
            "close_date": "2026-11-20",
            "custom": {"decision_maker": "Anna Larsen"},
            "close_quotes": "lost",
        }
        closed = self.post(f"{opportunity}close-as-won/", body)
        self.get(f"opportunity-closes/{closed['opportunity_close']['id']}/")
        self.get("opportunity-closes/", {"outcome": "won"})
        self.get("quote-closes/", {"outcome": "won"})
        self.get(f"quote-closes/{self.get('quote-closes/')['results'][0]['id']}/")
        self.get(f"{opportunity}activities/")
        self.get(f"{opportunity}timeline/")
        self.get("reports/win-loss/", {"group_by": "owner"})

    def _lose(self, account: str, competitor: str, colleague: User) -> None:
        first, second = (
            self.post("opportunities/", {"topic": topic, "account": account, "currency": "EUR"})["id"]
            for topic in ("Ten grinders", "Espresso bar")
        )
        quote = {"opportunity": first, "name": "Ten grinders", "total_amount": "900.00"}
        self.post("quotes/", quote)
        self.post(f"opportunities/{first}/close-quotes/", {"status_reason": "lost"})
        self.post(f"opportunities/{first}/close-as-lost/", {"status_reason": 5, "competitor": competitor})
        self.post(f"opportunities/{first}/reopen/", {"reason": "They called again."})
        both = {"ids": [first, second]}
        self.post("quotes/", quote)
        self.post("opportunities/bulk-assign/", both | {"owner": str(colleague.pk)})
        self.post("opportunities/bulk-close/", both | {"outcome": "lost", "description": "The season is over."})
        self.post("opportunities/bulk-close-quotes/", both | {"status_reason": "canceled"})
        self.post("opportunities/bulk-reopen/", both | {"reason": "A new season."})
        self.delete(f"opportunities/{self.post('opportunities/', {'topic': 'A mistake'})['id']}/")

    def _edit_records(self, account: str, competitor: str) -> None:
        for path, change in (
            (f"accounts/{account}/", {"external_id": "C-1001"}),
            (f"competitors/{competitor}/", {"strengths": "Cheap service."}),
        ):
            self.patch(path, change)
            self.get(path)
            self.get(f"{path.split('/')[0]}/", {"count": "true"})

    def _read_setup(self) -> None:
        self.get("status-reasons/")
        self.get("status-reasons/5/")
        self.get("close-fields/")
        self.get("close-fields/decision_maker/")
        self.get("users/")
        self.get(f"users/{self.get('users/me/')['id']}/")
        self.patch("users/me/", {"language": "en", "time_zone": "Europe/Copenhagen"})
        self.get("events/", {"after": "0", "limit": "2"})

    def _be_told(self) -> None:
        run_once()
        delivery = self.get("webhook-deliveries/")["results"][-1]["id"]
        self.get(f"webhook-deliveries/{delivery}/")
        self.post(f"webhook-deliveries/{delivery}/redeliver/")


def same_each_time(told: dict[str, Any], receiver_url: str) -> dict[str, Any]:
    """Without what chance, sequences and addresses give: ids and numbers in the order in which they appear."""
    text = json.dumps(told, ensure_ascii=False)
    text = text.replace(receiver_url, "https://example.com/events").replace(
        "http://testserver", "https://crm.example.com"
    )
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", _numbered("018f3c1e-7a52-7c3b-9f0d-{:012x}"), text)
    text = re.sub(r"QUO-\d+", _numbered("QUO-{:06}"), text)
    text = re.sub(r'(?<=position": )\d+|(?<=position\\":)\d+', _numbered("{}"), text)
    text = re.sub(r"v1,[\w+/=]+", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", text)
    return json.loads(re.sub(r'(?<="milliseconds": )\d+', "12", text))


def _numbered(form: str) -> Callable[[re.Match[str]], str]:
    numbers, seen = count(1), {}

    def replace(found: re.Match[str]) -> str:
        if found[0] not in seen:
            seen[found[0]] = form.format(next(numbers))
        return seen[found[0]]

    return replace
