"""What a user may set for himself: his language, his time zone, and how pages look and listen to keys."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

from crm.models import User
from crm.models.user import THEMES
from crm.rules import field_checks
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
            if changes.get("time_zone", "") not in ("", *available_timezones()):
                checks.refuse("time_zone", _("Enter the name of a time zone, such as Europe/Copenhagen."))
            if changes.get("theme", "") not in ("", *dict(THEMES)):
                checks.refuse("theme", _("Choose one of: light, dark."))
        for field, value in changes.items():
            setattr(user, field, value)
        user.save(update_fields=list(changes))
    return user
