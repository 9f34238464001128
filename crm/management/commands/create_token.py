"""`manage.py create_token USERNAME`: the token alone on the last line, so that a script can take it from there."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from crm.errors import Invalid
from crm.models import User
from crm.models.token import every_scope
from crm.tokens import MAX_NAME, TokenRequest, create_token


class Command(BaseCommand):
    help = "Make a bearer token for the API. It is shown once; only its digest is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="create_token", help="what the token is for, to know it by later")
        parser.add_argument(
            "--scopes", default=",".join(every_scope()), help="what it may be used for (default: %(default)s)"
        )
        parser.add_argument("--expires-days", type=int, help="how many days it is good for (default: for ever)")
        parser.add_argument("--service", action="store_true", help="administrators see and revoke it too")

    def handle(
        self, *, username: str, name: str, scopes: str, expires_days: int | None, service: bool, **options: Any
    ) -> None:
        if not 0 < len(name.strip()) <= MAX_NAME:
            raise CommandError(_("Give the token a name of 1 to %(limit)d characters.") % {"limit": MAX_NAME})
        user = find_active_user(username)
        wanted = TokenRequest(
            name=name, scopes=scopes.replace(" ", "").split(","), expires_days=expires_days, is_service=service
        )
        try:
            __, secret = create_token(user, wanted, actor=None)
        except Invalid as invalid:
            raise CommandError("\n".join(_lines(invalid))) from invalid
        self.stderr.write(
            _("Token for %(user)s. It is not shown again; send it as: Authorization: Bearer <token>") % {"user": user}
        )
        self.stdout.write(secret)


def _lines(invalid: Invalid) -> Iterator[str]:
    for field, texts in invalid.errors.items():
        yield from (f"--{field.replace('_', '-')}: {text}" for text in texts)


def find_user(username: str) -> User:
    """Raises: CommandError that says what to do."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(
            _("There is no user %(username)r. Check the spelling, or add the user in the administration first.")
            % {"username": username}
        )
    return user


def find_active_user(username: str) -> User:
    """Raises: CommandError that says what to do."""
    user = find_user(username)
    if not user.is_active:
        raise CommandError(
            _("The user %(username)r is not active. Activate the user in the administration first.")
            % {"username": username}
        )
    return user
