"""The second wall: SQL that goes past Django is refused by the database, each attack by the constraint named for it.

And what the constraints mean to a user, where a race reaches them: a refusal, never an error of the server.
"""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from crm.errors import Invalid, Refusal
from crm.ids import uuid7
from crm.models import Event
from crm.transactions import deed
from opportunities.models import Competitor, Opportunity, OpportunityClose
from quotes.models import Quote, QuoteClose
from tests.expect import check_deferred, refused_by
from tests.factories import close_lost, close_won, make_competitor, make_opportunity, make_quote, reopen

OPPORTUNITY, CLOSE = "opportunities_opportunity", "opportunities_opportunityclose"
QUOTE, QUOTE_CLOSE, EVENT = "quotes_quote", "quotes_quoteclose", "crm_event"
GENERATED = {CLOSE: {"completed_outcome"}, QUOTE: {"open_guard"}}
WON = {
    "state": 1,
    "status_reason_id": 3,
    "forecast_category": 5,
    "probability": 100,
    "actual_revenue": 1,
    "actual_close_date": "2026-01-01",
}
LOST = WON | {"state": 2, "status_reason_id": 4, "forecast_category": 6, "probability": 0}
OPEN = {
    "state": 0,
    "status_reason_id": 1,
    "forecast_category": 1,
    "actual_revenue": None,
    "actual_close_date": None,
    "close_id": None,
}


def execute(sql, parameters=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def update(record, **values):
    """UPDATE of one row by its id; it must hit the row, or the attack proves nothing."""
    assignments = ", ".join(f'"{column}" = %s' for column in values)
    table = record._meta.db_table
    assert execute(f'UPDATE "{table}" SET {assignments} WHERE id = %s', [*values.values(), record.pk]) == 1


def copy(record, **values):
    """INSERT of a row like this one but for its id and the values."""
    table = record._meta.db_table
    values = {"id": uuid7()} | values
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')
        names = [column.name for column in cursor.description if column.name not in GENERATED.get(table, ())]
    kept = [name for name in names if name not in values]
    columns = ", ".join(f'"{name}"' for name in [*kept, *values])
    selected = ", ".join([*(f'"{name}"' for name in kept), *("%s" for _value in values)])
    execute(
        f'INSERT INTO "{table}" ({columns}) SELECT {selected} FROM "{table}" WHERE id = %s',
        [*values.values(), record.pk],
    )


def delete(record):
    return execute(f'DELETE FROM "{record._meta.db_table}" WHERE id = %s', [record.pk])


@pytest.fixture
def opened(rep):
    return make_opportunity(rep)


@pytest.fixture
def closing(rep):
    return close_won(make_opportunity(rep))


@pytest.fixture
def closed(closing):
    return closing.opportunity


class TestAClosedOpportunityHasNoOpenQuote:
    """quote_needs_open_opportunity, whichever side is written, and whichever way."""

    @pytest.fixture
    def quote(self, opened):
        return make_quote(opened)

    @pytest.mark.parametrize("state", [0, 1])
    def test_by_insert(self, closed, quote, state):
        with refused_by("quote_needs_open_opportunity"):
            copy(quote, opportunity_id=closed.pk, number="X-1", state=state, status_reason=state + 1)

    def test_by_insert_into_no_opportunity_at_all(self, quote):
        with refused_by("quote_needs_open_opportunity"):
            copy(quote, opportunity_id=uuid4(), number="X-1")

    def test_by_reparenting(self, closed, quote):
        with refused_by("quote_needs_open_opportunity"):
            update(quote, opportunity_id=closed.pk)

    def test_by_updating_an_ended_quote(self, rep):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity, "lost")
        close_lost(opportunity)
        check_deferred()
        execute("ALTER TABLE quotes_quote DISABLE TRIGGER USER")  # else quote_legal_edges refuses first
        with refused_by("quote_needs_open_opportunity"):
            update(quote, state=1, status_reason=2, closed_on=None)

    @pytest.mark.parametrize("values", [WON, LOST])
    def test_by_closing_over_it(self, rep, closing, quote, values):
        with refused_by("quote_needs_open_opportunity"):
            update(quote.opportunity, **values, close_id=closing.opportunity_close.pk)

    def test_even_with_a_close_record_of_its_own(self, closing, quote):
        with refused_by("quote_needs_open_opportunity"):
            close = uuid7()
            copy(closing.opportunity_close, id=close, opportunity_id=quote.opportunity_id)
            update(quote.opportunity, **WON, close_id=close)

    def test_deleting_the_opportunity_under_a_quote(self, quote):
        with refused_by("quote_needs_open_opportunity"):
            delete(quote.opportunity)


