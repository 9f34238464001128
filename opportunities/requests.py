"""What the doors ask for: every surface parses its input into one of these and calls the same action."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from opportunities.models.choices import Outcome

MAX_DESCRIPTION = 2000


@dataclass(frozen=True, kw_only=True)
class CloseRequest:
    """The close form. None means left out: the action fills in the default or finds the value missing.

    `close_quotes` is the code of the quote status reason (lost, canceled) with which the open quotes are to be
    closed along; None closes none.
    """

    outcome: Outcome
    status_reason: int | None = None
    actual_revenue: Decimal | None = None
    currency: str | None = None
    close_date: date | None = None
    description: str = ""
    competitor: UUID | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    close_quotes: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReopenRequest:
    status_reason: int | None = None
    reason: str = ""
