"""The win/loss report as a file: a line for each group, and three columns for each currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.columns import Column
from crm.currencies import amount_text, number_shown
from crm.exports import download_table
from crm.exports.files import Download
from crm.exports.forms import FileForm
from crm.types import Text
from opportunities.analytics import Sums
from opportunities.win_loss import GROUPINGS, Group, Report


def export_report(report: Report, form: FileForm, label: Text) -> Download:
    return download_table(label, _lines(report, form), form)


def _lines(report: Report, form: FileForm) -> Iterator[Sequence[str]]:
    columns = _columns(report)
    yield [form.heading(name, column) for name, column in columns.items()]
    for group in report.groups:
        yield [form.cell(column, group) for column in columns.values()]


def _columns(report: Report) -> dict[str, Column]:
    columns = {
        report.group_by: Column(GROUPINGS[report.group_by].label, lambda group: group.label, raw=_raw_key),
        "deals": Column(_("Deals"), lambda group: group.rate.deals),
        "won": Column(_("Won"), lambda group: group.rate.won),
        "lost": Column(_("Lost"), lambda group: group.rate.lost),
        "win_rate": Column(_("Win rate"), lambda group: group.rate.percent, "percent"),
        "average_days_to_close": Column(
            _("Average days to close"),
            lambda group: number_format(group.rate.average_days),
            raw=lambda group: str(group.rate.average_days),
        ),
    }
    for worth in report.total.rate.worths:
        columns |= _columns_of(worth.currency)
    return columns


def _columns_of(currency: str) -> dict[str, Column]:
    def percent(group: Group) -> int | None:
        return group.rate.percents_by_value.get(currency)

    return {
        f"won_{currency}": _amounts(f"{_('Amount won')} {currency}", currency, lambda group: group.rate.won_amounts),
        f"lost_{currency}": _amounts(f"{_('Amount lost')} {currency}", currency, lambda group: group.rate.lost_amounts),
        f"win_rate_by_value_{currency}": Column(f"{_('By value')} {currency}", percent, "percent"),
    }


def _amounts(label: str, currency: str, sums: Callable[[Group], Sums]) -> Column:
    """A cell of the file has the currency of its column, not one of its row."""

    def written(write: Callable[[Decimal, str], str | None]) -> Callable[[Any], str | None]:
        def amount(group: Group) -> str | None:
            found = sums(group).get(currency)
            return None if found is None else write(found, currency)

        return amount

    return Column(label, written(number_shown), raw=written(amount_text))


def _raw_key(group: Group) -> Any:
    """What is the same in every language where there is such; records go by their names."""
    match group.key:
        case date() as month:
            return f"{month:%Y-%m}"
        case int() as code:
            return code
        case _:
            return "" if group.key is None else group.label
