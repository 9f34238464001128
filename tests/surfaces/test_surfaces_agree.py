"""The same case through every door leaves the same rows, but for ids, times and origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from crm.models import User
from tests.factories import make_account, make_competitor
from tests.surfaces.doors import Deed, api, bulk, file, new_by_api, new_by_page, page, the_quote, then
from tests.surfaces.scene import Scene

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Case:
    """One deed as each door expresses it; text says why a door cannot.

    Attributes:
        quotes: the states of the quotes at first; None where the deed makes the opportunity.
        closed: won at first.
        actor: who does it, by name.
    """

    page: Deed | str
    api: Deed | str
    bulk: Deed | str
    file: Deed | str
    quotes: tuple[str, ...] | None = ()
    closed: bool = False
    actor: str = "rep"

    def doors(self) -> dict[str, Deed]:
        every = {"page": self.page, "api": self.api, "bulk": self.bulk, "file": self.file}
        return {door: deed for door, deed in every.items() if callable(deed)}


NEW_ONLY = "A file brings deals that are not here yet, and leaves the others as they are."
NO_QUOTES = "A file knows no quotes."
ONE_BY_ONE = "Many at once are closed, reopened and assigned; all else is done one by one."
NEW = {"topic": "GTX Pro", "account": "account"}
FULL = {"close_date": "2026-01-05", "competitor": "competitor", "description": "Well done", "close_quotes": "canceled"}
AGAIN = {"status_reason": 2, "reason": "They called again"}
DEAL = {"product": "GTX Pro", "account": "Contoso"}

CASES = {
    "made": Case(
        quotes=None,
        page=new_by_page(**NEW, sales_stage="1"),
        api=new_by_api(**NEW, sales_stage="develop"),
        bulk=ONE_BY_ONE,
        file=file(**DEAL, deal_stage="Engaging"),
    ),
    "made with everything": Case(
        quotes=None,
        page=new_by_page(
            **NEW,
            estimated_revenue="1,234.50",
            estimated_close_date="2026-12-24",
            probability="40",
            rating="1",
            forecast_category="3",
            status_reason="2",
            competitors=["competitor"],
            description="Forty\r\nmachines",
        ),
        api=new_by_api(
            **NEW,
            estimated_revenue="1234.50",
            estimated_close_date="2026-12-24",
            probability=40,
            rating="hot",
            forecast_category="committed",
            status_reason=2,
            competitors=["competitor"],
            description="Forty\nmachines",
        ),
        bulk=ONE_BY_ONE,
        file="A file has no columns for these.",
    ),
    "made for a teammate": Case(
        quotes=None,
        actor="manager",
        page=new_by_page(**NEW, owner="teammate"),
        api=new_by_api(**NEW, owner="teammate"),
        bulk=ONE_BY_ONE,
        file=file(**DEAL, sales_agent="Teammate"),
    ),
    "made and won": Case(
        quotes=None,
        page=then(
            new_by_page(**NEW),
            page("opportunity-close-as-won", actual_revenue="1,054", close_date="2026-03-01"),
        ),
        api=then(
            new_by_api(**NEW),
            api("opportunities/{}/close-as-won/", actual_revenue="1054", close_date="2026-03-01"),
        ),
        bulk=then(new_by_api(**NEW), bulk("bulk-close", outcome="won", actual_revenue="1054", close_date="2026-03-01")),
        file=file(**DEAL, deal_stage="Won", close_date="2026-03-01", close_value="1054"),
    ),
    "made and lost for nothing": Case(
        quotes=None,
        page=then(
            new_by_page(**NEW),
            page("opportunity-close-as-lost", actual_revenue="0", close_date="2026-03-01"),
        ),
        api=then(new_by_api(**NEW), api("opportunities/{}/close-as-lost/", actual_revenue=0, close_date="2026-03-01")),
        bulk=then(new_by_api(**NEW), bulk("bulk-close", outcome="lost", actual_revenue=0, close_date="2026-03-01")),
        file=file(**DEAL, deal_stage="Lost", close_date="2026-03-01", close_value="0"),
    ),
    "made and lost, no value told": Case(
        quotes=None,
        page=then(new_by_page(**NEW), page("opportunity-close-as-lost", close_date="2026-03-01")),
        api=then(new_by_api(**NEW), api("opportunities/{}/close-as-lost/", close_date="2026-03-01")),
        bulk=then(new_by_api(**NEW), bulk("bulk-close", outcome="lost", close_date="2026-03-01")),
        file=file(**DEAL, deal_stage="Lost", close_date="2026-03-01"),
    ),
    "edited": Case(
        page=page("opportunity-edit", topic="Fifty machines", probability="", competitors=["competitor"]),
        api=api(
            "opportunities/{}/", method="patch", topic="Fifty machines", probability=None, competitors=["competitor"]
        ),
        bulk=ONE_BY_ONE,
        file=NEW_ONLY,
    ),
    "edited and assigned at once": Case(
        actor="manager",
        page=page("opportunity-edit", description="Yours now", owner="teammate"),
        api=api("opportunities/{}/", method="patch", description="Yours now", owner="teammate"),
        bulk=ONE_BY_ONE,
        file=NEW_ONLY,
    ),
    "assigned": Case(
        actor="manager",
        quotes=("draft", "won"),
        page=page("opportunity-assign", owner="teammate"),
        api=api("opportunities/{}/", method="patch", owner="teammate"),
        bulk=bulk("bulk-assign", owner="teammate"),
        file=NEW_ONLY,
    ),
    "deleted": Case(
        quotes=("draft", "draft"),
        page=page("opportunity-delete"),
        api=api("opportunities/{}/", method="delete"),
        bulk=ONE_BY_ONE,
        file=NEW_ONLY,
    ),
    "won by default": Case(
        quotes=("won",),
        page=page("opportunity-close-as-won"),
        api=api("opportunities/{}/close-as-won/"),
        bulk=bulk("bulk-close", outcome="won"),
        file=NO_QUOTES,
    ),
    "won with everything, quotes along": Case(
        quotes=("draft", "active"),
        page=page("opportunity-close-as-won", actual_revenue="1,234.50", **FULL),
        api=api("opportunities/{}/close-as-won/", actual_revenue="1234.50", **FULL),
        bulk=bulk("bulk-close", outcome="won", actual_revenue="1234.50", **FULL),
        file=NO_QUOTES,
    ),
    "lost to a competitor": Case(
        page=page("opportunity-close-as-lost", status_reason="5", competitor="competitor"),
        api=api("opportunities/{}/close-as-lost/", status_reason=5, competitor="competitor"),
        bulk=bulk("bulk-close", outcome="lost", status_reason=5, competitor="competitor"),
        file="A file has no columns for status reason and competitor.",
    ),
    "reopened": Case(
        quotes=("won",),
        closed=True,
        page=page("opportunity-reopen", **AGAIN),
        api=api("opportunities/{}/reopen/", **AGAIN),
        bulk=bulk("bulk-reopen", **AGAIN),
        file=NEW_ONLY,
    ),
    "reopened and lost": Case(
        closed=True,
        page=then(page("opportunity-reopen"), page("opportunity-close-as-lost")),
        api=then(api("opportunities/{}/reopen/"), api("opportunities/{}/close-as-lost/")),
        bulk=then(bulk("bulk-reopen"), bulk("bulk-close", outcome="lost")),
        file=NEW_ONLY,
    ),
    "quotes closed": Case(
        quotes=("draft", "active", "won"),
        page=page("opportunity-close-quotes", status_reason="5", description="Too dear"),
        api=api("opportunities/{}/close-quotes/", status_reason="lost", description="Too dear"),
        bulk=bulk("bulk-close-quotes", status_reason="lost", description="Too dear"),
        file=NO_QUOTES,
    ),
    "quote made": Case(
        page=page("quote-new", name="Offer", total_amount="1,234.50", effective_from="2026-01-01"),
        api=api(
            "quotes/", opportunity="opportunity", name="Offer", total_amount="1234.50", effective_from="2026-01-01"
        ),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote edited": Case(
        quotes=("draft",),
        page=page("quote-edit", the_quote, name="Better offer", effective_to="2026-12-31"),
        api=api("quotes/{}/", the_quote, method="patch", name="Better offer", effective_to="2026-12-31"),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote deleted": Case(
        quotes=("draft", "active"),
        page=page("quote-delete", the_quote),
        api=api("quotes/{}/", the_quote, method="delete"),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote activated": Case(
        quotes=("draft",),
        page=page("quote-activate", the_quote),
        api=api("quotes/{}/activate/", the_quote),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote won, the others lost": Case(
        quotes=("active", "draft"),
        page=page("quote-win", the_quote, close_other_quotes="on"),
        api=api("quotes/{}/win/", the_quote, close_other_quotes=True),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote won alone": Case(
        quotes=("active", "draft"),
        page=page("quote-win", the_quote, description="Signed", close_date="2026-01-05"),
        api=api("quotes/{}/win/", the_quote, description="Signed", close_date="2026-01-05"),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote canceled": Case(
        quotes=("active",),
        page=page("quote-close", the_quote, status_reason="6"),
        api=api("quotes/{}/close/", the_quote, status_reason="canceled"),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
    "quote revised": Case(
        quotes=("active",),
        page=page("quote-revise", the_quote),
        api=api("quotes/{}/revise/", the_quote),
        bulk=ONE_BY_ONE,
        file=NO_QUOTES,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_surfaces_agree(people: dict[str, User], browse: Any, api: Any, tmp_path: Any, name: str) -> None:
    case, actor = CASES[name], people[CASES[name].actor]
    known = {"account": make_account("Contoso"), "competitor": make_competitor("Rival"), "teammate": people["teammate"]}
    stored = {}
    for door, deed in case.doors().items():
        scene = Scene(people["rep"], known, case.quotes, closed=case.closed)
        before = scene.rows()
        entrance = {"page": browse, "file": lambda user: (tmp_path, user.username)}.get(door, api)(actor)
        scene.pk = deed(entrance, scene) or scene.pk
        stored[door] = scene.rows()
        assert stored[door] != before, f"{door} did nothing"
    for door, left in stored.items():
        assert left == stored["page"], door
