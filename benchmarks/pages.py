"""What pages cost the server at volume: `python benchmarks/pages.py [OPPORTUNITIES] [ROUNDS]`.

It makes a database of its own beside that of DATABASE_URL, fills it, asks for each page and drops the database again.
Each line has the best of the rounds: the whole request, and what of it the processor spent in Python.
"""

import os
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.volume import fill
from crm.freshness import Shown
from crm.models import User
from opportunities.models import Account, Competitor, Opportunity

LIST = "/opportunities/"


def addresses(user: User) -> dict[str, str]:
    mine = Opportunity.objects.filter(owner=user).open()[0]
    fifty = ",".join(str(Shown(*row)) for row in Opportunity.objects.values_list("pk", "version")[:50])
    return {
        "my work": "/home/",
        "my team's work": "/home/?scope=team",
        "open opportunities": f"{LIST}?view=open",
        "closed opportunities": f"{LIST}?view=closed",
        "all opportunities": f"{LIST}?view=all",
        "my open opportunities": f"{LIST}?view=my-open",
        "my team's open opportunities": f"{LIST}?view=team-open",
        "a search": f"{LIST}?view=all&search=4711",
        "quotes": "/quotes/",
        "an opportunity": mine.get_absolute_url(),
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
    for name, address in addresses(user).items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200, address
        statements = len(captured)
        whole, python = map(min, zip(*(_seconds(client, address) for __ in range(rounds)), strict=True))
        print(f"{whole * 1000:7.1f} ms {python * 1000:7.1f} ms {statements:3} statements  {name}")


def _seconds(client: Client, address: str) -> tuple[float, float]:
    start = time.perf_counter(), time.process_time()
    client.get(address)
    return time.perf_counter() - start[0], time.process_time() - start[1]


if __name__ == "__main__":
    # Debugging keeps a log of the statements, which would be measured along.
    settings.DEBUG = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        measure(*[int(argument) for argument in sys.argv[1:]] or [100_000, 20])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
