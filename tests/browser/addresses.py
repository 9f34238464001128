"""The addresses of all pages, read from the URL conf: who adds a page adds it to the tests that walk them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from crm.help_pages import ARTICLES
from crm.models import Event, Token, User, Webhook
from crm.own_lists import SaveRequest, save_view
from crm.views import DialogPage
from crm.webhooks.sign import make_secret
from opportunities.sections import SECTIONS
from tests.factories import close_lost, make_account, make_competitor, make_opportunity, make_quote, reopen

# Programs ask the first; the second is Django's own.
ELSEWHERE = ("api/", "admin/")
# Data for scripts, deeds that are only sent, and steps that begin with a choice of rows (tests/browser/test_bulk.py).
NO_PAGES = re.compile(r"[a-z]+-freshness|choices-[a-z]+|sign-out|opportunity-undo-closing|opportunities-bulk-.*")
# What a page shows besides, by the query that asks for it.
VARIANTS = {
    "home": ["scope=team"],
    "opportunities": ["view=closed", "search=nothing", "colour=red", "rating=hot"],
    "opportunity": ["tab=quotes", "tab=activities", "tab=timeline"],
    "search": ["q=Espresso"],
}
# Values of what is neither a record nor a version of one.
WORDS: dict[str, Sequence[str]] = {
    "code": ["opportunity_has_open_quotes", "unsupported_media_type"],
    "section": list(SECTIONS),
    "slug": list(ARTICLES),
}


@dataclass(frozen=True)
class Route:
    """One address of the URL conf that has a name."""

    path: str
    name: str
    view: Any

    def is_dialog(self) -> bool:
        return isinstance(self.view, type) and issubclass(self.view, DialogPage)


def page_routes() -> list[Route]:
    return [route for route in _walk(get_resolver(), "") if not NO_PAGES.fullmatch(route.name)]


def _walk(resolver: URLResolver, above: str) -> Iterator[Route]:
    for each in resolver.url_patterns:
        path = above + str(each.pattern)
        if path.startswith(ELSEWHERE):
            continue
        if isinstance(each, URLResolver):
            yield from _walk(each, path)
        elif isinstance(each, URLPattern) and each.name:
            yield Route(path, each.name, getattr(each.callback, "view_class", None))


def page_addresses(records: dict[str, Any]) -> Iterator[str]:
    """Args: records: what a page shows, by its name, or else by the first part of its address."""
    for route in page_routes():
        for address in _reversed(route, records):
            yield address
            yield from (f"{address}?{query}" for query in VARIANTS.get(route.name, ()))


def _reversed(route: Route, records: dict[str, Any]) -> Iterator[str]:
    keywords = {}
    if "<uuid:pk>" in route.path:
        keywords["pk"] = records.get(route.name) or records[route.path.split("/")[0]]
    word = re.search(r"<slug:(\w+)>", route.path)
    if not word:
        yield reverse(route.name, kwargs=keywords)
        return
    for value in WORDS[word[1]]:
        yield reverse(route.name, kwargs=keywords | {word[1]: value})


def kind(address: str) -> str:
    """What opens there: `opportunity-assign`, or `opportunities?edit=filters`."""
    parts = urlsplit(address)
    asked = [f"{key}={value}" for key, value in parse_qsl(parts.query) if key in ("edit", "export")]
    return "?".join([resolve(parts.path).url_name or "", *asked])


def make_records(owner: User) -> dict[str, Any]:
    """A record for each kind of page, and another one where a page needs it in another state."""
    account, rival = make_account("Contoso"), make_competitor("Northwind", website="https://northwind.example/")
    values = {"account": account, "competitors": [rival]}
    sale = make_opportunity(owner, topic="Espresso for Contoso", description="Forty machines.", rating=1, **values)
    lost = make_opportunity(owner, topic="Espresso for Fabrikam", state="won", **values)
    quote = make_quote(reopen(lost).opportunity, "won")
    lost = close_lost(lost, competitor=rival, description="They were cheaper.").opportunity
    token, __ = Token.objects.issue_token(owner, name="Nightly report", created_by=owner)
    save_view("opportunities", SaveRequest("Hot ones", "rating=hot"), actor=owner)
    webhook = Webhook.objects.create(url="https://example.com/events", event_types=["quote.won"], secret=make_secret())
    told = Event.objects.latest("id")
    delivery = webhook.deliveries.create(event=told, group_id=told.group_id, position=1)
    delivery.attempts.create(status=500, answer="Try later.")
    draft = make_quote(sale).pk
    return {
        "opportunities": sale.pk,
        "opportunity-reopen": lost.pk,
        "opportunity-delete": make_opportunity(owner, topic="Never sent").pk,
        "accounts": account.pk,
        "account-delete": make_account("Without a sale").pk,
        "competitors": rival.pk,
        "competitor-delete": make_competitor("Never met").pk,
        "quotes": make_quote(sale, "active").pk,
        **dict.fromkeys(("quote-edit", "quote-activate", "quote-delete"), draft),
        "opportunity-closes": lost.close_id,
        "quote-closes": quote.quote_close.pk,
        "tokens": token.pk,
        "webhooks": webhook.pk,
        "webhook-deliveries": delivery.pk,
    }