class TestClosedExactlyWithOneCompletedClose:
    def test_state_without_a_close_record(self, opened):
        with refused_by("opportunity_closed_with_close"):
            update(opened, **WON)

    def test_open_with_a_close_record(self, opened, closing):
        with refused_by("opportunity_closed_with_close"):
            update(opened, close_id=closing.opportunity_close.pk)

    def test_a_close_record_that_is_not_there(self, opened):
        with refused_by("opportunity_has_its_close"):
            update(opened, **WON, close_id=uuid4())

    def test_a_close_record_of_another_opportunity(self, opened, closing):
        with refused_by("opportunity_has_its_close"):
            update(opened, **WON, close_id=closing.opportunity_close.pk)

    def test_a_close_record_of_the_other_outcome(self, opened, closing):
        with refused_by("opportunity_close_fits_state"):
            close = uuid7()
            copy(closing.opportunity_close, id=close, opportunity_id=opened.pk)
            update(opened, **LOST, close_id=close)

    def test_a_canceled_close_record(self, rep):
        opportunity = make_opportunity(rep)
        close = close_won(opportunity).opportunity_close
        reopen(opportunity)
        with refused_by("opportunity_has_its_close"):
            update(opportunity, **WON, close_id=close.pk)

    def test_a_completed_close_record_of_an_open_opportunity(self, opened, closing):
        with refused_by("opportunity_close_fits_state"):
            copy(closing.opportunity_close, opportunity_id=opened.pk)

    def test_reopening_without_canceling_the_record(self, closed):
        with refused_by("opportunity_close_fits_state"):
            update(closed, **OPEN)

    def test_canceling_the_record_without_reopening(self, rep, closing):
        with refused_by("opportunity_has_its_close"):
            update(closing.opportunity_close, activity_status=2, reopened_by_id=rep.pk, reopened_at=datetime.now(UTC))

    def test_two_completed_records(self, closing):
        with refused_by("opportunity_close_one_completed"):
            copy(closing.opportunity_close)

    def test_a_legal_closing_past_django_is_none_of_an_attack(self, opened, closing):
        """The attacks above fail for the reason named, not because nothing at all goes."""
        close = uuid7()
        copy(closing.opportunity_close, id=close, opportunity_id=opened.pk)
        update(opened, **WON, close_id=close)
        check_deferred()


class TestEdges:
    @pytest.mark.parametrize(("state", "values"), [("won", LOST), ("lost", WON)])
    def test_won_and_lost_are_no_neighbours(self, rep, state, values):
        with refused_by("opportunity_legal_edges"):
            opportunity = make_opportunity(rep, state=state)
            update(opportunity, **values)

    @pytest.mark.parametrize(
        ("state", "target", "reason"),
        [
            ("draft", 2, 4),
            ("active", 0, 1),
            ("won", 0, 1),
            ("won", 1, 2),
            ("won", 3, 5),
            ("lost", 0, 1),
            ("lost", 1, 2),
            ("lost", 2, 4),
            ("canceled", 0, 1),
            ("revised", 1, 2),
        ],
    )
    def test_of_quotes(self, opened, state, target, reason):
        quote = make_quote(opened, state)
        with refused_by("quote_legal_edges"):
            update(quote, state=target, status_reason=reason)

    @pytest.mark.parametrize("reason", [2, 3, 4, 5, 6, 7, 0])
    def test_the_wrong_reason_for_a_quotes_state(self, opened, reason):
        quote = make_quote(opened)
        with refused_by("quote_reason_fits_state"):
            update(quote, status_reason=reason)

    @pytest.mark.parametrize(("state", "reason"), [("open", 3), ("open", 4), ("won", 1), ("won", 5), ("lost", 3)])
    def test_the_wrong_reason_for_an_opportunitys_state(self, rep, state, reason):
        opportunity = make_opportunity(rep, state=state)
        with refused_by("opportunity_reason_fits_state"):
            update(opportunity, status_reason_id=reason)

    @pytest.mark.parametrize(
        ("state", "values"),
        [
            ("open", {"actual_revenue": 1}),
            ("open", {"actual_close_date": "2026-01-01"}),
            ("open", {"forecast_category": 5}),
            ("won", {"actual_revenue": None}),
            ("won", {"actual_close_date": None}),
            ("won", {"forecast_category": 1}),
            ("won", {"probability": 99}),
            ("lost", {"actual_close_date": None}),
            ("lost", {"forecast_category": 5}),
        ],
    )
    def test_facts_that_belie_the_state(self, rep, state, values):
        opportunity = make_opportunity(rep, state=state)
        with refused_by("opportunity_facts_fit_state"):
            update(opportunity, **values)


