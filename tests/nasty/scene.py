"""A record for each deed, what its body needs beside the value that is tried, and where that is seen afterwards."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.apps import apps
from django.db import connection

from crm.models import User, Webhook
from crm.types import Values
from opportunities.close_fields.kinds import FieldType
from tests.factories import make_account, make_close_field, make_competitor, make_opportunity, make_quote

ADDRESS, SECRET = "https://93.184.216.34/x", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Get = Callable[[str], Values]
APPLICATIONS = ("crm", "opportunities", "quotes")
# Of the answer to a deed.
Shown = Callable[[Values, Get], Values]


class Scene:
    """Attributes:
    ids: which record a path is about.
    needed: of a body, where not all of it may be left out.
    """

    def __init__(self, actor: User) -> None:
        for number, kind in enumerate(FieldType.values):
            options = ("a", "b") if kind == FieldType.CHOICE else ()
            make_close_field(f"a_{kind}", kind, options=options, order=number)
        free, sale = make_opportunity(actor), make_opportunity(actor)
        lost = make_opportunity(actor, state="lost")
        draft, active = make_quote(sale), make_quote(sale, "active")
        webhook = Webhook.objects.create(url=ADDRESS, event_types=["quote.won"], secret=SECRET)
        self.ids: dict[str, UUID] = {
            "opportunities/{id}/": sale.pk,
            "opportunities/{id}/close-as-won/": free.pk,
            "opportunities/{id}/close-as-lost/": free.pk,
            "opportunities/{id}/close-check/": free.pk,
            "opportunities/{id}/activities/": lost.pk,
            "opportunities/{id}/close-quotes/": sale.pk,
            "opportunities/{id}/reopen/": lost.pk,
            "accounts/{id}/": make_account().pk,
            "competitors/{id}/": make_competitor().pk,
            "quotes/{id}/": draft.pk,
            "quotes/{id}/close/": draft.pk,
            "quotes/{id}/win/": active.pk,
            "webhooks/{id}/": webhook.pk,
            "webhooks/{id}/rotate-secret/": webhook.pk,
        }
        self.needed: dict[str, Values] = {
            "opportunities/": {"topic": "x"},
            "opportunities/{id}/close-quotes/": {"status_reason": "lost"},
            "opportunities/bulk-assign/": {"ids": [free.pk], "owner": actor.pk},
            "opportunities/bulk-close/": {"ids": [free.pk], "outcome": "won"},
            "opportunities/bulk-close-quotes/": {"ids": [sale.pk], "status_reason": "lost"},
            "opportunities/bulk-reopen/": {"ids": [lost.pk]},
            "accounts/": {"name": "x"},
            "competitors/": {"name": "x"},
            "quotes/": {"opportunity": sale.pk, "name": "x", "total_amount": "1"},
            "quotes/{id}/close/": {"status_reason": "lost"},
            "webhooks/": {"url": ADDRESS, "event_types": ["quote.won"]},
        }

    def address(self, path: str) -> str:
        return path.replace("{id}", str(self.ids.get(path)))

    def read_back(self, path: str, answer: Values, get: Get) -> Values:
        """The written values as another reader sees them afterwards."""
        collection, __, deed = path.replace("{id}/", "").strip("/").partition("/")
        if collection == "webhooks":
            return {"secret": Webhook.objects.get(pk=answer["id"]).secret, **get(f"webhooks/{answer['id']}/")}
        if deed in _SHOWN:
            return _SHOWN[deed](answer, get)
        return get(f"{collection}/{answer['id']}/")


def _close_of(kind: str, name: str) -> Shown:
    return lambda answer, get: get(f"{kind}/{answer[name]['id']}/")


def _newest_of(kind: str) -> Shown:
    return lambda answer, get: get(f"{kind}/?opportunity={_opportunity(answer)}&page_size=1")["results"][0]


def _opportunity(answer: Values) -> str:
    return (answer["opportunity"] if "opportunity" in answer else answer["results"][0])["id"]


def _reopening(answer: Values, get: Get) -> Values:
    close = _newest_of("opportunity-closes")(answer, get)
    return get(f"opportunities/{_opportunity(answer)}/") | {"reason": close["reopen_reason"]}


_SHOWN: dict[str, Shown] = {
    "me": lambda answer, get: get("users/me/"),
    "close-as-won": _close_of("opportunity-closes", "opportunity_close"),
    "close-as-lost": _close_of("opportunity-closes", "opportunity_close"),
    "bulk-close": _newest_of("opportunity-closes"),
    "close-quotes": _newest_of("quote-closes"),
    "bulk-close-quotes": _newest_of("quote-closes"),
    "win": _close_of("quote-closes", "quote_close"),
    "close": _close_of("quote-closes", "quote_close"),
    "reopen": _reopening,
    "bulk-reopen": _reopening,
    "bulk-assign": lambda answer, get: get(f"opportunities/{_opportunity(answer)}/"),
}


def fingerprint() -> list[tuple[str, int, int]]:
    """How many rows each table has, and a sum over all that stands in them."""
    models = [model for label in APPLICATIONS for model in apps.get_app_config(label).get_models()]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), sum(hashtext(to_jsonb(t)::text)::bigint) FROM {table} t"
                for table in sorted(model._meta.db_table for model in models)
            )
        )
        # Several processes may read the tables, and answer as they are done.
        return sorted(cursor.fetchall())
