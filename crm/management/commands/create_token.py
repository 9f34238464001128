"""`manage.py create_token USERNAME`: the token alone on the last line, so that a script can take it from there."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crm.models import Token, User

MAX_NAME = Token._meta.get_field("name").max_length or 0


class Command(BaseCommand):
    help = "Make a bearer token for the API. It is shown once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="create_token", help="what the token is for, to know it by later")

    def handle(self, *, username: str, name: str, **options: Any) -> None:
        if not 0 < len(name.strip()) <= MAX_NAME:
            raise CommandError(_("Give the token a name of 1 to %(limit)d characters.") % {"limit": MAX_NAME})
        user = find_active_user(username)
        secret = Token.objects.issue(user, name=name.strip())
        self.stderr.write(
            _("Token for %(user)s. It is not shown again; send it as: Authorization: Bearer <token>") % {"user": user}
        )
        self.stdout.write(secret)


def find_active_user(username: str) -> User:
    """Raises: CommandError that says what to do."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(
            _("There is no user %(username)r. Check the spelling, or add the user in the administration first.")
            % {"username": username}
        )
    if not user.is_active:
        raise CommandError(
            _("The user %(username)r is not active. Activate the user in the administration first.")
            % {"username": username}
        )
    return user
