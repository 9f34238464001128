"""How the programs of docs/clients are run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import playwright
from django.conf import settings

from tests.webhooks.receiver import eventually

CLIENTS = ("deals.py", "deals.mjs", "deals.sh")
RECEIVERS = ("webhook_receiver.py", "webhook_receiver.mjs")
INTERPRETERS = {
    ".py": sys.executable,
    # The one that Playwright brings along, unless it is told of another: nobody need install it.
    ".mjs": os.environ.get("PLAYWRIGHT_NODEJS_PATH", str(Path(playwright.__file__).parent / "driver" / "node")),
    ".sh": "bash",
}
SECONDS = 60


class Program:
    """One of them as a process. What it prints goes into files, so that nobody waits for a line that never comes."""

    def __init__(self, name: str, *arguments: str, folder: Path, **environment: str) -> None:
        path = settings.CLIENTS / name
        self.printed, self.complaints = folder / "printed", folder / "complaints"
        with self.printed.open("w") as printed, self.complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [INTERPRETERS[path.suffix], str(path), *arguments],
                env={"PATH": os.environ["PATH"], **environment},
                stdout=printed,
                stderr=complaints,
                # With its own children, such as curl.
                start_new_session=True,
            )

    def end(self) -> tuple[int, Any, str]:
        """When it does so by itself: exit code, what it printed as JSON, what it complained of."""
        code, printed = self.process.wait(SECONDS), self.printed.read_text()
        return code, json.loads(printed) if printed else None, self.complaints.read_text()

    def line(self, number: int) -> str:
        """The line that it prints, sooner or later."""
        eventually(lambda: self.printed.read_text().count("\n") > number, SECONDS)
        return self.printed.read_text().splitlines()[number]

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
