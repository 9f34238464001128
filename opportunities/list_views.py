"""The pages of the lists of opportunities, accounts and competitors."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from decimal import Decimal
from functools import partial
from uuid import UUID

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.addresses import record_address
from crm.columns import Column
from crm.commands import Command
from crm.filter_fields import FilterField
from crm.list_pages import ListPage, Summary, Total
from crm.lists import ListResult
from crm.models import RecordAccess
from crm.permissions import access, access_denial
from crm.types import Text
from opportunities.bulk_commands import bulk_commands
from opportunities.commands import new_command, row_commands
from opportunities.list_filters import OPPORTUNITY_FILTERS, UNOFFERED_FILTERS, filters_of
from opportunities.lists import ACCOUNTS, COMPETITORS, OPPORTUNITIES, states_of
from opportunities.models import Account, Competitor, ForecastCategory, Opportunity, Rating, SalesStage, State
from opportunities.tones import tone


def _money(label: Text, field: str) -> Column:
    def amount(row: Opportunity) -> tuple[Decimal, str] | None:
        present = getattr(row, field)
        return None if present is None else (present, row.currency)

    return Column(label, amount, "money", field, "is-number")


def _day(label: Text, field: str) -> Column:
    return Column(label, lambda row: getattr(row, field), "day", field, "is-day")


def _link(text: str, url_name: str, pk: UUID) -> tuple[str, Callable[[], str]]:
    """The address is made where it is shown: a file has none."""
    return text, partial(record_address, url_name, pk)


def _account(row: Opportunity) -> tuple[str, Callable[[], str]] | None:
    return _link(row.account.name, "account", row.account.pk) if row.account else None


def _unit(row: Opportunity) -> str | None:
    return row.owner.business_unit.name if row.owner.business_unit else None


OPPORTUNITY_COLUMNS = {
    "topic": Column(_("Topic"), lambda row: (row.topic, row.get_absolute_url), "link", "topic", "is-wide"),
    "account": Column(_("Account"), _account, "link", "account", "is-name"),
    "state": Column(
        _("State"),
        lambda row: (State(row.state).label, tone(row)),
        "badge",
        "state",
        raw=lambda row: State(row.state),
    ),
    "status_reason": Column(
        _("Status reason"),
        lambda row: row.status_reason.label,
        order="status_reason",
        style="is-reason",
        raw=lambda row: row.status_reason.code,
    ),
    "rating": Column(
        _("Rating"),
        lambda row: (Rating(row.rating).label, Rating(row.rating).name.lower()),
        "rating",
        "rating",
        raw=lambda row: Rating(row.rating),
    ),
    "sales_stage": Column(
        _("Stage"),
        lambda row: SalesStage(row.sales_stage).label,
        order="sales_stage",
        raw=lambda row: SalesStage(row.sales_stage),
    ),
    "forecast_category": Column(
        _("Forecast category"),
        lambda row: ForecastCategory(row.forecast_category).label,
        order="forecast_category",
        raw=lambda row: ForecastCategory(row.forecast_category),
    ),
    "estimated_revenue": _money(_("Est. revenue"), "estimated_revenue"),
    "actual_revenue": _money(_("Actual revenue"), "actual_revenue"),
    "probability": Column(_("Probability"), lambda row: row.probability, "percent", "probability", "is-number"),
    "estimated_close_date": _day(_("Est. close date"), "estimated_close_date"),
    "actual_close_date": _day(_("Actual close date"), "actual_close_date"),
    "created_at": _day(_("Created on"), "created_at"),
    "modified_at": _day(_("Modified on"), "modified_at"),
    "owner": Column(_("Owner"), lambda row: row.owner.name, order="owner", raw=lambda row: row.owner.username),
    "business_unit": Column(_("Business unit"), _unit),
    "close_competitor": Column(_("Competitor"), lambda row: row.close_competitor),
    "competitors": Column(_("Competitors"), lambda row: ", ".join(ref["name"] for ref in row.competitor_refs)),
    "open_quotes": Column(_("Open quotes"), lambda row: row.open_quotes, style="is-number"),
    "currency": Column(_("Currency"), lambda row: row.currency, order="currency"),
}


class OpportunityListPage(ListPage):
    list_name = "opportunities"
    definition = OPPORTUNITIES
    columns = OPPORTUNITY_COLUMNS
    filters = OPPORTUNITY_FILTERS | UNOFFERED_FILTERS
    default_view = "open"
    empty_title = _("No opportunities in this view")
    empty_text = _("Create an opportunity for a potential sale, or choose another view above.")

    @property
    def section(self) -> str:  # type: ignore[override]
        return "closed" if self._shows_closed() else "opportunities"

    def get_filters(self) -> Mapping[str, FilterField]:
        return filters_of(self.view_name)

    def get_commands(self) -> list[Command]:
        return [new_command(self.actor)]

    def get_row_commands(self, row: Opportunity) -> list[Command]:
        return row_commands(row, self.actor)

    def get_row_kind(self, row: Opportunity) -> Hashable:
        """Rights follow from whether the user owns it, and from the owner's unit."""
        return row.state, row.owner_id == self.actor.pk, row.owner.business_unit_id

    def get_bulk_commands(self) -> list[Command]:
        return bulk_commands(self.actor, self.view_name)

    def summarize(self, result: ListResult) -> Summary:
        """Count and sums in one statement; in views of closed ones the sum is of what they brought."""
        closed = self._shows_closed()
        revenue = Sum("actual_revenue" if closed else "estimated_revenue")
        rows = result.all_rows.order_by().values("currency").annotate(sum_of=revenue, number_of=Count("*"))
        found = sorted(rows, key=lambda row: str(row["currency"]))
        return Summary(
            count=sum(row["number_of"] for row in found),
            label=_("Sum of actual revenue") if closed else _("Sum of est. revenue"),
            totals=[Total(row["sum_of"], row["currency"]) for row in found if row["sum_of"] is not None],
        )

    def _shows_closed(self) -> bool:
        return State.OPEN not in states_of(self.view_name)


