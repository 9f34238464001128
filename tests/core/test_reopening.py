"""Reopening leaves no lies: the closing stays on record, and the opportunity is as it was before."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crm import clock
from opportunities.actions import change_settings
from opportunities.models import ActivityStatus, Opportunity, OpportunityClose, StatusReason
from quotes.models import Quote
from quotes.states import QuoteStatusReason
from tests.expect import check_deferred, invalid, refused
from tests.factories import close_lost, close_won, make_opportunity, make_quote, reopen

CLOSES = {"won": close_won, "lost": close_lost}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize("outcome", CLOSES)
@pytest.mark.parametrize(("forecast_category", "probability"), [(1, None), (2, 0), (3, 100), (4, 55)])
def test_what_closing_overwrote_comes_back_and_what_it_set_is_cleared(rep, outcome, forecast_category, probability):
    opportunity = make_opportunity(rep, forecast_category=forecast_category, probability=probability)
    before = opportunity.facts()
    CLOSES[outcome](opportunity, actual_revenue=Decimal(5))
    answer = reopen(opportunity).opportunity
    check_deferred()
    stored = Opportunity.objects.for_record().get(pk=opportunity.pk)
    assert stored.facts() == answer.facts() == before
    assert (stored.close_id, stored.version) == (None, 3)


def test_the_close_record_becomes_canceled_and_keeps_everything(rep, teammate):
    opportunity = make_opportunity(rep)
    record = close_won(opportunity, description="Signed").opportunity_close
    before = OpportunityClose.objects.filter(pk=record.pk).values().get()
    with clock.at(NOON):
        reopen(opportunity, actor=teammate, reason="The customer withdrew")
    check_deferred()
    assert OpportunityClose.objects.filter(pk=record.pk).values().get() == before | {
        "activity_status": ActivityStatus.CANCELED,
        "completed_outcome": None,
        "reopened_by_id": teammate.pk,
        "reopened_at": NOON,
        "reopen_reason": "The customer withdrew",
    }


def test_quotes_stay_as_they_are_also_those_closed_along(rep):
    opportunity = make_opportunity(rep)
    make_quote(opportunity, "won")
    make_quote(opportunity, "active")
    close_won(opportunity, close_quotes=QuoteStatusReason.CANCELED)
    before = list(Quote.objects.order_by("pk").values())
    reopen(opportunity)
    assert list(Quote.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("first", CLOSES)
@pytest.mark.parametrize("second", CLOSES)
def test_close_reopen_close_leaves_one_canceled_and_one_completed(rep, first, second):
    opportunity = make_opportunity(rep)
    CLOSES[first](opportunity)
    reopen(opportunity)
    latest = CLOSES[second](opportunity).opportunity_close
    check_deferred()
    assert list(OpportunityClose.objects.completed()) == [latest]
    assert OpportunityClose.objects.exclude(pk=latest.pk).get().activity_status == ActivityStatus.CANCELED
    assert Opportunity.objects.get(pk=opportunity.pk).close_id == latest.pk


class TestStatusReason:
    def test_any_active_one_of_open(self, rep):
        opportunity = make_opportunity(rep, state="lost")
        assert reopen(opportunity, status_reason=2).opportunity.status_reason_id == 2

    def test_it_is_in_progress_unless_chosen_whatever_it_was_before(self, rep):
        opportunity = make_opportunity(rep, status_reason=2)
        close_lost(opportunity)
        assert reopen(opportunity).opportunity.status_reason_id == 1

    @pytest.mark.parametrize("code", [0, 3, 4, 99])
    def test_others_are_refused(self, rep, code):
        opportunity = make_opportunity(rep, state="lost")
        with invalid(status_reason="status reasons of Open"):
            reopen(opportunity, status_reason=code)

    def test_a_retired_one_is_refused(self, rep):
        opportunity = make_opportunity(rep, state="lost")
        StatusReason.objects.filter(code=2).update(active=False)
        with invalid(status_reason=1, reason=1):
            reopen(opportunity, status_reason=2, reason="x" * 2001)


class TestReason:
    """An administrator can make it required."""

    @pytest.fixture
    def opportunity(self, rep, admin):
        change_settings({"reopen_reason_required": True}, actor=admin)
        return make_opportunity(rep, state="won")

    @pytest.mark.parametrize("reason", ["", " \n\t"])
    def test_where_required_it_must_say_something(self, opportunity, reason):
        with invalid(reason="Say why it is reopened."):
            reopen(opportunity, reason=reason)

    def test_every_field_is_judged_at_once(self, opportunity):
        with invalid(reason="Say why", status_reason="status reasons of Open"):
            reopen(opportunity, status_reason=99)

    def test_one_is_enough(self, opportunity):
        assert reopen(opportunity, reason="They called").opportunity_close.reopen_reason == "They called"

    def test_it_can_be_left_out_unless_required(self, rep):
        assert reopen(make_opportunity(rep, state="won"), reason="  ").opportunity.is_open


def test_an_open_one_is_refused(rep):
    opportunity = make_opportunity(rep)
    with refused("opportunity_already_open"):
        reopen(opportunity)


def test_a_reopened_one_can_be_changed_and_quoted_again(rep):
    opportunity = make_opportunity(rep, state="won")
    reopen(opportunity)
    make_quote(opportunity, "active")
    check_deferred()
