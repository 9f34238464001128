"""Could this opportunity be closed, and what would the form hold? The dialog, the API and the preview ask this."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from crm import clock
from crm.currencies import amount_text
from crm.errors import NotFound, Refusal
from crm.models import User
from crm.types import Values
from opportunities.actions.judge import blocking_quote, close_refusals, default_revenue
from opportunities.close_fields.kinds import MAX_TEXT, FieldType
from opportunities.models import CloseField, Opportunity, Outcome, StatusReason
from opportunities.requests import MAX_DESCRIPTION
from quotes.models import Quote


@dataclass(frozen=True)
class CloseCheck:
    """Attributes: `refusals` in the order in which closing meets them; `defaults` with the keys of the close body;
    `fields` each {name, label, help, type, required, choices: [{value, label}] or None, max_length or None},
    and of a custom field {custom: True}."""

    opportunity: Opportunity
    outcome: Outcome
    refusals: list[Refusal]
    blocking_quotes: list[Quote]
    defaults: Values
    fields: list[Values]

    @property
    def allowed(self) -> bool:
        return not self.refusals

    @property
    def known_competitors(self) -> list[Values]:
        """Those of the opportunity, each {id, name}."""
        return getattr(self.opportunity, "competitor_refs", [])

    def blocking_values(self) -> list[Values]:
        return [blocking_quote(quote) for quote in self.blocking_quotes]


def check_close(pk: UUID, outcome: Outcome, *, actor: User) -> CloseCheck:
    """A look without a lock: true when asked. The same judgement is made again, under the lock, when closing.

    Raises: NotFound.
    """
    opportunity = Opportunity.objects.visible_to(actor).for_record().filter(pk=pk).first()
    if opportunity is None:
        raise NotFound
    return _check(opportunity, list(Quote.objects.of(pk)), outcome, actor)


def check_close_of_many(outcome: Outcome, *, actor: User) -> CloseCheck:
    """The same form for whichever opportunities: the check of one that has nothing of its own."""
    return _check(Opportunity(owner=actor), [], outcome, actor)


def _check(opportunity: Opportunity, quotes: list[Quote], outcome: Outcome, actor: User) -> CloseCheck:
    reasons = list(StatusReason.objects.for_closing(outcome))
    revenue = default_revenue(opportunity, quotes, outcome)
    return CloseCheck(
        opportunity=opportunity,
        outcome=outcome,
        refusals=list(close_refusals(opportunity, quotes, actor=actor)),
        blocking_quotes=[quote for quote in quotes if quote.is_open],
        defaults={
            "status_reason": next(reason.code for reason in reasons if reason.is_default),
            "actual_revenue": amount_text(revenue, opportunity.currency),
            "currency": opportunity.currency,
            "close_date": clock.today(actor.time_zone).isoformat(),
        },
        fields=_fields(reasons, revenue_required=outcome == Outcome.WON and revenue is None),
    )


def _fields(reasons: list[StatusReason], *, revenue_required: bool) -> list[Values]:
    choices = [_reason_choice(reason) for reason in reasons]
    return [
        _field("status_reason", _("Status reason"), "choice", choices=choices),
        _field("actual_revenue", _("Actual revenue"), "money", required=revenue_required),
        _field("close_date", _("Close date"), "date"),
        _field("competitor", _("Competitor"), "competitor"),
        _field("description", _("Description"), "text", max_length=MAX_DESCRIPTION),
        *(_custom_field(field) for field in reasons[0].close_fields),
    ]


def _custom_field(field: CloseField) -> Values:
    values = _field(
        field.name,
        field.label,
        field.type,
        required=field.required,
        choices=field.offered_choices(),
        max_length=MAX_TEXT if field.type == FieldType.TEXT else None,
    )
    return values | {"help": field.help, "custom": True}


def _reason_choice(reason: StatusReason) -> Values:
    """With what the reason asks for: that is required where this reason is chosen."""
    demands = {"requires_competitor": reason.requires_competitor, "requires_description": reason.requires_description}
    return {"value": reason.code, "label": reason.label} | {name: True for name, asked in demands.items() if asked}


def _field(
    name: str,
    label: str,
    type_: str,
    *,
    required: bool = False,
    choices: list[Values] | None = None,
    max_length: int | None = None,
) -> Values:
    return {
        "name": name,
        "label": label,
        "help": "",
        "type": type_,
        "required": required,
        "choices": choices,
        "max_length": max_length,
    }
