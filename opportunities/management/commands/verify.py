"""`manage.py verify`: exits 1 and names what breaks a rule, or says how much keeps them all."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Event
from opportunities.models import Opportunity, OpportunityClose
from opportunities.verification import CHECKS, Breach, find_breaches
from quotes.models import Quote, QuoteClose

COUNTED = (Opportunity, OpportunityClose, Quote, QuoteClose, Event)


class Command(BaseCommand):
    help = "Check every rule over the whole database; name each breach with the ids of the records that break it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=20, help="how many ids to name for each breach (20)")

    def handle(self, *, limit: int, **options: Any) -> None:
        broken = 0
        for breach in find_breaches(CHECKS):
            broken += 1
            self.stdout.write(breach_line(breach, limit))
        if broken:
            raise CommandError(
                ngettext("%(count)d rule is broken.", "%(count)d rules are broken.", broken) % {"count": broken}
            )
        self.stdout.write(self.style.SUCCESS(_success()))


def breach_line(breach: Breach, limit: int) -> str:
    named, more = ", ".join(breach.ids[:limit]), len(breach.ids) - limit
    if more > 0:
        named = _("%(ids)s and %(more)d more") % {"ids": named, "more": more}
    return f"{breach.check.name}: {breach.check.rule} [{len(breach.ids)}] {named}"


def _success() -> str:
    counts = ", ".join(f"{model.objects.count()} {model._meta.verbose_name_plural}" for model in COUNTED)
    return _("All %(rules)d rules hold over %(counts)s.") % {"rules": len(CHECKS), "counts": counts}
