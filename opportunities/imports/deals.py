"""A row of sales_pipeline.csv as a deal. Only its form is judged here; what the values may be, the action judges."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from crm import rules
from crm.rules import FieldChecks, field_checks
from crm.written import read_amount, read_day
from opportunities.actions.history import PastDeal
from opportunities.close_fields.kinds import KINDS
from opportunities.imports.products import Products
from opportunities.models import Opportunity, Outcome, SalesStage
from opportunities.requests import CloseRequest

COLUMNS = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
)
# The column of each field of the actions.
COLUMN_OF = {
    "topic": "product",
    "owner": "sales_agent",
    "actual_revenue": "close_value",
    "created_on": "engage_date",
    "sales_stage": "deal_stage",
    "status_reason": "deal_stage",
}
CURRENCY = "USD"
OPEN_STAGES = {"Prospecting": SalesStage.QUALIFY, "Engaging": SalesStage.DEVELOP}
OUTCOMES = {"Won": Outcome.WON, "Lost": Outcome.LOST}
# What stands before the name of a custom close field in its column.
CUSTOM = "custom."
MAX_EXTERNAL_ID = Opportunity._meta.get_field("external_id").max_length or 0


def read_deal(cells: Mapping[str, str], products: Products, field_types: Mapping[str, str]) -> PastDeal:
    """The deal of a row, its owner still to be found.

    Args:
        field_types: of the custom close fields by name.

    Raises: Invalid, all columns at once.
    """
    stage = cells["deal_stage"]
    with field_checks() as checks:
        checks.refuse("opportunity_id", *rules.line(cells["opportunity_id"], max_length=MAX_EXTERNAL_ID, required=True))
        checks.refuse("sales_agent", *rules.line(cells["sales_agent"], max_length=150, required=True))
        for column in ("product", "account"):
            checks.refuse(column, *rules.one_line(cells[column]))
        created_on = _day(cells, "engage_date", checks)
        closing = _closing(cells, field_types, checks) if stage in OUTCOMES else None
        if stage in OPEN_STAGES:
            _refuse_closing(cells, checks)
        elif stage not in OUTCOMES:
            checks.refuse("deal_stage", _unknown_stage())
        with checks.collecting():
            topic = products.topic(cells["product"])
    return PastDeal(
        external_id=cells["opportunity_id"],
        topic=topic,
        account=" ".join(cells["account"].split()),
        currency=CURRENCY,
        sales_stage=OPEN_STAGES.get(stage, SalesStage.QUALIFY),
        created_on=created_on,
        closing=closing,
    )


def _closing(cells: Mapping[str, str], field_types: Mapping[str, str], checks: FieldChecks) -> CloseRequest:
    return CloseRequest(
        outcome=OUTCOMES[cells["deal_stage"]],
        actual_revenue=_amount(cells, "close_value", checks),
        close_date=_day(cells, "close_date", checks),
        custom={
            name: KINDS[field_types[name]].from_cell(text) if name in field_types else text
            for name, text in custom_cells(cells).items()
        },
    )


def custom_cells(cells: Mapping[str, str]) -> dict[str, str]:
    """What the row gives for custom close fields, by their names."""
    return {column.removeprefix(CUSTOM): text for column, text in cells.items() if column.startswith(CUSTOM) and text}


def _refuse_closing(cells: Mapping[str, str], checks: FieldChecks) -> None:
    for column in ("close_date", "close_value", *(f"{CUSTOM}{name}" for name in custom_cells(cells))):
        if cells[column]:
            checks.refuse(column, _("The deal is open. Empty this value, or set deal_stage to Won or Lost."))


def _unknown_stage() -> str:
    return _("Enter one of: %(stages)s.") % {"stages": ", ".join([*OPEN_STAGES, *OUTCOMES])}


def _day(cells: Mapping[str, str], column: str, checks: FieldChecks) -> date | None:
    day = read_day(cells[column])
    if cells[column] and day is None:
        checks.refuse(column, _("Enter a date in the form YYYY-MM-DD."))
    return day


def _amount(cells: Mapping[str, str], column: str, checks: FieldChecks) -> Decimal | None:
    amount = read_amount(cells[column])
    if cells[column] and amount is None:
        checks.refuse(column, _("Enter an amount such as 1234.50."))
    return amount
