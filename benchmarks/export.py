"""What a file of many rows costs beside one of few: `python benchmarks/export.py [FEW] [MANY]`.

It makes a database of its own beside that of DATABASE_URL and drops it again. Memory is the peak of what Python
allocates while the file is made; that slows it down, so the time is taken in a second run.
"""

import os
import sys
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.conf import settings
from django.db import connection
from django.http import QueryDict

from crm.exports import download, file_form
from crm.lists import select_rows
from crm.models import BusinessUnit, User
from opportunities.list_views import OPPORTUNITY_COLUMNS
from opportunities.lists import OPPORTUNITIES
from opportunities.models import Account, Opportunity


def measure(few: int, many: int) -> None:
    actor, account = _actor(), Account.objects.create(name="Firm")
    _make(few, actor, account)
    # What is imported and remembered once is no cost of a file.
    _export(actor)
    print(_told(few, few_peak := _peak(actor), _seconds(actor)))
    _make(many - few, actor, account)
    print(_told(many, many_peak := _peak(actor), _seconds(actor)))
    print(f"{many / few:.0f} times the rows take {many_peak / few_peak:.2f} times the memory")


def _told(rows: int, peak: int, seconds: float) -> str:
    return f"{rows:,} rows: {peak / 2**20:.1f} MiB at most, {seconds:.2f} s, {rows / seconds:,.0f} rows a second"


def _peak(actor: User) -> int:
    tracemalloc.start()
    _export(actor)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _seconds(actor: User) -> float:
    start = time.perf_counter()
    _export(actor)
    return time.perf_counter() - start


def _export(actor: User) -> None:
    selection = select_rows(OPPORTUNITIES, QueryDict("view=all"), actor)
    response = download(selection, OPPORTUNITY_COLUMNS, file_form(["shown"]))
    for __ in response:
        pass
    response.close()


def _actor() -> User:
    unit = BusinessUnit.objects.create_unit("Benchmark")
    User.objects.create_user("benchmark", role_id="sales_manager", business_unit=unit)
    return User.objects.with_rights().get(username="benchmark")


def _make(number: int, owner: User, account: Account) -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    Opportunity.objects.bulk_create(
        (
            Opportunity(
                topic=f"Deal {each}",
                account=account,
                owner=owner,
                estimated_revenue=Decimal(1000 + each),
                estimated_close_date=day + timedelta(days=each % 400),
            )
            for each in range(number)
        ),
        batch_size=5000,
    )


if __name__ == "__main__":
    # Debugging keeps a log of the statements, which would be measured along.
    settings.DEBUG = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(*[int(argument) for argument in sys.argv[1:]] or [1_000, 100_000])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
