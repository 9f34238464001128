"""The writable values of an opportunity: their references found, their rules checked, all at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm import rules
from crm.currencies import DECIMALS
from crm.models import User
from crm.rules import FieldChecks, field_checks
from opportunities.models import Account, Competitor, Opportunity, State, StatusReason
from opportunities.models.choices import OPEN_FORECASTS
from quotes.problems import CURRENCY_FIXED

PLAIN_FIELDS = (
    "topic",
    "currency",
    "estimated_revenue",
    "estimated_close_date",
    "probability",
    "rating",
    "sales_stage",
    "description",
    "forecast_category",
)
REFERENCE_FIELDS = ("account", "owner", "status_reason")
WRITABLE_FIELDS = (*PLAIN_FIELDS, *REFERENCE_FIELDS)
WRITABLE = (*WRITABLE_FIELDS, "competitors")


@dataclass(frozen=True)
class References:
    """The records that the values name; None where the values name none, or none was found."""

    owner: User | None
    account: Account | None
    status_reason: StatusReason | None
    competitors: list[Competitor] | None


def find_references(values: Mapping[str, Any], actor: User) -> References:
    def find(field: str, rows: Any) -> Any:
        return None if values.get(field) is None else rows.filter(pk=values[field]).first()

    competitors = None
    if "competitors" in values:
        competitors = list(Competitor.objects.visible_to(actor).filter(pk__in=values["competitors"]))
    return References(
        owner=find("owner", User.objects.with_rights().filter(is_active=True)),
        account=find("account", Account.objects.visible_to(actor)),
        status_reason=find("status_reason", StatusReason.objects.offered_for(State.OPEN)),
        competitors=competitors,
    )


def apply_values(
    opportunity: Opportunity, values: Mapping[str, Any], references: References, *, has_quotes: bool
) -> None:
    """Set what the values name.

    Raises: Invalid.
    """
    with field_checks() as checks:
        if has_quotes and values["currency"] != opportunity.currency:
            checks.refuse("currency", CURRENCY_FIXED)
        for field in PLAIN_FIELDS:
            if field in values:
                setattr(opportunity, field, values[field])
        _apply_references(opportunity, values, references, checks)
        _check(opportunity, checks)


def _apply_references(
    opportunity: Opportunity, values: Mapping[str, Any], references: References, checks: FieldChecks
) -> None:
    missing: dict[str, Callable[[], str]] = {
        "account": lambda: _("There is no such account."),
        "owner": lambda: _("Choose an active user."),
        "status_reason": lambda: _("Choose one of the status reasons of Open."),
    }
    for field, text in missing.items():
        # What stays may be what could not be chosen anew: a retired reason, an owner who has left.
        if field not in values or values[field] == getattr(opportunity, f"{field}_id"):
            continue
        found = getattr(references, field)
        if found is None and (values[field] is not None or field != "account"):
            checks.refuse(field, text())
        else:
            setattr(opportunity, field, found)
    if references.competitors is not None:
        _apply_competitors(opportunity, values["competitors"], references.competitors, checks)


def _apply_competitors(
    opportunity: Opportunity, wanted: list[Any], found: list[Competitor], checks: FieldChecks
) -> None:
    if len(found) < len(set(wanted)):
        checks.refuse("competitors", _("One of the competitors does not exist."))
    opportunity.competitor_refs = [{"id": str(each.pk), "name": each.name} for each in found]


def _check(opportunity: Opportunity, checks: FieldChecks) -> None:
    checks.refuse("topic", *rules.line(opportunity.topic, max_length=300, required=True))
    checks.refuse("description", *rules.text(opportunity.description, max_length=2000))
    if opportunity.currency not in DECIMALS:
        checks.refuse("currency", _("Enter a currency code of ISO 4217, such as EUR."))
    else:
        checks.refuse("estimated_revenue", *rules.money(opportunity.estimated_revenue, opportunity.currency))
    if opportunity.probability is not None and not 0 <= opportunity.probability <= 100:
        checks.refuse("probability", _("Enter a percentage from 0 to 100."))
    if opportunity.forecast_category not in OPEN_FORECASTS:
        checks.refuse("forecast_category", _("Won and Lost are set by closing the opportunity."))
    checks.refuse("estimated_close_date", *rules.not_ancient(opportunity.estimated_close_date))
