#!/usr/bin/env python3
"""Finds and closes deals, and follows what happens: made to be copied.
It needs `pip install requests`, and a token of the scopes read and close.

    export CRM_API=https://crm.example/api/v1 CRM_TOKEN=…
    python deals.py list 'view=my-open&rating=hot'
    python deals.py close ID won '{"actual_revenue": "1200.00", "close_quotes": "lost"}'
    python deals.py follow position.txt
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

Json = dict[str, Any]


class Refused(Exception):
    """`code` tells programs why, and never changes; the sentence is for people."""

    def __init__(self, problem: Json) -> None:
        super().__init__(f"{problem['code']}: {problem['detail']}")
        self.code: str = problem["code"]
        self.problem = problem


class Patience(Retry):
    """Sent again is what got no answer, what a proxy could not pass on, and what was
    answered with Retry-After: the API sends that with each refusal that passes by
    itself, and with no other.
    """

    RETRY_AFTER_STATUS_CODES = frozenset({409, 429, 503})


class Api:
    def __init__(self, url: str, token: str) -> None:
        patience = Patience(
            total=5,
            backoff_factor=0.5,
            backoff_jitter=0.5,
            status_forcelist=[502, 503, 504],
            allowed_methods=None,  # POST too: each has an Idempotency-Key
            raise_on_status=False,
        )
        self.url = f"{url.rstrip('/')}/"
        self.session = Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.session.mount(self.url, HTTPAdapter(max_retries=patience))

    def call(self, method: str, path: str, *, seconds: int = 10, **options: Any) -> Response:
        """Args: path: below the API's address, or a link of it. Raises: Refused."""
        url = urljoin(self.url, path)
        answer = self.session.request(method, url, timeout=(5, seconds), **options)
        if answer.headers.get("Content-Type") == "application/problem+json":
            raise Refused(answer.json())
        answer.raise_for_status()  # whoever answered, it was not the API
        return answer


def find_deals(api: Api, query: str) -> Iterator[Json]:
    """All pages of a list: what nobody changes meanwhile comes once."""
    path = f"opportunities/?{query}"
    while path:
        page = api.call("GET", path).json()
        yield from page["results"]
        path = page["next"]


def close_deal(api: Api, deal: str, outcome: str, values: Json) -> Json:
    """Close it as "won" or "lost": once, however often this is tried.

    Returns: the closing. Raises: Refused.
    """
    verb = f"opportunities/{deal}/close-as-{outcome}/"
    while True:
        try:
            headers = {
                "If-Match": check_deal(api, deal, outcome, values),
                "Idempotency-Key": str(uuid.uuid4()),
            }
            api.call("POST", verb, json=values, headers=headers)
            return closing_of(api, deal)
        except Refused as refused:
            if refused.code == "opportunity_already_closed":
                closing = closing_of(api, deal)
                if closing["outcome"] == outcome:
                    return closing  # by us, before an interruption, or by a colleague
            if refused.code != "stale":
                raise
            # Someone changed the deal after our check: look at it again.


def check_deal(api: Api, deal: str, outcome: str, values: Json) -> str:
    """The version of the deal, if it can be closed so. Raises: Refused."""
    answer = api.call("GET", f"opportunities/{deal}/close-check/?outcome={outcome}")
    check = answer.json()
    for refusal in check["refusals"]:
        is_about_quotes = refusal["code"] == "opportunity_has_open_quotes"
        if not (is_about_quotes and "close_quotes" in values):
            raise Refused(refusal | {"blocking_quotes": check["blocking_quotes"]})
    return answer.headers["ETag"]


def closing_of(api: Api, deal: str) -> Json:
    """The closing that counts; those of a deal that was reopened since are canceled."""
    query = {"opportunity": deal, "activity_status": "completed"}
    page = api.call("GET", "opportunity-closes/", params=query).json()
    return page["results"][0]


def follow(api: Api, file: Path) -> Iterator[Json]:
    """Every event after the stored position, without end; where none is stored, the
    events from now on.

    It is stored when the events before it were handled. Killed in between, you are
    given some again: know them by their `id`.
    """
    if not file.exists():
        store(file, api.call("GET", "events/?after=latest").json()["position"])
    while True:
        query = {"after": file.read_text().strip(), "wait": 30}
        feed = api.call("GET", "events/", params=query, seconds=60).json()
        yield from feed["results"]
        store(file, feed["position"])
        if not feed["results"]:
            time.sleep(1)


def store(file: Path, position: int) -> None:
    """Whole or not at all."""
    new = file.with_suffix(".new")
    new.write_text(f"{position}\n")
    new.replace(file)


def main(command: str, *arguments: str) -> None:
    api = Api(os.environ["CRM_API"], os.environ["CRM_TOKEN"])
    if command == "list":
        for deal in find_deals(api, arguments[0]):
            print(json.dumps(deal))
    elif command == "close":
        pk, outcome, values = (*arguments, "{}")[:3]
        print(json.dumps(close_deal(api, pk, outcome, json.loads(values))))
    elif command == "follow":
        for event in follow(api, Path(arguments[0])):
            print(json.dumps(event), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except Refused as refused:
        quotes = refused.problem.get("blocking_quotes", [])
        sys.exit(" ".join([str(refused), *(quote["number"] for quote in quotes)]))
