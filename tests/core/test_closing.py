"""Closing an opportunity: what it writes, what it defaults to, what it refuses."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from crm import clock
from crm.models import Event
from opportunities.actions import check_close, edit_opportunity
from opportunities.models import ActivityStatus, Opportunity, OpportunityClose, Outcome, StatusReason
from quotes.models import Quote, QuoteClose
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import check_deferred, invalid, refused
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen

TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Ovens", estimated_revenue=Decimal(1000), probability=60, forecast_category=2)


def stored(record):
    return type(record).objects.filter(pk=record.pk).values().get()


def test_closing_as_won_writes_all_of_it(rep, teammate, opportunity):
    rival = make_competitor("Rival")
    with clock.at(NOON):
        closing = close_won(
            opportunity,
            actor=teammate,
            actual_revenue=Decimal("1234.50"),
            currency="USD",
            close_date=date(2026, 11, 20),
            description="Signed on\nFriday ",
            competitor=rival,
        )
    check_deferred()
    record = closing.opportunity_close
    assert stored(opportunity) | {"modified_at": NOON} == stored(opportunity)
    assert {key: value for key, value in stored(opportunity).items() if key in Opportunity.CLOSING_FIELDS} == {
        "state": 1,
        "actual_revenue": Decimal("1234.5000"),
        "actual_close_date": date(2026, 11, 20),
        "forecast_category": 5,
        "probability": 100,
    }
    assert stored(opportunity)["close_id"] == record.pk
    assert stored(opportunity)["status_reason_id"] == 3
    assert stored(opportunity)["version"] == 2
    assert list(opportunity.competitors.all()) == [rival]
    assert stored(record) == {
        "id": record.pk,
        "opportunity_id": opportunity.pk,
        "subject": "Ovens",
        "outcome": 1,
        "status_reason_id": 3,
        "status_reason_en": "Won",
        "status_reason_da": "Vundet",
        "actual_revenue": Decimal("1234.5000"),
        "currency": "USD",
        "close_date": date(2026, 11, 20),
        "competitor_id": rival.pk,
        "competitor_name": "Rival",
        "description": "Signed on\nFriday ",
        "custom": {},
        "overwritten": {"status_reason": 1, "forecast_category": 2, "probability": 60},
        "activity_status": ActivityStatus.COMPLETED,
        "closed_by_id": teammate.pk,
        "closed_at": NOON,
        "reopened_by_id": None,
        "reopened_at": None,
        "reopen_reason": "",
        "completed_outcome": 1,
    }


def test_closing_as_lost_needs_nothing(rep, opportunity):
    with clock.at(NOON):
        closing = close_lost(opportunity)
    check_deferred()
    values = stored(opportunity)
    assert (values["state"], values["status_reason_id"], values["actual_revenue"]) == (2, 4, None)
    assert (values["actual_close_date"], values["forecast_category"], values["probability"]) == (TODAY, 6, 0)
    assert closing.opportunity_close.actual_revenue is None
    assert closing.opportunity_close.competitor is None


def test_the_answer_is_what_was_stored(rep, opportunity):
    rival, other = make_competitor("rival"), make_competitor("Other")
    edit_opportunity(opportunity.pk, {"competitors": [other.pk]}, actor=rep)
    make_quote(opportunity)
    closing = close_won(opportunity, competitor=rival, close_quotes=QuoteStatusReason.LOST)
    again = Opportunity.objects.for_record().get(pk=opportunity.pk)
    assert closing.opportunity.facts() == again.facts()
    assert closing.opportunity.competitor_refs == again.competitor_refs
    assert closing.opportunity.open_quotes == again.open_quotes == 0
    assert closing.opportunity.version == again.version
    assert closing.opportunity.modified_at == again.modified_at


@pytest.mark.parametrize("close", [close_won, close_lost])
def test_a_closed_one_names_who_closed_it_when_and_how(rep, teammate, opportunity, close):
    with clock.at(NOON):
        close(opportunity, actor=teammate)
    outcome = "won" if close is close_won else "lost"
    for again in (close_won, close_lost):
        with refused("opportunity_already_closed") as caught:
            again(opportunity)
        assert str(caught.value) == f"Teammate closed this opportunity as {outcome} on Nov. 21, 2026."
        assert caught.value.facts == {
            "closed_by": {"id": str(teammate.pk), "username": "teammate", "name": "Teammate"},
            "closed_at": NOON,
            "outcome": outcome,
        }


def test_every_open_quote_blocks_and_is_named(rep, opportunity):
    draft = make_quote(opportunity, name="Small", total_amount=Decimal("10.50"))
    revised = make_quote(opportunity, "revised", name="Large", total_amount=Decimal(2000))
    successor = Quote.objects.get(number=revised.number, revision=1)
    active = make_quote(opportunity, "active", name="Medium", total_amount=Decimal(99))
    for state in ("won", "lost", "canceled"):
        make_quote(opportunity, state)
    with refused("opportunity_has_open_quotes") as caught:
        close_won(opportunity)
    blocking = caught.value.facts["blocking_quotes"]
    assert sorted(blocking, key=lambda each: each["number"]) == [
        {
            "id": str(quote.pk),
            "number": quote.number,
            "revision": revision,
            "name": name,
            "state": state,
            "total_amount": amount,
            "currency": "USD",
        }
        for quote, revision, name, state, amount in [
            (draft, 0, "Small", "draft", "10.50"),
            (successor, 1, "Large", "draft", "2000.00"),
            (active, 0, "Medium", "active", "99.00"),
        ]
    ]
    text = str(caught.value)
    for phrase in (f"{draft.number} · Small (draft, $\xa010.50)", f"{revised.number}/1 · Large (draft, $\xa02,000.00)"):
        assert phrase in text


@pytest.mark.parametrize("state", ["won", "lost", "canceled"])
@pytest.mark.parametrize("close", [close_won, close_lost])
def test_ended_quotes_never_block(rep, opportunity, close, state):
    make_quote(opportunity, state)
    close(opportunity)
    check_deferred()


class TestQuotesAlong:
    @pytest.mark.parametrize("reason", [QuoteStatusReason.LOST, QuoteStatusReason.CANCELED])
    def test_the_open_ones_are_closed_the_others_stay(self, rep, opportunity, reason):
        draft, active = make_quote(opportunity), make_quote(opportunity, "active")
        won = make_quote(opportunity, "won")
        before = stored(won)
        closing = close_lost(
            opportunity, close_quotes=reason, close_date=date(2026, 1, 2), description="No", actual_revenue=Decimal(7)
        )
        check_deferred()
        assert {quote.pk for quote in closing.closed_quotes} == {draft.pk, active.pk}
        for quote in Quote.objects.filter(pk__in=[draft.pk, active.pk]):
            assert (quote.state, quote.status_reason, quote.closed_on) == (3, reason, date(2026, 1, 2))
            record = QuoteClose.objects.get(quote=quote)
            assert (record.outcome, record.close_date, record.description) == (reason, date(2026, 1, 2), "No")
            assert record.closed_by == rep
        assert stored(won) == before

    def test_a_refused_closing_leaves_the_quotes_open(self, rep, opportunity):
        make_quote(opportunity, "active")
        with invalid(close_date="future"):
            close_won(opportunity, close_quotes=QuoteStatusReason.LOST, close_date=date(9999, 1, 1))
        with refused("currency_mismatch"):
            close_won(opportunity, close_quotes=QuoteStatusReason.LOST, currency="EUR")

    def test_a_failure_at_the_last_step_leaves_the_quotes_open(self, rep, opportunity, monkeypatch):
        quote = make_quote(opportunity, "active")

        def fail(events):
            raise RuntimeError

        monkeypatch.setattr("opportunities.actions.steps.store", fail)
        with pytest.raises(RuntimeError):
            close_won(opportunity, close_quotes=QuoteStatusReason.LOST)
        assert Quote.objects.get(pk=quote.pk).state == QuoteState.ACTIVE
        assert Opportunity.objects.get(pk=opportunity.pk).is_open
        assert not OpportunityClose.objects.exists()

    def test_without_open_quotes_it_is_an_ordinary_closing(self, rep, opportunity):
        assert close_won(opportunity, close_quotes=QuoteStatusReason.LOST).closed_quotes == []
        assert not QuoteClose.objects.exists()


class TestActualRevenue:
    def test_won_quotes_come_before_the_estimate(self, rep, opportunity):
        for amount in ("100.25", "200.50"):
            make_quote(opportunity, "won", total_amount=Decimal(amount))
        make_quote(opportunity, "lost", total_amount=Decimal(5000))
        assert close_won(opportunity).opportunity.actual_revenue == Decimal("300.75")

    def test_a_won_quote_of_zero_is_a_total(self, rep, opportunity):
        make_quote(opportunity, "won", total_amount=Decimal(0))
        assert close_won(opportunity).opportunity.actual_revenue == 0

    def test_else_the_estimate(self, rep, opportunity):
        assert close_won(opportunity).opportunity.actual_revenue == 1000

    def test_quotes_closed_along_add_nothing(self, rep, opportunity):
        make_quote(opportunity, "active")
        assert close_won(opportunity, close_quotes=QuoteStatusReason.LOST).opportunity.actual_revenue == 1000

    def test_with_neither_it_is_required_to_win(self, rep):
        opportunity = make_opportunity(rep, estimated_revenue=None)
        with invalid(actual_revenue="Enter the actual revenue"):
            close_won(opportunity)
        assert close_won(opportunity, actual_revenue=Decimal(0)).opportunity.actual_revenue == 0

    @pytest.mark.parametrize("amount", [None, Decimal(0), Decimal("12.34")])
    def test_lost_keeps_what_was_typed_and_defaults_to_nothing(self, rep, opportunity, amount):
        make_quote(opportunity, "won")
        closing = close_lost(opportunity, actual_revenue=amount)
        assert closing.opportunity.actual_revenue == closing.opportunity_close.actual_revenue == amount

    def test_a_total_of_won_quotes_beyond_the_limit_is_no_default(self, rep, opportunity):
        for _turn in range(2):
            make_quote(opportunity, "won", total_amount=Decimal(10**12))
        assert check_close(opportunity.pk, Outcome.WON, actor=rep).defaults["actual_revenue"] is None
        with invalid(actual_revenue="Enter the actual revenue"):
            close_won(opportunity)

    def test_the_currency_sent_along_must_be_the_opportunitys(self, rep, opportunity):
        with refused("currency_mismatch"):
            close_won(opportunity, currency="EUR", actual_revenue=Decimal("-1"))


class TestCloseDate:
    def test_it_defaults_to_the_actors_day(self, rep, opportunity):
        rep.time_zone = "Pacific/Auckland"
        with clock.at(datetime(2026, 11, 21, 12, tzinfo=UTC)):
            assert close_won(opportunity).opportunity.actual_close_date == date(2026, 11, 22)

    def test_a_command_has_the_systems_day(self, rep, opportunity):
        with clock.at(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):
            with timezone.override(zoneinfo.ZoneInfo("Asia/Tokyo")):
                assert check_close(opportunity.pk, Outcome.WON, actor=rep).defaults["close_date"] == "2026-11-22"
            assert close_won(opportunity).opportunity.actual_close_date == TODAY

    @pytest.mark.parametrize(
        ("zone", "day", "ok"),
        [
            ("Pacific/Kiritimati", date(2026, 11, 22), True),
            ("Pacific/Kiritimati", date(2026, 11, 23), False),
            ("UTC", date(2026, 11, 22), False),
            ("UTC", TODAY, True),
            ("Pacific/Pago_Pago", TODAY, True),
            ("Pacific/Pago_Pago", date(2026, 11, 22), False),
            ("UTC", date(1900, 1, 1), True),
            ("UTC", date(1899, 12, 31), False),
        ],
    )
    def test_it_lies_between_1900_and_the_actors_today(self, rep, opportunity, zone, day, ok):
        rep.time_zone = zone
        with clock.at(NOON):
            if not ok:
                with invalid(close_date=1):
                    close_lost(opportunity, close_date=day)
                return
            closing = close_lost(opportunity, close_date=day)
        assert stored(opportunity)["actual_close_date"] == stored(closing.opportunity_close)["close_date"] == day

    def test_it_may_lie_before_the_opportunity_was_made(self, rep, opportunity):
        close_won(opportunity, close_date=opportunity.created_at.date() - timedelta(days=400))


class TestStatusReason:
    def test_any_active_one_of_the_state(self, rep, opportunity):
        reason = StatusReason.objects.create(
            code=100_000_001, state=2, label_en="Too expensive", label_da="For dyr", order=9
        )
        record = close_lost(opportunity, status_reason=reason).opportunity_close
        assert (record.status_reason, record.status_reason_en, record.status_reason_da) == (
            reason,
            "Too expensive",
            "For dyr",
        )
        assert stored(opportunity)["status_reason_id"] == 100_000_001

    @pytest.mark.parametrize("code", [1, 4, 0, 99, 10**12, -(10**12)])
    def test_one_of_another_state_or_none_is_refused(self, rep, opportunity, code):
        with invalid(status_reason="status reasons of Won"):
            close_won(opportunity, status_reason=code)

    def test_a_retired_one_is_refused(self, rep, opportunity):
        StatusReason.objects.filter(code=5).update(active=False)
        with invalid(status_reason="status reasons of Lost"):
            close_lost(opportunity, status_reason=5)

    def test_out_sold_demands_a_competitor_only_where_the_administrator_says_so(self, rep, opportunity):
        assert close_lost(make_opportunity(rep), status_reason=5).opportunity_close.competitor is None
        StatusReason.objects.filter(code=5).update(requires_competitor=True, requires_description=True)
        with invalid(competitor="asks for a competitor", description="asks for a description"):
            close_lost(opportunity, status_reason=5, description=" \n")
        close_lost(opportunity, status_reason=5, competitor=make_competitor(), description="Price")

    def test_the_default_can_be_another(self, rep, opportunity):
        StatusReason.objects.filter(code=4).update(is_default=False)
        StatusReason.objects.filter(code=5).update(is_default=True)
        assert check_close(opportunity.pk, Outcome.LOST, actor=rep).defaults["status_reason"] == 5
        assert close_lost(opportunity).opportunity.status_reason_id == 5

    def test_a_renamed_one_stays_on_record_as_it_was(self, rep, opportunity):
        record = close_lost(opportunity).opportunity_close
        StatusReason.objects.filter(code=4).update(label_en="Called off")
        record = OpportunityClose.objects.get(pk=record.pk)
        assert record.status_reason_label == "Canceled"


class TestCompetitor:
    def test_it_joins_the_opportunitys_once_and_stays_after_reopening(self, rep, opportunity):
        rival = make_competitor()
        close_lost(opportunity, competitor=rival)
        reopen(opportunity)
        assert list(opportunity.competitors.all()) == [rival]
        close_lost(opportunity, competitor=rival)
        assert list(opportunity.competitors.all()) == [rival]

    def test_its_name_stays_on_record_as_it_was(self, rep, opportunity):
        rival = make_competitor("Old name")
        record = close_lost(opportunity, competitor=rival).opportunity_close
        rival.name = "New name"
        rival.save()
        assert OpportunityClose.objects.get(pk=record.pk).competitor_name == "Old name"

    def test_an_unknown_one_is_an_error_of_the_field(self, rep, opportunity):
        with invalid(competitor="no such competitor"):
            close_lost(opportunity, competitor=uuid4())


def test_all_fields_are_judged_at_once(rep):
    opportunity = make_opportunity(rep, estimated_revenue=None)
    with invalid(actual_revenue=1, status_reason=1, competitor=1, close_date=1, description=1):
        close_won(opportunity, status_reason=4, competitor=uuid4(), close_date=date(9999, 1, 1), description="x" * 2001)


def test_a_description_of_2000_characters_fits(rep, opportunity):
    assert len(close_won(opportunity, description="æ" * 2000).opportunity_close.description) == 2000


class TestCloseCheck:
    def test_it_tells_what_closing_would_meet_in_the_same_order(self, rep, member, opportunity):
        make_quote(opportunity, "active")
        check = check_close(opportunity.pk, Outcome.WON, actor=member)
        assert [refusal.code for refusal in check.refusals] == ["permission_denied", "opportunity_has_open_quotes"]
        assert not check.allowed
        assert [value["state"] for value in check.blocking_values()] == ["active"]
        close_lost(opportunity, close_quotes=QuoteStatusReason.LOST)
        check = check_close(opportunity.pk, Outcome.WON, actor=member)
        assert [refusal.code for refusal in check.refusals] == ["permission_denied", "opportunity_already_closed"]

    @pytest.mark.parametrize("outcome", Outcome)
    def test_its_defaults_are_what_closing_with_nothing_writes(self, rep, opportunity, outcome):
        make_quote(opportunity, "won", total_amount=Decimal(70))
        check = check_close(opportunity.pk, outcome, actor=rep)
        assert check.allowed
        facts = (close_won if outcome == Outcome.WON else close_lost)(opportunity).opportunity.facts()
        assert check.defaults == {
            "status_reason": facts["status_reason"],
            "actual_revenue": facts["actual_revenue"],
            "currency": facts["currency"],
            "close_date": facts["actual_close_date"],
        }

    def test_revenue_is_required_only_to_win_without_any_default(self, rep, opportunity):
        def required(pk, outcome):
            check = check_close(pk, outcome, actor=rep)
            return {field["name"] for field in check.fields if field["required"]}

        empty = make_opportunity(rep, estimated_revenue=None)
        assert required(empty.pk, Outcome.WON) == {"actual_revenue"}
        assert required(empty.pk, Outcome.LOST) == set()
        assert required(opportunity.pk, Outcome.WON) == set()

    def test_it_offers_the_active_reasons_of_the_state(self, rep, opportunity):
        StatusReason.objects.create(code=100_000_001, state=2, label_en="Gone", label_da="Væk", active=False)
        check = check_close(opportunity.pk, Outcome.LOST, actor=rep)
        assert check.fields[0]["choices"] == [{"value": 4, "label": "Canceled"}, {"value": 5, "label": "Out-Sold"}]

    def test_it_tells_what_a_reason_asks_for(self, rep, opportunity):
        StatusReason.objects.filter(code=5).update(requires_competitor=True)
        choices = check_close(opportunity.pk, Outcome.LOST, actor=rep).fields[0]["choices"]
        assert choices[1] == {"value": 5, "label": "Out-Sold", "requires_competitor": True}

    def test_it_is_a_look_and_leaves_nothing(self, rep, opportunity):
        events = Event.objects.count()
        check_close(opportunity.pk, Outcome.WON, actor=rep)
        assert Event.objects.count() == events

    def test_who_may_not_read_finds_nothing(self, rep, nobody, opportunity):
        with refused("not_found"):
            check_close(opportunity.pk, Outcome.WON, actor=nobody)
        with refused("not_found"):
            check_close(uuid4(), Outcome.WON, actor=rep)
