"""`manage.py import_opportunities PATH`: deals from another system's CSV files; it can always be run again."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.management.commands.create_token import find_active_user
from crm.models import User
from opportunities.imports import ImportFailed, Report, import_opportunities


class Command(BaseCommand):
    help = (
        "Import deals from a folder with sales_pipeline.csv and, where there are, sales_teams.csv, accounts.csv and "
        "products.csv; or from one pipeline file. Rows that are here already are left as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="the folder, or the pipeline file")
        parser.add_argument("--actor", metavar="USERNAME", help="who records and closes the deals (a user “import”)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")

    def handle(self, *, path: Path, actor: str | None, dry_run: bool, **options: Any) -> None:
        report = Report(_Teller(self.stdout, self.stderr))
        user = User.objects.with_rights().get(pk=find_active_user(actor).pk) if actor else None
        try:
            import_opportunities(path, report, actor=user, dry_run=dry_run)
        except ImportFailed as error:
            raise CommandError(_failure(str(error), 0 if dry_run else report.created)) from error
        self.stdout.write(_summary(report, dry_run))
        if report.bad:
            raise CommandError(_bad_rows(report.bad))


class _Teller:
    """Rows on stdout; how far it is on stderr: one line that changes on a terminal, else a line now and then."""

    def __init__(self, stdout: OutputWrapper, stderr: OutputWrapper) -> None:
        self._stdout, self._stderr = stdout, stderr
        self._started = self._told = time.monotonic()

    def line(self, text: str) -> None:
        self._stdout.write(text)

    def note(self, text: str) -> None:
        self._stderr.write(text, style_func=str)

    def progress(self, report: Report) -> None:
        now = time.monotonic()
        is_last, terminal = report.share_read >= 1, self._stderr.isatty()
        if terminal or is_last or report.rows <= 500 or now - self._told >= 2:
            self._told = now
            ending = "\r" if terminal and not is_last else "\n"
            self._stderr.write(_progress(report, now - self._started), style_func=str, ending=ending)


def _progress(report: Report, seconds: float) -> str:
    return _(
        "%(percent)d%%, %(rows)d rows: %(created)d new, %(known)d here already, %(bad)d bad; %(pace)d a second"
    ) % {
        "percent": report.share_read * 100,
        "rows": report.rows,
        "created": report.created,
        "known": report.known,
        "bad": report.bad,
        "pace": report.rows / max(seconds, 0.001),
    }


def _summary(report: Report, dry_run: bool) -> str:
    text = _(
        "Opportunities imported: %(created)d (%(won)d won, %(lost)d lost, %(open)d open); accounts made: %(accounts)d; "
        "users made: %(users)d; here already: %(known)d, of which %(differing)d differ."
    ) % {**report.outcomes, **vars(report)}
    return _("Dry run, nothing was changed: %(text)s") % {"text": text} if dry_run else text


def _bad_rows(count: int) -> str:
    return ngettext(
        "%(count)d row was not imported. Correct it and run the import again: it adds what is missing.",
        "%(count)d rows were not imported. Correct them and run the import again: it adds what is missing.",
        count,
    ) % {"count": count}


def _failure(reason: str, created: int) -> str:
    return _("The import stopped: %(reason)s Opportunities imported until then: %(created)d. It can be run again.") % {
        "reason": reason,
        "created": created,
    }
