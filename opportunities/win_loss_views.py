"""The page "Win/loss analysis": every number leads to the closed opportunities that it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from crm.charts import ColumnChart
from crm.commands import Command, Tab, refresh
from crm.errors import Invalid
from crm.exports import CHOOSE, ExportForm, file_form
from crm.filter_fields import PERIODS
from crm.filters import NONE
from crm.list_dialogs import FiltersDialog
from crm.list_parts import Chip, given, sentences
from crm.periods import MONTH, last_periods, period_of
from crm.types import Text
from crm.views import PageView
from opportunities.analytics import Sums, over, percent_of
from opportunities.chart_data import month_label, won_and_lost
from opportunities.list_filters import OPPORTUNITY_FILTERS, UNOFFERED_FILTERS
from opportunities.list_links import closed_within, opportunities_url
from opportunities.win_loss import GROUPINGS, USUAL, Group, Report, read_report
from opportunities.win_loss_export import export_report

PERIOD, FROM, TO = "actual_close_date_in", "actual_close_date_after", "actual_close_date_before"
BEGINNING = f"{PERIOD}=last_12_months"
OFFERED = (PERIOD, FROM, TO, "owner", "business_unit_within", "competitor", "account", "currency")
QUICK_PERIODS = {name: label for name, label in PERIODS.items() if not name.startswith("next")}
# Groups in the table, and in the two that say why deals are lost; and months in the chart.
SHOWN, FOREMOST, MONTHS = 100, 5, 12


@dataclass(frozen=True)
class Row:
    """The figures of a group with the filters that find its deals."""

    group: Group
    filters: dict[str, Any]

    def urls(self) -> dict[str, str]:
        return {view: self._url(view) for view in ("closed", "won", "lost")}

    def won_sums(self) -> Iterator[tuple[Decimal, str, str]]:
        """Amount, currency, and the list of the deals behind it."""
        return self._sums("won", self.group.rate.won_amounts)

    def lost_sums(self) -> Iterator[tuple[Decimal, str, str]]:
        return self._sums("lost", self.group.rate.lost_amounts)

    def _sums(self, view: str, sums: Sums) -> Iterator[tuple[Decimal, str, str]]:
        for currency, amount in sums.items():
            yield amount, currency, self._url(view, currency=currency)

    def _url(self, view: str, **more: Any) -> str:
        return opportunities_url(view, **{**self.filters, **more})


@dataclass(frozen=True)
class Causes:
    """Why deals are lost: the groups with most lost ones, each with its part of all lost ones in percent; and how many
    were lost in the groups after these, with their part.
    """

    name: str
    label: Text
    title: Text
    rows: list[tuple[Row, int]]
    rest: int
    rest_percent: int
    all_url: str


class WinLossPage(PageView):
    """A bare address is the last twelve months; whatever else it says, it says all."""

    template_name = "reports/win_loss.html"
    section = "win-loss"
    title = _("Win/loss analysis")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("edit") == "filters":
            return cast(HttpResponse, FiltersDialog.as_view(page=self)(request))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.read_address()
        asked = self.params.pop("export", [])
        try:
            report = read_report(self.params, self.actor)
            if asked:
                return self._export(report, [str(name) for name in asked])
        except Invalid as invalid:
            labels = {name: field.label for name, field in self._known_filters().items()}
            return self.show({**self.get_context(), "errors": sentences(invalid, labels)}, status=invalid.status)
        return self.show({**self.get_context(), **self._figures(report)})

    def _export(self, report: Report, asked: list[str]) -> HttpResponse:
        """The groups in a file, or the question in which form. Raises: Invalid."""
        if asked != [CHOOSE]:
            return cast(HttpResponse, export_report(report, file_form(asked), self.title))
        self.template_name = "generic/export.html"
        question = {"title": _("Export"), "subject": self.title, "cancel_url": self.url_with(), "form": ExportForm()}
        return self.show({**question, "count": len(report.groups), "kept": list(self.params.items())})

    def read_address(self) -> None:
        self.params = given(self.request.GET if self.request.GET else QueryDict(BEGINNING))
        if self.params.get("edit") == "filters":
            del self.params["edit"]
        self.params.setdefault("group_by", USUAL)

    def get_filters(self) -> dict[str, Any]:
        """The filters that are offered to edit; the address may carry others."""
        return {name: OPPORTUNITY_FILTERS[name] for name in OFFERED}

    def url_with(self, **changes: str | None) -> str:
        """This address with some parameters changed, or left out where None."""
        params = self.params.copy()
        for name, value in changes.items():
            params.pop(name, None)
            if value is not None:
                params[name] = value
        return f"{self.request.path}?{params.urlencode(safe=',')}"

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "commands": [
                Command("filters", _("Edit filters"), "filter", self.url_with(edit="filters")),
                Command("export", _("Export"), "export", self.url_with(export=CHOOSE)),
                refresh(self.request),
            ],
            "periods": self._periods(),
            "chips": self._chips(),
        }

    def _figures(self, report: Report) -> dict[str, Any]:
        shown = report.groups[:SHOWN]
        return {
            "report": report,
            "grouping": GROUPINGS[report.group_by],
            "groupings": self._groupings(report),
            # A reason is that of won or of lost deals: only all of them have a rate.
            "has_rates": report.group_by != "status_reason",
            "rows": [self._row(group, report.group_by) for group in shown],
            "total": Row(report.total, self._filters()),
            "more": len(report.groups) - len(shown),
            "chart": self._chart(report) if report.groups else None,
            "causes": self._all_causes(report) if report.groups else [],
        }

    def _filters(self) -> dict[str, Any]:
        return {name: value for name, value in self.params.items() if name != "group_by"}

    def _row(self, group: Group, group_by: str) -> Row:
        if isinstance(group.key, date):
            return Row(group, closed_within(period_of(group.key, MONTH), self._filters()))
        value = NONE if group.key is None else group.key
        return Row(group, {**self._filters(), GROUPINGS[group_by].filter: value})

    def _chart(self, report: Report) -> ColumnChart:
        """Of the last months in which deals were closed."""
        months = {cast(date, group.key): group.rate for group in report.grouped("month")}
        periods = [each for each in last_periods(max(months), MONTH, MONTHS) if each.first >= min(months)]
        return won_and_lost(_("Won and lost by month"), over(periods, months), month_label, **self._filters())

    def _all_causes(self, report: Report) -> list[Causes]:
        return [
            self._causes(report, "status_reason", _("Lost, by status reason")),
            self._causes(report, "competitor", _("Lost, by competitor")),
        ]

    def _causes(self, report: Report, name: str, title: Text) -> Causes:
        lost = [group for group in report.grouped(name) if group.rate.lost]
        lost.sort(key=lambda group: -group.rate.lost)
        rest = sum(group.rate.lost for group in lost[FOREMOST:])

        def percent(number: int) -> int:
            return percent_of(number, report.total.rate.lost) or 0

        rows = [(self._row(group, name), percent(group.rate.lost)) for group in lost[:FOREMOST]]
        all_url = self.url_with(group_by=name)
        return Causes(name, GROUPINGS[name].label, title, rows, rest, percent(rest), all_url)

    def _groupings(self, report: Report) -> list[Tab]:
        return [
            Tab(label=grouping.label, url=self.url_with(group_by=name), current=name == report.group_by)
            for name, grouping in GROUPINGS.items()
        ]

    def _periods(self) -> list[Tab]:
        """What is chosen often; other days are a filter."""
        ranged = FROM in self.params or TO in self.params
        present = None if ranged else self.params.get(PERIOD, "")
        offered: dict[str, Text] = {**QUICK_PERIODS, "": _("All time")}
        return [
            Tab(
                label=label,
                url=self.url_with(**{PERIOD: name or None, FROM: None, TO: None}),
                current=name == present,
            )
            for name, label in offered.items()
        ]

    def _known_filters(self) -> dict[str, Any]:
        return {**OPPORTUNITY_FILTERS, **UNOFFERED_FILTERS}

    def _chips(self) -> list[Chip]:
        return [
            Chip(field.label, field.shown(str(self.params[name]), self.actor), self.url_with(**{name: None}))
            for name, field in self._known_filters().items()
            if name in self.params and self.params[name] not in QUICK_PERIODS
        ]
