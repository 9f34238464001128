"""Every state against every verb, for both machines: what goes, and by which code the rest is refused."""

from contextlib import nullcontext
from decimal import Decimal

import pytest

from opportunities.actions import close_opportunity, delete_opportunity, edit_opportunity, reopen_opportunity
from opportunities.models import Competitor, Opportunity, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import (
    activate_quote,
    close_open_quotes,
    close_quote,
    create_quote,
    delete_quote,
    edit_quote,
    revise_quote,
    win_quote,
)
from quotes.models import Quote
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import QuoteStatusReason
from tests.expect import check_deferred, refused
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen

LOST = QuoteCloseRequest(status_reason=QuoteStatusReason.LOST)

OPPORTUNITY_STATES = {
    "open": make_opportunity,
    "open, draft quote": lambda rep: _with_quote(rep, "draft"),
    "open, active quote": lambda rep: _with_quote(rep, "active"),
    "open, won quote": lambda rep: _with_quote(rep, "won"),
    "won": lambda rep: close_won(_with_quote(rep, "won")).opportunity,
    "lost": lambda rep: close_lost(make_opportunity(rep)).opportunity,
    "reopened": lambda rep: reopen(close_lost(make_opportunity(rep)).opportunity).opportunity,
}
OPPORTUNITY_VERBS = {
    "close as won": lambda pk, actor: close_opportunity(pk, CloseRequest(outcome=Outcome.WON), actor=actor),
    "close as lost": lambda pk, actor: close_opportunity(pk, CloseRequest(outcome=Outcome.LOST), actor=actor),
    "close with quotes": lambda pk, actor: close_opportunity(
        pk, CloseRequest(outcome=Outcome.LOST, close_quotes=QuoteStatusReason.CANCELED), actor=actor
    ),
    "reopen": lambda pk, actor: reopen_opportunity(pk, ReopenRequest(), actor=actor),
    "edit": lambda pk, actor: edit_opportunity(pk, {"topic": "Another"}, actor=actor),
    "assign": lambda pk, actor: edit_opportunity(pk, {"owner": actor.pk}, actor=actor),
    "competitors": lambda pk, actor: edit_opportunity(pk, {"competitors": [Competitor.objects.get().pk]}, actor=actor),
    "delete": lambda pk, actor: delete_opportunity(pk, actor=actor),
    "close quotes": lambda pk, actor: close_open_quotes(pk, LOST, actor=actor),
    "create quote": lambda pk, actor: create_quote(pk, {"name": "New", "total_amount": Decimal(1)}, actor=actor),
}
# In the order of OPPORTUNITY_STATES; None goes.
_BLOCKED = ("opportunity_has_open_quotes", "opportunity_has_open_quotes")
_CLOSED = ("opportunity_closed", "opportunity_closed")
_ALREADY = ("opportunity_already_closed", "opportunity_already_closed")
_OPEN, _KEPT = "opportunity_already_open", "opportunity_not_deletable"
OPPORTUNITY_TABLE = {
    "close as won": (None, *_BLOCKED, None, *_ALREADY, None),
    "close as lost": (None, *_BLOCKED, None, *_ALREADY, None),
    "close with quotes": (None, None, None, None, *_ALREADY, None),
    "reopen": (_OPEN, _OPEN, _OPEN, _OPEN, None, None, _OPEN),
    "edit": (None, None, None, None, *_CLOSED, None),
    "assign": (None, None, None, None, *_CLOSED, None),
    "competitors": (None, None, None, None, *_CLOSED, None),
    "delete": (None, None, _KEPT, _KEPT, _KEPT, _KEPT, _KEPT),
    "close quotes": (None, None, None, None, *_CLOSED, None),
    "create quote": (None, None, None, None, *_CLOSED, None),
}

QUOTE_STATES = ("draft", "active", "won", "lost", "canceled", "revised")
QUOTE_VERBS = {
    "activate": lambda pk, actor: activate_quote(pk, actor=actor),
    "edit": lambda pk, actor: edit_quote(pk, {"name": "Another"}, actor=actor),
    "delete": lambda pk, actor: delete_quote(pk, actor=actor),
    "win": lambda pk, actor: win_quote(pk, QuoteWinRequest(), actor=actor),
    "close": lambda pk, actor: close_quote(pk, LOST, actor=actor),
    "revise": lambda pk, actor: revise_quote(pk, actor=actor),
}
_DRAFT, _ACTIVE, _ENDED = "quote_not_draft", "quote_not_active", ("quote_not_open",) * 4
QUOTE_TABLE = {
    "activate": (None, *(_DRAFT,) * 5),
    "edit": (None, *(_DRAFT,) * 5),
    "delete": (None, *(_DRAFT,) * 5),
    "win": (_ACTIVE, None, *_ENDED),
    "close": (None, None, *_ENDED),
    "revise": (_ACTIVE, None, *_ENDED),
}


def _cells(table, states):
    return [
        pytest.param(state, verb, code, id=f"{verb}: {state}")
        for verb, codes in table.items()
        for state, code in zip(states, codes, strict=True)
    ]


def _with_quote(rep, state):
    quote = make_quote(make_opportunity(rep), state)
    return Opportunity.objects.for_record().get(pk=quote.opportunity_id)


def _expectation(code):
    return refused(code) if code else nullcontext()


@pytest.mark.parametrize(("state", "verb", "code"), _cells(OPPORTUNITY_TABLE, OPPORTUNITY_STATES))
def test_opportunities(rep, vp, state, verb, code):
    opportunity = OPPORTUNITY_STATES[state](rep)
    make_competitor()
    with _expectation(code):
        OPPORTUNITY_VERBS[verb](opportunity.pk, vp)
    check_deferred()


@pytest.mark.parametrize(("state", "verb", "code"), _cells(QUOTE_TABLE, QUOTE_STATES))
def test_quotes(rep, state, verb, code):
    quote = make_quote(make_opportunity(rep), state)
    with _expectation(code):
        QUOTE_VERBS[verb](quote.pk, rep)
    check_deferred()


@pytest.mark.parametrize("outcome", [close_won, close_lost])
@pytest.mark.parametrize("verb", QUOTE_VERBS)
@pytest.mark.parametrize("state", ["won", "lost", "canceled", "revised"])
def test_quotes_of_a_closed_opportunity_are_read_only(rep, state, verb, outcome):
    quote = make_quote(make_opportunity(rep), state)
    outcome(quote.opportunity, close_quotes=QuoteStatusReason.CANCELED)
    with refused("opportunity_closed"):
        QUOTE_VERBS[verb](quote.pk, rep)


@pytest.mark.parametrize("table", [OPPORTUNITY_TABLE, QUOTE_TABLE])
def test_no_verb_is_forgotten(table):
    assert set(table) == set(OPPORTUNITY_VERBS if table is OPPORTUNITY_TABLE else QUOTE_VERBS)


def test_the_machines_have_exactly_these_edges():
    def edges(model):
        machine = model._meta.get_field("state").get_all_transitions(model)
        return {(each.name, each.source, each.target) for each in machine}

    assert edges(Opportunity) == {("win", 0, 1), ("lose", 0, 2), ("reopen", 1, 0), ("reopen", 2, 0)}
    assert edges(Quote) == {
        ("activate", 0, 1),
        ("win", 1, 2),
        ("close", 0, 3),
        ("close", 1, 3),
        ("revise", 1, 3),
    }
