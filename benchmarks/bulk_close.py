"""What one bulk close costs beside as many single ones: `python benchmarks/bulk_close.py [ROWS] [SINGLES]`.

It makes a database of its own beside that of DATABASE_URL, commits really, and drops it again.
"""

import os
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings
from django.db import connection

from crm.models import BusinessUnit, User
from opportunities.actions import bulk_close, bulk_reopen, close_opportunity
from opportunities.models import Opportunity, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.models import Quote
from quotes.states import QuoteStatusReason

LOST = CloseRequest(outcome=Outcome.LOST, description="No budget", close_quotes=QuoteStatusReason.LOST)


def measure(rows: int, singles: int) -> None:
    actor = _actor()
    one_by_one = _seconds(lambda pks: [close_opportunity(pk, LOST, actor=actor) for pk in pks], _make(singles, actor))
    plain = _make(rows, actor)
    bulk = _seconds(lambda pks: bulk_close(pks, LOST, actor=actor), plain)
    again = _seconds(lambda pks: bulk_close(pks, LOST, actor=actor), plain)
    reopening = _seconds(lambda pks: bulk_reopen(pks, ReopenRequest(), actor=actor), plain)
    along = _seconds(lambda pks: bulk_close(pks, LOST, actor=actor), _make(rows, actor, quotes=2))
    ratio = (one_by_one / singles) / (bulk / rows)
    print(f"{singles} single closes: {one_by_one:.2f} s, {one_by_one / singles * 1000:.2f} ms each")
    print(f"one bulk close of {rows}: {bulk:.2f} s, {bulk / rows * 1000:.2f} ms each; {ratio:.1f} times as quick")
    print(f"closing them again, all refused: {again:.2f} s; reopening: {reopening:.2f} s")
    print(f"with two open quotes each closed along: {along:.2f} s")


def _seconds(deed: Callable[[list[UUID]], object], pks: list[UUID]) -> float:
    start = time.perf_counter()
    deed(pks)
    return time.perf_counter() - start


def _actor() -> User:
    unit = BusinessUnit.objects.create_unit("Benchmark")
    User.objects.create_user("benchmark", role_id="sales_manager", business_unit=unit)
    return User.objects.with_rights().get(username="benchmark")


def _make(number: int, owner: User, *, quotes: int = 0) -> list[UUID]:
    """Rows as the actions would make them, but for their events."""
    opportunities = Opportunity.objects.bulk_create(
        [Opportunity(topic=f"Deal {each}", owner=owner, estimated_revenue=Decimal(1000)) for each in range(number)]
    )
    Quote.objects.bulk_create(
        [
            Quote(
                opportunity=opportunity,
                currency=opportunity.currency,
                number=Quote.objects.next_number(),
                name="Offer",
                total_amount=Decimal(500),
            )
            for opportunity in opportunities
            for __ in range(quotes)
        ]
    )
    return [opportunity.pk for opportunity in opportunities]


if __name__ == "__main__":
    # Debugging keeps a log of the statements, which would be measured along.
    settings.DEBUG = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(*[int(argument) for argument in sys.argv[1:]] or [1000, 200])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
