"""What administrators set for everyone."""

from collections.abc import Mapping
from typing import Any

from crm import audit
from crm.models import User
from crm.permissions import require_administrator
from crm.rules import field_checks
from crm.transactions import deed
from crm.types import Values
from opportunities.models import Settings


def change_settings(changes: Mapping[str, Any], *, actor: User, expected: Values | None = None) -> Settings:
    """`expected` are the settings as the actor saw them.

    Raises: Denied, Invalid; Refusal: stale.
    """
    with deed():
        require_administrator(actor)
        settings = Settings.objects.select_for_update().get()
        before = audit.change(settings, changes, expected=expected)
        with field_checks() as checks:
            checks.refuse_columns(settings)
        audit.store(settings, before, actor=actor)
    return settings
