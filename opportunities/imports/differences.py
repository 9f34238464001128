"""Where a deal that was imported before, or since worked on, is no longer what the file says."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.types import Values
from opportunities.actions.history import PastDeal, Recorded
from opportunities.close_fields.kinds import KINDS, WrongValue
from opportunities.imports.deals import CUSTOM, OPEN_STAGES, OUTCOMES
from opportunities.models import Opportunity, SalesStage
from opportunities.requests import CloseRequest

_STAGES = {value: word for word, value in OPEN_STAGES.items()}
_OUTCOMES = {value.value: word for word, value in OUTCOMES.items()}


def difference_text(recorded: Recorded, cells: Mapping[str, str]) -> str:
    """One line that names each column with the file's value and the one here; empty where all agree."""
    assert recorded.opportunity is not None
    told = [
        _("%(column)s is “%(here)s” here and “%(there)s” in the file")
        % {"column": column, "here": here, "there": cells[column]}
        for column, here, agrees in _compared(recorded.deal, recorded.opportunity)
        if not agrees
    ]
    if not told:
        return ""
    return _("%(id)s was left as it is, but differs: %(differences)s.") % {
        "id": recorded.deal.external_id,
        "differences": "; ".join(told),
    }


def _compared(deal: PastDeal, here: Opportunity) -> Iterator[tuple[str, object, bool]]:
    """Each column, the value here as the file would write it, and whether both agree."""
    account = here.account.name if here.account else ""
    yield "product", here.topic, here.topic == deal.topic
    yield "sales_agent", here.owner.name, here.owner_id == deal.owner
    yield "account", account, account == deal.account
    yield "deal_stage", _stage(here), _stage(here) == _told_stage(deal)
    if deal.created_on:
        began = timezone.localdate(here.created_at)
        yield "engage_date", began, began == deal.created_on
    if deal.closing:
        yield "close_date", _text(here.actual_close_date), here.actual_close_date == deal.closing.close_date
        yield "close_value", _text(here.actual_revenue), here.actual_revenue == deal.closing.actual_revenue
        yield from _compared_custom(deal.closing, here)


def _compared_custom(told: CloseRequest, here: Opportunity) -> Iterator[tuple[str, object, bool]]:
    kept = here.close.custom if here.close else {}
    for name, given in told.custom.items():
        value = kept[name]["value"] if name in kept else ""
        yield f"{CUSTOM}{name}", value, name in kept and _is_kept(kept[name], given)


def _is_kept(entry: Values, given: object) -> bool:
    try:
        return bool(KINDS[entry["type"]].read(given, [str(given)]) == entry["value"])
    except WrongValue:
        return False


def _stage(here: Opportunity) -> str:
    if not here.is_open:
        return _OUTCOMES[here.state]
    return _STAGES.get(SalesStage(here.sales_stage), here.get_sales_stage_display())


def _told_stage(deal: PastDeal) -> str:
    return _OUTCOMES[deal.closing.outcome] if deal.closing else _STAGES[deal.sales_stage]


def _text(value: date | Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else value.isoformat()
