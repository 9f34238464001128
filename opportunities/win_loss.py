"""The win/loss report: what became of the deals, by one thing, for page and API."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.db.models.functions import TruncMonth
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from crm.errors import Invalid
from crm.lists import select_rows
from crm.models import BusinessUnit, User
from crm.types import Text
from opportunities.analytics import WinRate, win_rates
from opportunities.list_filters import NO_ACCOUNT, NO_COMPETITOR, NO_UNIT
from opportunities.lists import OPPORTUNITIES
from opportunities.models import Account, Competitor, OpportunityClose, StatusReason
from opportunities.querysets import OpportunityCloseQuerySet

Key = UUID | int | date | None
# Parameters that are known beside the filters and `group_by`.
_CONTROLS = frozenset({"search"})


@dataclass(frozen=True)
class Grouping:
    """What deals can be put together by.

    Attributes:
        by: the field of the closings, or the expression.
        labels: of the keys that were found, in the reader's language.
        filter: the one that finds the deals of a group in a list of opportunities; months have none.
        none: what the group of the deals without one is called.
    """

    label: Text
    by: Any
    labels: Callable[[Collection[Any]], dict[Any, str]]
    filter: str = ""
    none: Text = ""


def _records(model: type[Model], label: str = "name") -> Callable[[Collection[Any]], dict[Any, str]]:
    return lambda keys: {row.pk: getattr(row, label) for row in model._default_manager.filter(pk__in=keys)}


def _months(keys: Collection[Any]) -> dict[Any, str]:
    return {month: date_format(month, "F Y") for month in keys}


GROUPINGS = {
    "status_reason": Grouping(_("Status reason"), "status_reason", _records(StatusReason, "label"), "status_reason"),
    "competitor": Grouping(_("Competitor"), "competitor", _records(Competitor), "close_competitor", NO_COMPETITOR),
    "owner": Grouping(_("Owner"), "opportunity__owner", _records(User), "owner"),
    "business_unit": Grouping(
        _("Business unit"), "opportunity__owner__business_unit", _records(BusinessUnit), "business_unit", NO_UNIT
    ),
    "account": Grouping(_("Account"), "opportunity__account", _records(Account), "account", NO_ACCOUNT),
    "month": Grouping(_("Month"), TruncMonth("close_date"), _months),
}
USUAL = "status_reason"


@dataclass(frozen=True)
class Group:
    """The deals that have the key in common; that of the deals without one, and of all of them, is None."""

    key: Key
    label: str
    rate: WinRate


@dataclass(frozen=True)
class Report:
    """Attributes:
    closes: of the deals that the filters found; only those that count are counted.
    """

    group_by: str
    closes: OpportunityCloseQuerySet
    reader: User

    @cached_property
    def groups(self) -> list[Group]:
        return self._read(self.group_by)

    @cached_property
    def total(self) -> Group:
        return Group(None, str(_("Total")), sum((group.rate for group in self.groups), WinRate()))

    def grouped(self, name: str) -> list[Group]:
        """By another thing, or by the same."""
        return self.groups if name == self.group_by else self._read(name)

    def _read(self, name: str) -> list[Group]:
        """Two statements: the figures, and what the groups are called.

        Months in their order; else where most deals are first, and the deals without one last.
        """
        grouping = GROUPINGS[name]
        with timezone.override(ZoneInfo(self.reader.time_zone) if self.reader.time_zone else None):
            rates = win_rates(self.closes, by=grouping.by)
        labels = grouping.labels(rates.keys() - {None})
        groups = [Group(key, labels.get(key, str(grouping.none)), rate) for key, rate in rates.items()]
        return sorted(groups, key=_by_month if name == "month" else _by_deals)


def _by_month(group: Group) -> Any:
    return group.key


def _by_deals(group: Group) -> Any:
    return group.key is None, -group.rate.deals, group.label.casefold(), str(group.key)


def read_report(params: QueryDict, reader: User) -> Report:
    """Of the closed opportunities that the filters find, as the list of opportunities reads them.

    Raises: Invalid, with all parameters that are unknown, repeated or of the wrong form.
    """
    filters = params.copy()
    asked = filters.pop("group_by", [USUAL])
    errors: dict[str, list[Text]] = {}
    if len(asked) > 1 or asked[0] not in GROUPINGS:
        errors["group_by"] = [_("Choose one of: %(words)s.") % {"words": ", ".join(GROUPINGS)}]
    try:
        found = select_rows(OPPORTUNITIES, filters, reader, default_view="closed", controls=_CONTROLS)
    except Invalid as invalid:
        raise Invalid({**errors, **invalid.errors}) from None
    if errors:
        raise Invalid(errors)
    deals = found.all_rows.order_by().values("pk")
    closes = OpportunityClose.objects.visible_to(reader).filter(opportunity__in=deals)
    return Report(str(asked[0]), closes, reader)
