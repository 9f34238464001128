"""Close an opportunity as won or lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from crm import clock, rules
from crm.errors import Refusal
from crm.models import User
from crm.permissions import Privilege
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed
from opportunities.actions.judge import close_refusals, default_revenue, unknown_reason
from opportunities.actions.steps import Closing, close_locked_opportunities
from opportunities.close_fields.values import Custom, read_custom
from opportunities.locks import lock_opportunity
from opportunities.models import CloseField, Competitor, Opportunity, OpportunityClose, Outcome, StatusReason
from opportunities.requests import MAX_DESCRIPTION, CloseRequest
from quotes.locks import lock_quotes_of
from quotes.models import Quote


@dataclass(frozen=True)
class CloseValues:
    """A close request with its references found: the same for every opportunity that it closes."""

    request: CloseRequest
    status_reason: StatusReason | None
    competitor: Competitor | None
    close_date: date
    close_fields: Sequence[CloseField]

    @cached_property
    def custom(self) -> Custom:
        return read_custom(self.close_fields, self.request.custom)


def close_opportunity(
    pk: UUID, request: CloseRequest, *, actor: User, expected: frozenset[int] | None = None
) -> Closing:
    """Close one opportunity, and where the request says so its open quotes with it: all of it or nothing.

    Raises:
        NotFound, Denied, Stale.
        Refusal: opportunity_already_closed, opportunity_has_open_quotes, currency_mismatch.
        Invalid: all fields at once.
    """
    with deed():
        opportunity = lock_opportunity(pk, actor=actor, privilege=Privilege.EDIT, expected=expected)
        quotes = lock_quotes_of(opportunity)
        closing = plan_closing(opportunity, quotes, find_close_values(request, actor), actor)
        close_locked_opportunities([closing], request, actor=actor)
    return closing


def find_close_values(request: CloseRequest, actor: User) -> CloseValues:
    reasons = StatusReason.objects.for_closing(request.outcome)
    wanted = {"is_default": True} if request.status_reason is None else {"pk": request.status_reason}
    competitor = None
    if request.competitor is not None:
        competitor = Competitor.objects.visible_to(actor).filter(pk=request.competitor).first()
    reason = reasons.filter(**wanted).first()
    close_fields = reason.close_fields if reason else list(CloseField.objects.shown_on(request.outcome))
    close_date = request.close_date or clock.today(actor.time_zone)
    return CloseValues(request, reason, competitor, close_date, close_fields)


def plan_closing(
    opportunity: Opportunity,
    quotes: Sequence[Quote],
    values: CloseValues,
    actor: User,
    *,
    moment: datetime | None = None,
) -> Closing:
    """The close record that the values would give this opportunity, not yet stored.

    Args:
        moment: when it was closed, where a history is told; the rules are judged today all the same.

    Raises:
        Denied.
        Refusal: opportunity_already_closed, opportunity_has_open_quotes, currency_mismatch.
        Invalid: all fields at once.
    """
    request = values.request
    for refusal in close_refusals(opportunity, quotes, actor=actor, quotes_along=request.close_quotes is not None):
        raise refusal
    if request.currency not in (None, opportunity.currency):
        raise Refusal("currency_mismatch")
    revenue = request.actual_revenue
    if revenue is None:
        revenue = default_revenue(opportunity, quotes, request.outcome)
    with field_checks() as checks:
        _check_revenue(checks, revenue, opportunity, request.outcome)
        check_close_form(checks, values, actor)
    closed_along = [quote for quote in quotes if quote.is_open]
    close = _close_record(opportunity, values, revenue, actor)
    if moment:
        close.closed_at = moment
    return Closing(opportunity, close, closed_along, moment)


def check_close_form(checks: FieldChecks, values: CloseValues, actor: User) -> None:
    """What the form gets wrong for every opportunity alike."""
    _check_references(checks, values)
    checks.refuse("close_date", *rules.past_date(values.close_date, actor))
    checks.refuse("description", *rules.text(values.request.description, max_length=MAX_DESCRIPTION))
    for name, texts in values.custom.errors.items():
        checks.refuse(f"custom.{name}", *texts)


def _check_revenue(checks: FieldChecks, revenue: Decimal | None, opportunity: Opportunity, outcome: Outcome) -> None:
    if revenue is None and outcome == Outcome.WON:
        checks.refuse("actual_revenue", _("Enter the actual revenue: there is no won quote and no estimate."))
    checks.refuse("actual_revenue", *rules.money(revenue, opportunity.currency))


def _check_references(checks: FieldChecks, values: CloseValues) -> None:
    request, reason = values.request, values.status_reason
    if reason is None:
        checks.refuse("status_reason", unknown_reason(request.outcome))
    if request.competitor and values.competitor is None:
        checks.refuse("competitor", _("There is no such competitor."))
    elif reason and reason.requires_competitor and values.competitor is None:
        checks.refuse("competitor", _("This status reason asks for a competitor."))
    if reason and reason.requires_description and rules.is_blank(request.description):
        checks.refuse("description", _("This status reason asks for a description."))


def _close_record(
    opportunity: Opportunity, values: CloseValues, revenue: Decimal | None, actor: User
) -> OpportunityClose:
    reason, competitor = values.status_reason, values.competitor
    assert reason is not None  # _check_references refused otherwise
    return OpportunityClose(
        opportunity=opportunity,
        subject=opportunity.topic,
        outcome=values.request.outcome,
        status_reason=reason,
        status_reason_en=reason.label_en,
        status_reason_da=reason.label_da,
        actual_revenue=revenue,
        currency=opportunity.currency,
        close_date=values.close_date,
        competitor=competitor,
        competitor_name=competitor.name if competitor else "",
        description=values.request.description,
        custom=values.custom.kept,
        overwritten={
            "status_reason": opportunity.status_reason_id,
            "forecast_category": opportunity.forecast_category,
            "probability": opportunity.probability,
        },
        closed_by=actor,
    )
