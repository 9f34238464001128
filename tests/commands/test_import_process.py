"""The import as a process of its own: killed on its way, and watched at its memory."""

import signal
import subprocess
import time

import pytest

from opportunities.models import Opportunity
from opportunities.verification import CHECKS, find_breaches
from tests.commands.importing import many, run_import, start_python, write_folder

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

# The most memory that the process ever had, in the last line.
MEASURED = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("import_opportunities", sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_killed_it_leaves_whole_batches_and_runs_again(tmp_path):
    folder = write_folder(tmp_path, *many(4000))
    process = start_python("manage.py", "import_opportunities", str(folder), stdout=subprocess.DEVNULL)
    _wait_for_some_opportunities()
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    left = Opportunity.objects.count()
    assert 0 < left < 4000
    assert left % 500 == 0
    assert find_breaches(CHECKS) == []
    told = run_import(folder)
    assert (told.bad, told.error) == ([], "")
    assert Opportunity.objects.count() == 4000
    assert find_breaches(CHECKS) == []


def _wait_for_some_opportunities() -> None:
    deadline = time.monotonic() + 60
    while not Opportunity.objects.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_memory_does_not_grow_with_the_file(tmp_path):
    short = _most_memory(write_folder(tmp_path / "short", *many(1000)))
    Opportunity.objects.update(external_id=None)
    long = _most_memory(write_folder(tmp_path / "long", *many(8000)))
    assert long < short * 1.1


def _most_memory(folder) -> int:
    process = start_python("-c", MEASURED, str(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output, __ = process.communicate(timeout=120)
    assert process.returncode == 0
    return int(output.splitlines()[-1])


def test_two_at_once_import_every_deal_once(tmp_path):
    folder = write_folder(tmp_path, *many(1200))
    command = ("manage.py", "import_opportunities", str(folder))
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [start_python(*command, **options) for __ in range(2)]
    for process in both:
        __, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert Opportunity.objects.count() == 1200
    assert find_breaches(CHECKS) == []
