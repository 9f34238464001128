"""What pages cost the server at volume: `python benchmarks/pages.py [OPPORTUNITIES] [ROUNDS]`.

It makes a database of its own beside that of DATABASE_URL, fills it, asks for each page and drops the database again.
Each line has the best of the rounds in milliseconds: what of a request the processor spent in Python; what it spent in
PostgreSQL, where Linux tells that of a server on this machine; both; and the clock on the wall. The last column is how
many times the cost of an opportunity's page that is. Run it as production runs: `DEBUG=0`, after `collectstatic`.
"""

import gzip
import os
import sys
import time
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
# The client here speaks no HTTPS.
os.environ.setdefault("INSECURE_HTTP", "1")
# Filling takes as long as it needs.
os.environ.setdefault("STATEMENT_TIMEOUT", "0")
# With what a server sets up beside Django.
import_module("crm.wsgi")

from django.conf import settings
from django.db import connection
from django.test import Client

from benchmarks.volume import fill
from crm.freshness import Shown
from crm.models import User
from opportunities.models import Account, Competitor, Opportunity

LIST = "/opportunities/"
RECORD = "an opportunity"


def addresses(user: User) -> dict[str, str]:
    mine = Opportunity.objects.filter(owner=user).open()[0]
    fifty = ",".join(str(Shown(*row)) for row in Opportunity.objects.values_list("pk", "version")[:50])
    return {
        RECORD: mine.get_absolute_url(),
        "my work": "/home/",
        "my team's work": "/home/?scope=team",
        "open opportunities": f"{LIST}?view=open",
        "closed opportunities": f"{LIST}?view=closed",
        "all opportunities": f"{LIST}?view=all",
        "my open opportunities": f"{LIST}?view=my-open",
        "my team's open opportunities": f"{LIST}?view=team-open",
        "sorted without an index": f"{LIST}?view=open&ordering=-estimated_revenue",
        "a search of few": f"{LIST}?view=all&search=4711",
        "a search of all": f"{LIST}?view=all&search=delivery",
        "quotes": "/quotes/",
        "is it still so": f"{LIST}freshness/?record={Shown(mine.pk, mine.version)}",
        "are fifty rows": f"{LIST}freshness/?rows={fifty}",
        "an account": f"/accounts/{Account.objects.all()[0].pk}/",
        "the win/loss analysis": "/reports/win-loss/",
        "the win/loss analysis of all time": "/reports/win-loss/?group_by=account",
        "a competitor": f"/competitors/{Competitor.objects.all()[0].pk}/",
    }


def measure(opportunities: int, rounds: int) -> None:
    start = time.perf_counter()
    user = fill(opportunities)
    print(f"{opportunities:,} opportunities with their closings and quotes: {time.perf_counter() - start:.0f} s")
    client = Client()
    client.force_login(user, backend="crm.authentication.UserBackend")
    with connection.cursor() as cursor:
        # What helpers do would be counted for nobody.
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    usual = 0.0
    print("python    pg   both   wall  statements  gzip  times")
    for name, address in addresses(user).items():
        statements, size = _look(client, address)
        python, database, wall = map(min, zip(*(_cost(client, address) for __ in range(rounds)), strict=True))
        both = python + database
        usual = usual or both
        print(
            f"{python:6.1f} {database:5.1f} {both:6.1f} {wall:6.1f} {statements:11} {size / 1000:5.1f} "
            f"{both / usual:6.2f}  {name}"
        )


def _look(client: Client, address: str) -> tuple[int, int]:
    """The number of statements and of bytes on the way."""
    asked: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        response = client.get(address)
    assert response.status_code == 200, address
    return len(asked), len(gzip.compress(response.content, 6))


def _cost(client: Client, address: str) -> tuple[float, float, float]:
    before = time.process_time(), _database_time(), time.perf_counter()
    client.get(address)
    after = time.process_time(), _database_time(), time.perf_counter()
    python, database, wall = ((end - start) * 1000 for start, end in zip(before, after, strict=True))
    return python, database, wall


def _database_time() -> float:
    """Seconds that the processor spent for this connection's server process; 0 where that cannot be seen."""
    try:
        scheduled = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(scheduled.split()[0]) / 1e9


if __name__ == "__main__":
    # Debugging keeps a log of the statements, which would be measured along.
    settings.DEBUG = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(*[int(argument) for argument in sys.argv[1:]] or [100_000, 20])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
