"""What a user may set for himself: his language, his time zone, and how pages look and listen to keys."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from crm import audit
from crm.models import User
from crm.models.user import THEMES
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed


def set_preferences(changes: Mapping[str, Any], *, actor: User) -> User:
    """Set any of language, time_zone, theme and shortcuts (a truth value).

    An empty text leaves the choice to the browser, or to the system.

    Raises: Invalid.
    """
    with deed():
        user = User.objects.with_rights().select_for_update(of=("self",)).get(pk=actor.pk)
        with field_checks() as checks:
            if changes.get("language", "") not in ("", *dict(settings.LANGUAGES)):
                checks.refuse("language", _("Choose one of: en, da."))
            judge_time_zone(checks, changes.get("time_zone", ""))
            if changes.get("theme", "") not in ("", *dict(THEMES)):
                checks.refuse("theme", _("Choose one of: light, dark."))
        before = audit.facts(user)
        for field, value in changes.items():
            setattr(user, field, value)
        user.save(update_fields=list(changes))
        # For administrators, who may have the form of this user open.
        audit.record(actor, user, before, audit.facts(user))
    return user


def judge_time_zone(checks: FieldChecks, name: str) -> None:
    """An unknown one would break every page of the user's."""
    if name not in ("", *available_timezones()):
        checks.refuse("time_zone", _("Enter the name of a time zone, such as Europe/Copenhagen."))
