"""What people try: mostly what goes, now and then what does not, and often several wrong values at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.contracts.cast import ACCOUNTS, COMPETITORS, PEOPLE, PRICE, RETIRED, RIVAL, TODAY, TOMORROW
from tests.contracts.records import EARLIEST, MOST

Form = st.SearchStrategy[dict[str, Any]]

LONG = "x" * 2001
UNKNOWN = "Nobody"


def mostly(right: list[Any], wrong: list[Any]) -> st.SearchStrategy[Any]:
    """Each right value three times as often as each wrong one."""
    return st.sampled_from([*right * 3, *wrong])


def form(required: dict[str, Any] | None = None, **optional: st.SearchStrategy[Any]) -> Form:
    return st.fixed_dictionaries(required or {}, optional=optional)


# Most of the deeds are those of people who may do them.
actors = st.sampled_from([*["rep"] * 3, *["manager"] * 2, *["vp"] * 2, *PEOPLE]).filter(lambda name: name != "leaver")
owners = mostly([name for name in PEOPLE if name != "leaver"], ["leaver", UNKNOWN])
days = mostly([TODAY, date(2026, 1, 5)], [EARLIEST, TOMORROW, TODAY + timedelta(2), EARLIEST - timedelta(1)])
amounts = mostly([Decimal("1234.50"), Decimal(700), Decimal(0), MOST], [Decimal("0.001"), Decimal(-1), MOST + 1])
descriptions = mostly(["Well fought"], ["", "  ", LONG])
names = mostly(["Ovens", "Forty machines"], ["", "  ", "x" * 301])
competitors = mostly(sorted(COMPETITORS), [UNKNOWN])

opportunity_values = form(
    account=mostly([None, *sorted(ACCOUNTS)], [UNKNOWN]),
    owner=owners,
    currency=mostly(["USD", "JPY"], ["ZZZ"]),
    estimated_revenue=st.none() | amounts,
    estimated_close_date=mostly([None, TODAY, date(2027, 1, 1)], [EARLIEST - timedelta(1)]),
    probability=mostly([None, 0, 40, 100], [-1, 101]),
    rating=st.sampled_from(["hot", "cold"]),
    sales_stage=st.sampled_from(["develop", "close"]),
    description=descriptions,
    forecast_category=mostly(["pipeline", "best_case", "omitted"], ["won", "lost"]),
    status_reason=mostly([1, 2], [3, 99]),
    competitors=st.frozensets(competitors, max_size=2),
)
new_opportunities = st.builds(lambda topic, values: {"topic": topic} | values, names, opportunity_values)
changes = st.builds(lambda topic, values: topic | values, form(topic=names), opportunity_values)


def _close_forms(outcome: str, reasons: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    forms = form(
        status_reason=reasons,
        actual_revenue=amounts,
        currency=mostly(["USD"], ["JPY"]),
        close_date=days,
        description=descriptions,
        competitor=competitors,
        close_quotes=st.sampled_from(["lost", "canceled"]),
        custom=mostly([{"budget": 7} if outcome == "lost" else {}], [{"budget": None}, {"budget": "x"}, {"size": 1}]),
    )
    return st.tuples(st.just(outcome), forms)


closings = _close_forms("won", mostly([3], [4])) | _close_forms("lost", mostly([4, 5, PRICE, RIVAL], [RETIRED, 3, 99]))
plain_forms = form(close_quotes=st.just("lost"), actual_revenue=st.just(Decimal(500)))
plain_closings = st.tuples(st.just("won"), plain_forms) | st.tuples(
    st.just("lost"), plain_forms.map(lambda values: values | {"custom": {"budget": 7}})
)
reopenings = form(status_reason=mostly([1, 2], [3, 99]), reason=descriptions)
quote_values = form(
    name=names,
    total_amount=st.none() | amounts,
    effective_from=mostly([None, date(2026, 2, 1)], [EARLIEST - timedelta(1)]),
    effective_to=mostly([None, date(2026, 4, 1)], [date(2026, 1, 1)]),
    currency=mostly(["USD"], ["JPY"]),
)
new_quotes = st.builds(
    lambda values: {"name": "Offer", "total_amount": Decimal(500)} | values, st.just({}) | quote_values
)
wins = form(close_other_quotes=st.booleans(), close_date=days, description=descriptions)
quote_ends = form({"status_reason": st.sampled_from(["lost", "canceled"])}, close_date=days, description=descriptions)
