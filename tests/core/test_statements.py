"""What the verbs cost: statements, BEGIN and COMMIT among them, whatever the number of rows."""

from decimal import Decimal

import pytest

from crm.models import User
from opportunities.actions import change_settings, check_close, create_opportunity, edit_opportunity
from opportunities.models import Opportunity, Outcome
from quotes.actions import activate_quote, close_open_quotes, create_quote, revise_quote, win_quote
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import QuoteStatusReason
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen

# Real transactions: BEGIN and COMMIT are what is counted, and the deferred keys are judged.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def actor(rep):
    return rep


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep)


@pytest.mark.parametrize("close", [close_won, close_lost])
def test_a_closing_takes_eight(opportunity, actor, count_statements, close):
    with count_statements(8) as captured:
        close(opportunity, actor=actor)
    statements = [query["sql"] for query in captured.captured_queries]
    assert (statements[0], statements[-1]) == ("BEGIN", "COMMIT")


def test_a_competitor_adds_two(opportunity, actor, count_statements):
    rival = make_competitor()
    with count_statements(10):
        close_lost(opportunity, actor=actor, competitor=rival)


@pytest.mark.parametrize("quotes", [1, 30])
def test_quotes_along_add_two_however_many(opportunity, actor, count_statements, quotes):
    for _each in range(quotes):
        make_quote(opportunity, "active")
    with count_statements(10):
        close_lost(opportunity, actor=actor, close_quotes=QuoteStatusReason.LOST)


def test_ended_quotes_add_none(opportunity, actor, count_statements):
    for _each in range(5):
        make_quote(opportunity, "won")
    with count_statements(8):
        close_won(opportunity, actor=actor)


@pytest.mark.parametrize(
    ("most", "deed"),
    [
        (5, lambda pk, actor: edit_opportunity(pk, {"topic": "Another"}, actor=actor)),
        (3, lambda pk, actor: edit_opportunity(pk, {"topic": "Same"}, actor=actor)),
        (5, lambda pk, actor: create_opportunity({"topic": "New"}, actor=actor)),
        (7, lambda pk, actor: create_quote(pk, {"name": "New", "total_amount": Decimal(1)}, actor=actor)),
        (3, lambda pk, actor: check_close(pk, Outcome.WON, actor=actor)),
    ],
)
def test_other_verbs(rep, actor, count_statements, most, deed):
    opportunity = make_opportunity(rep, topic="Same")
    with count_statements(most):
        deed(opportunity.pk, actor)


def test_reopening(rep, actor, count_statements):
    opportunity = make_opportunity(rep, state="won")
    with count_statements(8, least=8):
        reopen(opportunity, actor=actor)


def test_the_settings_are_asked_along(rep, actor, admin, count_statements):
    opportunity = make_opportunity(rep, state="won")
    change_settings({"reopen_reason_required": True}, actor=admin)
    with count_statements(8):
        reopen(opportunity, actor=actor, reason="They called")


@pytest.mark.parametrize(
    ("most", "state", "deed"),
    [
        (8, "draft", lambda quote, actor: activate_quote(quote.pk, actor=actor)),
        (10, "active", lambda quote, actor: revise_quote(quote.pk, actor=actor)),
        (10, "active", lambda quote, actor: win_quote(quote.pk, QuoteWinRequest(), actor=actor)),
        (
            12,
            "active",
            lambda quote, actor: win_quote(quote.pk, QuoteWinRequest(close_other_quotes=True), actor=actor),
        ),
        (
            8,
            "draft",
            lambda quote, actor: close_open_quotes(
                quote.opportunity_id, QuoteCloseRequest(status_reason=QuoteStatusReason.LOST), actor=actor
            ),
        ),
    ],
)
def test_quote_verbs(opportunity, actor, count_statements, most, state, deed):
    for _each in range(10):
        quote = make_quote(opportunity, state)
    with count_statements(most):
        deed(quote, actor)


def test_a_record_and_its_rights_are_one_query(opportunity, django_assert_num_queries):
    edit_opportunity(opportunity.pk, {"competitors": [make_competitor().pk]}, actor=opportunity.owner)
    with django_assert_num_queries(1):
        record = Opportunity.objects.for_record().get(pk=opportunity.pk)
        record.facts(), record.owner.business_unit.name, record.status_reason.label, record.open_quotes
    with django_assert_num_queries(1):
        user = User.objects.with_rights().get(username="rep")
        assert (user.role.label, user.business_unit.name) == ("Salesperson", "North")