class TestRecordsAreKept:
    @pytest.mark.parametrize(
        "values",
        [
            {"actual_revenue": 0},
            {"description": "nicer"},
            {"closed_at": datetime(2020, 1, 1, tzinfo=UTC)},
            {"competitor_name": "other"},
            {"overwritten": "{}"},
            {"activity_status": 2},
            {"outcome": 2},
        ],
    )
    def test_a_close_record_is_not_edited(self, closing, values):
        canceled_by_nobody = values == {"activity_status": 2}
        constraint = "opportunity_close_canceled_by_someone" if canceled_by_nobody else "opportunity_close_immutable"
        with refused_by(constraint):
            update(closing.opportunity_close, **values)

    def test_nor_while_it_is_canceled(self, rep, closing):
        with refused_by("opportunity_close_immutable"):
            update(
                closing.opportunity_close,
                activity_status=2,
                reopened_by_id=rep.pk,
                reopened_at=datetime.now(UTC),
                actual_revenue=0,
            )

    @pytest.mark.parametrize(
        "values",
        [
            {"activity_status": 1, "reopened_by_id": None, "reopened_at": None},
            {"activity_status": 2, "reopen_reason": "nicer"},
            {"reopen_reason": "nicer"},
        ],
    )
    def test_nor_once_it_is_canceled(self, closing, values):
        reopen(closing.opportunity)
        with refused_by("opportunity_close_immutable"):
            update(closing.opportunity_close, **values)

    def test_a_close_record_is_not_deleted(self, closing):
        with refused_by("opportunity_close_undeletable"):
            delete(closing.opportunity_close)
        reopen(closing.opportunity)
        with refused_by("opportunity_close_undeletable"):
            delete(closing.opportunity_close)

    def test_a_quote_close_is_neither(self, opened):
        make_quote(opened, "won")
        record = QuoteClose.objects.get()
        for values in ({"total_amount": 1}, {"description": "nicer"}, {"outcome": 5}):
            with refused_by("quote_close_immutable"):
                update(record, **values)
        with refused_by("quote_close_undeletable"):
            delete(record)
        with refused_by("quotes_quoteclose_quote_id_key"):
            copy(record)

    def test_an_event_is_neither(self, opened):
        event = Event.objects.get()
        for values in ({"type": "other"}, {"after": "{}"}, {"position": 7, "version": 2}):
            with refused_by("event_append_only"):
                update(event, **values)
        with refused_by("event_undeletable"):
            delete(event)
        with refused_by("event_once_per_version"):
            copy(event)

    def test_an_events_position_is_handed_out_once(self, opened):
        event = Event.objects.get()
        update(event, position=7)
        for position in (8, None):
            with refused_by("event_append_only"):
                update(event, position=position)


class TestValues:
    @pytest.mark.parametrize("state", ["draft", "active", "won", "lost"])
    def test_the_currency_is_fixed_once_a_quote_exists(self, opened, state):
        quote = make_quote(opened, state)
        with refused_by("quote_currency_of_opportunity"):
            update(opened, currency="EUR")
        with refused_by("quote_currency_of_opportunity"):
            update(quote, currency="EUR")

    def test_one_open_revision_per_number(self, rep, opened):
        quote = make_quote(opened)
        with refused_by("quote_one_open_revision"):
            copy(quote, revision=1)
        with refused_by("quote_number_revision"):
            copy(quote, state=3, status_reason=5, closed_on="2026-01-01")

    @pytest.mark.parametrize("amount", [-1, "1000000000000.0001", "NaN"])
    def test_amounts_in_range(self, opened, amount):
        quote = make_quote(opened)
        with refused_by("quote_total_amount_range"):
            update(quote, total_amount=amount)
        with refused_by("opportunity_estimated_revenue_range"):
            update(opened, estimated_revenue=amount)

    def test_names_probability_and_dates(self, opened):
        quote = make_quote(opened)
        for record, constraint, values in [
            (opened, "opportunity_topic_given", {"topic": ""}),
            (opened, "opportunity_probability_range", {"probability": 101}),
            (quote, "quote_name_given", {"name": ""}),
            (quote, "quote_effective_range", {"effective_from": "2026-01-02", "effective_to": "2026-01-01"}),
            (make_competitor("Contoso"), "competitor_name_given", {"name": ""}),
        ]:
            with refused_by(constraint):
                update(record, **values)
        with refused_by("competitor_name_unique"):
            copy(Competitor.objects.get(), name="CONTOSO")


