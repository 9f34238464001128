"""schemathesis makes requests from the description, good and bad ones, and holds the answers to it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import make_account, make_close_field, make_competitor, make_opportunity, make_quote

HERE = Path(__file__).parent
# Set, all phases go over all operations, with so many examples of each.
EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
CONFIG = ["schemathesis.toml"] if EXAMPLES else ["schemathesis.toml", "brief.toml"]
EXTENT = ["--max-examples", EXAMPLES] if EXAMPLES else ["--max-examples", "2", "--phases", "coverage,fuzzing"]


@pytest.fixture
def records(rep, hook):
    """Of every kind and state."""
    hook()
    make_close_field("budget", "decimal")
    make_close_field("next_step", "choice", options=("call", "visit"), shown_on=1)
    make_account("Alpine")
    make_competitor("Fabrikam")
    for state in ("won", "lost", "revised", "draft", "active"):
        make_quote(make_opportunity(rep), state)
    for state in ("won", "lost"):
        make_opportunity(rep, state=state)


@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(live_server, records, receiver, api, admin, token, tmp_path):
    config, description = tmp_path / "schemathesis.toml", tmp_path / "openapi.json"
    config.write_text("".join((HERE / name).read_text() for name in CONFIG))
    description.write_bytes(api(admin).get("/api/schema/").content)
    arguments = ["--config-file", config, "run", description, "--url", live_server.url, *EXTENT]
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *map(str, arguments)],
        cwd=HERE.parents[1],
        env=os.environ | {"TOKEN": token(admin), "RECEIVER": receiver.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
