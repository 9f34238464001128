"""Reopen a won or lost opportunity, leaving no lies behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import rules
from crm.errors import Refusal
from crm.events import event, store
from crm.models import User
from crm.permissions import Privilege
from crm.rules import field_checks
from crm.transactions import deed
from opportunities.actions.judge import present_close
from opportunities.actions.steps import Closing
from opportunities.locks import lock_opportunity
from opportunities.models import Opportunity, OpportunityClose, StatusReason
from opportunities.requests import MAX_DESCRIPTION, ReopenRequest

REASON_MISSING = gettext_lazy("Say why it is reopened.")


@dataclass(frozen=True)
class ReopenTerms:
    """The status reasons that reopening offers, and whether it asks for a reason in words."""

    status_reasons: list[StatusReason]
    reason_required: bool

    @property
    def default(self) -> StatusReason:
        return next(reason for reason in self.status_reasons if reason.is_default)

    def find(self, code: int | None) -> StatusReason | None:
        """The one of this code, the default for None."""
        for reason in self.status_reasons:
            if reason.is_default if code is None else reason.code == code:
                return reason
        return None


def reopen_opportunity(
    pk: UUID, request: ReopenRequest, *, actor: User, expected: frozenset[int] | None = None
) -> Closing:
    """Open it again: the close record becomes Canceled and keeps everything; quotes stay as they are.

    Raises:
        NotFound, Denied, Stale.
        Refusal: opportunity_already_open.
        Invalid: all fields at once.
    """
    with deed():
        opportunity = lock_opportunity(pk, actor=actor, privilege=Privilege.REOPEN, expected=expected)
        closing = plan_reopening(opportunity)
        reopen_locked_opportunities([closing], find_reason(request), request.reason, actor=actor)
    return closing


def plan_reopening(opportunity: Opportunity) -> Closing:
    """Raises: Refusal `opportunity_already_open`."""
    if opportunity.is_open:
        raise Refusal("opportunity_already_open")
    return Closing(opportunity, present_close(opportunity), [])


def reopen_terms() -> ReopenTerms:
    """What is offered and asked for now, in one statement."""
    reasons = list(StatusReason.objects.for_reopening())
    return ReopenTerms(reasons, reason_required=any(reason.reopen_reason_required for reason in reasons))


def find_reason(request: ReopenRequest) -> StatusReason:
    """Raises: Invalid, all fields at once."""
    terms = reopen_terms()
    reason = terms.find(request.status_reason)
    with field_checks() as checks:
        if reason is None:
            checks.refuse("status_reason", _("Choose one of the status reasons of Open."))
        if terms.reason_required and rules.is_blank(request.reason):
            checks.refuse("reason", REASON_MISSING)
        checks.refuse("reason", *rules.text(request.reason, max_length=MAX_DESCRIPTION))
    assert reason is not None  # refused above otherwise
    return reason


def reopen_locked_opportunities(
    closings: Sequence[Closing], status_reason: StatusReason, reason: str, *, actor: User
) -> None:
    """Write reopenings that were judged; a few statements, however many."""
    events = []
    for closing in closings:
        opportunity, close = closing.opportunity, closing.opportunity_close
        before = opportunity.facts()
        close.cancel(actor=actor, reason=reason)
        opportunity.reopen(close, status_reason)
        opportunity.touch()
        data = {"opportunity_close": str(close.pk), "reason": reason}
        events.append(event("reopened", opportunity, actor=actor, before=before, after=opportunity.facts(), data=data))
    OpportunityClose.objects.write(
        [closing.opportunity_close for closing in closings], OpportunityClose.REOPENING_FIELDS
    )
    Opportunity.objects.write(
        [closing.opportunity for closing in closings], [*Opportunity.CLOSING_FIELDS, *Opportunity.TOUCHED_FIELDS]
    )
    store(events)