class TestWhatViolationsMean:
    """Reached past the actions here; in life only where a lock was missing."""

    @pytest.mark.parametrize(
        ("attack", "code"),
        [
            (lambda r: copy(r["quote"], opportunity_id=r["closed"].pk, number="X"), "opportunity_closed"),
            (lambda r: update(r["quote"].opportunity, **WON, close_id=uuid7()), "opportunity_has_open_quotes"),
            (lambda r: copy(r["close"]), "opportunity_already_closed"),
            (lambda r: update(r["closed"], **LOST), "opportunity_already_closed"),
            (lambda r: update(r["closed"], forecast_category=1), "opportunity_closed"),
            (lambda r: update(r["canceled"], reopen_reason="again"), "opportunity_already_open"),
            (lambda r: copy(r["quote"], revision=1), "quote_open_revision_exists"),
            (lambda r: update(r["won quote"], state=1, status_reason=2), "quote_not_open"),
            (lambda r: copy(QuoteClose.objects.get()), "quote_not_open"),
            (lambda r: copy(r["quote"], number="X", currency="EUR"), "currency_mismatch"),
            (lambda r: copy(Event.objects.first()), "unavailable"),
            (lambda r: execute("DELETE FROM opportunities_statusreason WHERE code = 1"), "in_use"),
            (lambda r: delete(r["rival"]), "in_use"),
        ],
    )
    def test_a_refusal(self, rep, attack, code):
        canceled = make_opportunity(rep, state="lost")
        reopen(canceled)
        closing = close_won(make_opportunity(rep))
        opportunity, rival = make_opportunity(rep), make_competitor()
        records = {
            "quote": make_quote(opportunity),
            "won quote": make_quote(opportunity, "won"),
            "closed": closing.opportunity,
            "close": closing.opportunity_close,
            "canceled": OpportunityClose.objects.get(activity_status=2),
            "rival": rival,
        }
        make_opportunity(rep, competitors=[rival])
        check_deferred()
        with pytest.raises(Refusal) as caught, deed():
            attack(records)
            check_deferred()
        assert caught.value.code == code
        assert isinstance(caught.value.__cause__, IntegrityError)

    def test_field_errors(self, rep):
        opportunity = make_opportunity(rep)
        make_quote(opportunity)
        for values, field in [({"currency": "EUR"}, "currency"), ({"account_id": uuid4()}, "account")]:
            with pytest.raises(Invalid) as caught, deed():
                update(opportunity, **values)
                check_deferred()
            assert set(caught.value.errors) == {field}

    def test_an_unknown_one_is_not_swallowed(self, rep):
        opportunity = make_opportunity(rep)
        with pytest.raises(IntegrityError), deed():
            update(opportunity, topic="")

    def test_a_row_that_is_gone_is_not_found(self, rep):
        opportunity = make_opportunity(rep)
        with pytest.raises(Refusal) as caught, deed():
            Opportunity.objects.filter(pk=opportunity.pk)._raw_delete("default")
            opportunity.save(update_fields=["topic"])
        assert caught.value.code == "not_found"

    @pytest.mark.parametrize("code", ["55P03", "40P01", "57014"])
    def test_a_lock_not_had_in_time_is_unavailable(self, db, code):
        with pytest.raises(Refusal) as caught, deed():
            execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")
        assert caught.value.code == "unavailable"


@pytest.mark.parametrize("model", [Opportunity, OpportunityClose, Quote])
def test_every_query_set_past_the_actions_meets_the_same_wall(rep, model):
    """What a careless QuerySet.update() would do."""
    opportunity = make_opportunity(rep)
    make_quote(opportunity, "lost")
    close_won(opportunity)
    field = "activity_status" if model is OpportunityClose else "state"
    with pytest.raises(IntegrityError):
        model.objects.update(**{field: 2 if model is not Quote else 1})
        check_deferred()
