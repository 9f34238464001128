"""`manage.py seed_demo`: two years of a company that does not exist."""

import gc
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm import clock
from crm.models import BusinessUnit, User
from opportunities.demo.company import PASSWORD, PEOPLE
from opportunities.demo.plan import DAYS, plan_deals
from opportunities.demo.stage import Stage, make_users
from opportunities.models import Account, Competitor, Opportunity


class Command(BaseCommand):
    help = "Fill an empty demo database with a sales organization and two years of its deals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are users already")

    def handle(self, *, if_empty: bool, **options: Any) -> None:
        if if_empty and User.objects.exists():
            return
        require_safe_place()
        with transaction.atomic():
            _lock_seeding()
            if if_empty and User.objects.exists():
                return
            require_empty_database()
            seed()
        self._tell()

    def _tell(self) -> None:
        self.stdout.write(
            _("Demo data: %(opportunities)d opportunities of %(users)d users.")
            % {"opportunities": Opportunity.objects.count(), "users": User.objects.count()}
        )
        self.stdout.write(_("Sign in with the password %(password)s as:") % {"password": PASSWORD})
        roles = {user.username: user for user in User.objects.with_rights()}
        for person in PEOPLE:
            user = roles[person.username]
            self.stdout.write(f"  {user.username:<10} {user.name}, {user.role}, {user.business_unit}")


def require_safe_place() -> None:
    """A known password belongs nowhere but on the machine of whoever tries the product out.

    Raises: CommandError.
    """
    if not settings.DEBUG:
        raise CommandError(_("Demo users have a known password: they are made only where DEBUG is on."))
    if not settings.EMBEDDED_DATABASE:
        raise CommandError(_("Demo users have a known password: they are made only in the embedded database."))
    others = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(host)]
    if others:
        raise CommandError(
            _("Demo users have a known password: they are made only on the loopback, but ALLOWED_HOSTS has %(hosts)s.")
            % {"hosts": ", ".join(others)}
        )


def require_empty_database() -> None:
    """Raises: CommandError."""
    if any(model.objects.exists() for model in (User, BusinessUnit, Account, Competitor, Opportunity)):
        raise CommandError(
            _("This database holds data already. Demo data is loaded only into an empty one; nothing was changed.")
        )


def seed() -> None:
    """Users, competitors and deals; the caller holds the transaction."""
    today = clock.today()
    founded = datetime.combine(today - timedelta(days=DAYS + 30), time(8), UTC)
    with clock.at(founded):
        make_users(settings.ORGANIZATION_NAME, founded)
        stage = Stage()
        stage.make_competitors()
    with _without_garbage_collection():
        stage.play(plan_deals(today))


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Ten thousand statements leave much garbage and few cycles: looking for those is a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _lock_seeding() -> None:
    # Two first starts at once: the second waits, and finds the data there.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seed_demo'))")
