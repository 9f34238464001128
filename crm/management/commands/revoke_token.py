"""`manage.py revoke_token USERNAME --name NAME`, or `--all`: these tokens let nobody in from now on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.management.commands.create_token import find_user
from crm.models import Token
from crm.tokens import revoke_token


class Command(BaseCommand):
    help = "Revoke tokens of a user."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--name", help="the tokens of this name")
        which.add_argument("--all", action="store_true", help="all of the user's tokens")

    def handle(self, *, username: str, name: str | None, **options: Any) -> None:
        tokens = list(Token.objects.in_use().filter(user=find_user(username)))
        chosen = [token for token in tokens if name in (None, token.name)]
        if not chosen:
            names = ", ".join(sorted({token.name for token in tokens})) or "–"
            raise CommandError(_("There is no such token. The user's tokens are: %(names)s.") % {"names": names})
        for token in chosen:
            revoke_token(token.pk, actor=None)
        number = len(chosen)
        self.stdout.write(
            ngettext("%(number)d token was revoked.", "%(number)d tokens were revoked.", number) % {"number": number}
        )