class RecordListPage(ListPage):
    model: type[Account] | type[Competitor]
    name = ""

    def get_commands(self) -> list[Command]:
        allowed = access(self.actor, self.model.kind) >= RecordAccess.EDIT
        reason: Text = "" if allowed else access_denial(RecordAccess.EDIT)
        return [Command("new", _("New"), "add", reverse(f"{self.name}-new"), reason, False)]


def _name_of(url_name: str) -> Column:
    return Column(_("Name"), lambda row: _link(row.name, url_name, row.pk), "link", "name", "is-wide")


class AccountListPage(RecordListPage):
    section = list_name = "accounts"
    definition, model, name = ACCOUNTS, Account, "account"
    columns = {
        "name": _name_of("account"),
        "external_id": Column(_("External id"), lambda row: row.external_id, style="is-short"),
        "created_at": _day(_("Created on"), "created_at"),
        "modified_at": _day(_("Modified on"), "modified_at"),
    }
    empty_title = _("No accounts yet")
    empty_text = _("Accounts are the potential customers of opportunities. Create the first one.")


class CompetitorListPage(RecordListPage):
    section = list_name = "competitors"
    definition, model, name = COMPETITORS, Competitor, "competitor"
    columns = {
        "name": _name_of("competitor"),
        "key_product": Column(_("Key product"), lambda row: row.key_product),
        "website": Column(_("Website"), lambda row: row.website, "website"),
        "created_at": _day(_("Created on"), "created_at"),
        "modified_at": _day(_("Modified on"), "modified_at"),
    }
    empty_title = _("No competitors yet")
    empty_text = _("Competitors can be named when an opportunity is closed, so that you see whom you lose to.")
