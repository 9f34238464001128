"""Creating, editing, assigning and deleting opportunities."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import override_settings

from crm.models import Event, User
from opportunities.actions import create_opportunity, delete_opportunity, edit_opportunity
from opportunities.models import Opportunity, OpportunityCompetitor, StatusReason
from quotes.models import Quote
from quotes.states import QuoteStatusReason
from tests.expect import check_deferred, invalid, nothing_changes, refused
from tests.factories import (
    close_lost,
    make_account,
    make_competitor,
    make_opportunity,
    make_quote,
    make_user,
    reopen,
)


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep)


def edit(opportunity, actor=None, **changes):
    return edit_opportunity(opportunity.pk, changes, actor=actor or opportunity.owner)


class TestCreating:
    def test_only_the_topic_is_required(self, rep):
        with override_settings(DEFAULT_CURRENCY="DKK"):
            opportunity = create_opportunity({"topic": "Ovens"}, actor=rep)
        check_deferred()
        stored = Opportunity.objects.for_record().get(pk=opportunity.pk)
        assert stored.facts() == opportunity.facts()
        assert stored.facts() == {
            "topic": "Ovens",
            "account": None,
            "owner": str(rep.pk),
            "currency": "DKK",
            "estimated_revenue": None,
            "estimated_close_date": None,
            "probability": None,
            "rating": "warm",
            "sales_stage": "qualify",
            "description": "",
            "state": "open",
            "status_reason": 1,
            "forecast_category": "pipeline",
            "actual_revenue": None,
            "actual_close_date": None,
            "competitors": [],
        }
        assert (stored.version, stored.open_quotes) == (1, 0)

    def test_every_writable_value_is_stored(self, rep, teammate, manager):
        account, rivals = make_account(), [make_competitor(), make_competitor()]
        values = {
            "topic": "Ovens",
            "account": account.pk,
            "owner": teammate.pk,
            "currency": "JPY",
            "estimated_revenue": Decimal(1000),
            "estimated_close_date": date(2027, 1, 31),
            "probability": 0,
            "rating": 1,
            "sales_stage": 3,
            "description": "Line one\nline two",
            "status_reason": 2,
            "forecast_category": 4,
            "competitors": [rival.pk for rival in rivals],
        }
        facts = create_opportunity(values, actor=manager).facts()
        assert facts["competitors"] == sorted(str(rival.pk) for rival in rivals)
        assert facts["account"] == str(account.pk)
        assert facts["owner"] == str(teammate.pk)
        assert (facts["currency"], facts["estimated_revenue"]) == ("JPY", "1000")
        assert (facts["probability"], facts["rating"], facts["sales_stage"]) == (0, "hot", "close")
        assert (facts["status_reason"], facts["forecast_category"]) == (2, "omitted")
        assert OpportunityCompetitor.objects.count() == 2

    def test_all_fields_are_judged_at_once(self, rep):
        values = {
            "topic": " ",
            "account": uuid4(),
            "owner": uuid4(),
            "currency": "ZZZ",
            "estimated_close_date": date(1899, 12, 31),
            "probability": 101,
            "description": "x" * 2001,
            "status_reason": 3,
            "forecast_category": 5,
            "competitors": [uuid4()],
        }
        with invalid(**dict.fromkeys(values, 1)):
            create_opportunity(values, actor=rep)

    def test_the_default_status_reason_can_be_another(self, rep):
        StatusReason.objects.filter(code=1).update(is_default=False, active=False)
        StatusReason.objects.filter(code=2).update(is_default=True)
        assert create_opportunity({"topic": "Ovens"}, actor=rep).status_reason_id == 2

    @pytest.mark.parametrize("code", [0, -1, 3, 10**12])
    def test_a_status_reason_that_is_none_of_open_is_refused(self, rep, code):
        with invalid(status_reason="status reasons of Open"):
            create_opportunity({"topic": "Ovens", "status_reason": code}, actor=rep)


class TestEditing:
    def test_a_change_raises_the_version_by_one(self, rep, opportunity):
        changed = edit(opportunity, topic="Another", rating=1, competitors=[make_competitor().pk])
        assert changed.version == 2
        assert Opportunity.objects.for_record().get(pk=opportunity.pk).facts() == changed.facts()
        assert changed.modified_at > opportunity.modified_at

    def test_what_changes_nothing_leaves_version_and_log_alone(self, rep, opportunity):
        rivals = [make_competitor(), make_competitor()]
        edit(opportunity, competitors=[rival.pk for rival in rivals], estimated_revenue=Decimal("12.5"))
        with nothing_changes():
            answer = edit(
                opportunity,
                topic=opportunity.topic,
                owner=rep.pk,
                currency="USD",
                estimated_revenue=Decimal("12.50"),
                status_reason=1,
                competitors=[rival.pk for rival in reversed(rivals)],
                account=None,
            )
        assert answer.version == 2

    def test_minus_zero_is_zero(self, rep, opportunity):
        edit(opportunity, estimated_revenue=Decimal(0))
        with nothing_changes():
            edit(opportunity, estimated_revenue=Decimal("-0.00"))

    def test_nothing_sent_is_nothing_changed(self, opportunity):
        with nothing_changes():
            edit(opportunity)

    def test_competitors_are_replaced(self, opportunity):
        first, second, third = (make_competitor() for _each in range(3))
        edit(opportunity, competitors=[first.pk, second.pk])
        changed = edit(opportunity, competitors=[third.pk, second.pk, third.pk])
        assert set(opportunity.competitors.all()) == {second, third}
        assert changed.facts()["competitors"] == sorted([str(second.pk), str(third.pk)])
        edit(opportunity, competitors=[])
        assert not opportunity.competitors.exists()

    def test_an_account_can_be_taken_away_an_owner_cannot(self, rep, opportunity):
        edit(opportunity, account=make_account().pk)
        assert edit(opportunity, account=None).account is None
        with invalid(owner="Choose an active user"):
            edit(opportunity, owner=None)

    def test_won_and_lost_are_set_by_closing_only(self, opportunity):
        for category in (5, 6):
            with invalid(forecast_category="closing the opportunity"):
                edit(opportunity, forecast_category=category)

    @pytest.mark.parametrize("probability", [-1, 101])
    def test_probability_is_a_percentage(self, opportunity, probability):
        with invalid(probability=1):
            edit(opportunity, probability=probability)

    def test_a_topic_has_300_characters_at_most(self, opportunity):
        edit(opportunity, topic="x" * 300)
        with invalid(topic="300 characters; it has 301"):
            edit(opportunity, topic="x" * 301)

    def test_what_stays_may_be_what_could_not_be_chosen_anew(self, rep, vp, opportunity):
        """A form sends every field: a retired reason or an owner who left must not keep the topic from changing."""
        edit(opportunity, status_reason=2)
        StatusReason.objects.filter(code=2).update(active=False)
        User.objects.filter(pk=rep.pk).update(is_active=False)
        edit(opportunity, vp, topic="New", status_reason=2, owner=rep.pk)
        edit(opportunity, vp, owner=vp.pk, status_reason=1)
        with invalid(owner="active user", status_reason=1):
            edit(opportunity, vp, owner=rep.pk, status_reason=2)


class TestCurrency:
    def test_it_can_change_while_there_is_no_quote(self, opportunity):
        assert edit(opportunity, currency="EUR").currency == "EUR"

    def test_amounts_must_fit_the_new_one(self, opportunity):
        edit(opportunity, estimated_revenue=Decimal("10.50"))
        with invalid(estimated_revenue="JPY has no decimals"):
            edit(opportunity, currency="JPY")

    @pytest.mark.parametrize("state", ["draft", "active", "won", "lost"])
    def test_it_is_fixed_once_a_quote_exists(self, opportunity, state):
        make_quote(opportunity, state)
        with invalid(currency="fixed"):
            edit(opportunity, currency="EUR")
        edit(opportunity, currency="USD", topic="The same one is no change")


class TestAssigning:
    def test_a_manager_assigns_within_his_unit_and_below(self, manager, teammate, opportunity):
        assert edit(opportunity, manager, owner=teammate.pk).owner == teammate

    def test_the_edit_right_is_not_enough(self, rep, teammate, manager, stranger, opportunity):
        with refused("permission_denied"):
            edit(opportunity, rep, owner=teammate.pk)
        with refused("permission_denied"):
            edit(opportunity, manager, owner=stranger.pk)

    def test_a_teammate_may_take_it_over(self, teammate, opportunity):
        assert edit(opportunity, teammate, owner=teammate.pk).owner == teammate

    def test_only_to_active_users(self, vp, units, opportunity):
        gone = make_user("gone", "salesperson", units.north, is_active=False)
        with invalid(owner="active user"):
            edit(opportunity, vp, owner=gone.pk)

    def test_the_records_unit_is_its_owners(self, rep, manager, stranger, units, opportunity):
        rep.business_unit = units.south
        rep.save()
        with refused("permission_denied"):
            edit(opportunity, manager, topic="Moved away")
        edit(opportunity, stranger, topic="Moved here")


class TestDeleting:
    def test_with_its_drafts_and_its_events_remain(self, rep, opportunity):
        make_quote(opportunity), make_quote(opportunity)
        edit(opportunity, competitors=[make_competitor().pk])
        events = Event.objects.count()
        delete_opportunity(opportunity.pk, actor=rep)
        check_deferred()
        assert not Opportunity.objects.exists()
        assert not Quote.objects.exists()
        assert not OpportunityCompetitor.objects.exists()
        assert Event.objects.count() == events + 3
        assert Event.objects.filter(group_id=opportunity.pk).count() == events + 3

    @pytest.mark.parametrize("state", ["active", "won", "lost", "canceled", "revised"])
    def test_not_with_a_quote_beyond_drafts(self, rep, opportunity, state):
        make_quote(opportunity, state)
        with refused("opportunity_not_deletable"):
            delete_opportunity(opportunity.pk, actor=rep)

    def test_not_once_it_was_closed(self, rep, opportunity):
        close_lost(opportunity)
        with refused("opportunity_not_deletable"):
            delete_opportunity(opportunity.pk, actor=rep)
        reopen(opportunity)
        with refused("opportunity_not_deletable"):
            delete_opportunity(opportunity.pk, actor=rep)

    def test_not_with_quotes_that_were_closed_along(self, rep, opportunity):
        make_quote(opportunity)
        close_lost(opportunity, close_quotes=QuoteStatusReason.LOST)
        reopen(opportunity)
        with refused("opportunity_not_deletable"):
            delete_opportunity(opportunity.pk, actor=rep)

    def test_one_that_is_gone_is_not_found(self, rep, opportunity):
        delete_opportunity(opportunity.pk, actor=rep)
        for deed in (lambda: delete_opportunity(opportunity.pk, actor=rep), lambda: close_lost(opportunity)):
            with refused("not_found"):
                deed()
