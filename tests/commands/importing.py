"""Folders of small CSV files, and what the import says about them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

HEADER = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
)
WON = {
    "opportunity_id": "1C1I7A6R",
    "sales_agent": "Moses Frase",
    "product": "GTX Plus Basic",
    "account": "Cancity",
    "deal_stage": "Won",
    "engage_date": "2016-10-20",
    "close_date": "2017-03-01",
    "close_value": "1054",
}
LOST = WON | {"opportunity_id": "LOST", "deal_stage": "Lost", "close_value": "0"}
OPEN = WON | {"opportunity_id": "OPEN", "deal_stage": "Engaging", "close_date": "", "close_value": ""}
TEAMS = "sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\nAnna Snelling,Cara Losch,East\n"
ACCOUNTS = "account,sector\nCancity,retail\nIsdom,medical\n"
PRODUCTS = "product,series\nGTX Plus Basic,GTX\nGTX Pro,GTX\n"


@dataclass(frozen=True)
class Told:
    """What a run wrote; `error` is how it ended, empty where it went well."""

    lines: list[str]
    progress: str
    error: str

    @property
    def bad(self) -> list[str]:
        return [line for line in self.lines if ".csv, line " in line]


def write_folder(folder: Path, *rows: dict[str, str], **files: str) -> Path:
    """The pipeline with these rows, whose columns may be more than the header's; of the other files those given."""
    folder.mkdir(exist_ok=True)
    with (folder / "sales_pipeline.csv").open("w", newline="", encoding="utf-8") as file:
        columns = dict.fromkeys((*HEADER, *(column for row in rows for column in row)))
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    for name, text in {"sales_teams": TEAMS, "accounts": ACCOUNTS, "products": PRODUCTS, **files}.items():
        if text:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def many(count: int, **changes: str) -> list[dict[str, str]]:
    kinds = (WON, LOST, OPEN)
    return [kinds[number % 3] | {"opportunity_id": f"D{number:06}"} | changes for number in range(count)]


def run_import(path: Path, *arguments: str) -> Told:
    output, progress, error = StringIO(), StringIO(), ""
    try:
        call_command("import_opportunities", str(path), *arguments, stdout=output, stderr=progress)
    except CommandError as failure:
        error = str(failure)
    return Told(output.getvalue().splitlines(), progress.getvalue(), error)


def start_python(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """A process of its own on the database of the test."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    url = f"{server}/{connection.settings_dict['NAME']}"
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url},
        text=True,
        **options,
    )
