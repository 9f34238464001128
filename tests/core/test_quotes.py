"""Quotes: drafts, numbers and revisions, and how they end."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from crm import clock
from crm.models import Event
from opportunities.models import Opportunity
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
from quotes.models import Quote, QuoteClose
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import CLOSE_REASONS, QuoteState, QuoteStatusReason
from tests.expect import check_deferred, invalid, nothing_changes, refused
from tests.factories import make_opportunity, make_quote

VALUES = {"name": "Offer", "total_amount": Decimal("99.90")}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep)


def version(opportunity):
    return Opportunity.objects.values_list("version", flat=True).get(pk=opportunity.pk)


class TestDrafts:
    def test_a_new_one_has_the_next_number_and_the_opportunitys_currency(self, rep):
        opportunity = make_opportunity(rep, currency="EUR")
        first, second = (create_quote(opportunity.pk, VALUES, actor=rep) for _each in range(2))
        check_deferred()
        assert int(second.number.removeprefix("QUO-")) == int(first.number.removeprefix("QUO-")) + 1
        assert len(first.number) == len("QUO-000001")
        assert (
            Quote.objects.get(pk=first.pk).facts()
            == first.facts()
            == {
                "number": first.number,
                "revision": 0,
                "name": "Offer",
                "opportunity": str(opportunity.pk),
                "currency": "EUR",
                "total_amount": "99.90",
                "effective_from": None,
                "effective_to": None,
                "state": "draft",
                "status_reason": 1,
                "closed_on": None,
            }
        )

    def test_name_and_amount_are_required(self, rep, opportunity):
        with invalid(name="required", total_amount="required"):
            create_quote(opportunity.pk, {"name": "  "}, actor=rep)

    def test_an_unknown_opportunity_is_an_error_of_the_field(self, rep, nobody, opportunity):
        with invalid(opportunity="no such opportunity"):
            create_quote(uuid4(), VALUES, actor=rep)
        with invalid(opportunity="no such opportunity"):
            create_quote(opportunity.pk, VALUES, actor=nobody)

    def test_another_currency_is_refused_before_the_amount_is_judged_in_it(self, rep, opportunity):
        with refused("currency_mismatch"):
            create_quote(opportunity.pk, VALUES | {"currency": "KWD", "total_amount": Decimal("1.234")}, actor=rep)
        quote = make_quote(opportunity)
        with refused("currency_mismatch"):
            edit_quote(quote.pk, {"currency": "KWD", "total_amount": Decimal("1.234")}, actor=rep)

    def test_it_cannot_end_before_it_begins(self, rep, opportunity):
        days = {"effective_from": date(2026, 2, 1), "effective_to": date(2026, 1, 31)}
        with invalid(effective_to="before it begins"):
            create_quote(opportunity.pk, VALUES | days, actor=rep)
        quote = create_quote(opportunity.pk, VALUES | days | {"effective_to": date(2026, 2, 1)}, actor=rep)
        with invalid(effective_to=1):
            edit_quote(quote.pk, {"effective_from": date(2026, 2, 2)}, actor=rep)

    def test_editing_with_the_values_already_there_changes_nothing(self, rep, opportunity):
        quote = make_quote(opportunity, **VALUES)
        with nothing_changes():
            edit_quote(quote.pk, VALUES | {"total_amount": Decimal("99.9000"), "currency": "USD"}, actor=rep)

    def test_editing_raises_its_version_and_the_opportunitys(self, rep, opportunity):
        quote = make_quote(opportunity)
        before = version(opportunity)
        changed = edit_quote(quote.pk, VALUES | {"effective_from": TODAY}, actor=rep)
        assert Quote.objects.get(pk=quote.pk).facts() == changed.facts()
        assert (changed.version, version(opportunity)) == (2, before + 1)

    def test_a_deleted_one_leaves_its_event(self, rep, opportunity):
        quote = make_quote(opportunity)
        delete_quote(quote.pk, actor=rep)
        assert not Quote.objects.exists()
        deleted = Event.objects.get(type="quote.deleted")
        assert (deleted.record_id, deleted.group_id, deleted.version) == (quote.pk, opportunity.pk, 2)
        assert deleted.before["name"] == quote.name
        assert set(deleted.after.values()) == {None}
        with refused("not_found"):
            delete_quote(quote.pk, actor=rep)

    def test_the_draft_of_a_revision_can_be_deleted_and_the_number_stays_taken(self, rep, opportunity):
        revised = make_quote(opportunity, "revised")
        delete_quote(Quote.objects.get(revision=1).pk, actor=rep)
        assert make_quote(opportunity).number != revised.number


class TestWinning:
    def test_it_writes_the_quote_close(self, rep, opportunity):
        quote = make_quote(opportunity, "active", total_amount=Decimal("12.34"))
        with clock.at(NOON):
            closed = win_quote(
                quote.pk, QuoteWinRequest(close_date=date(2026, 11, 1), description="Order 7"), actor=rep
            )
        check_deferred()
        assert closed.quotes == [quote]
        assert Quote.objects.get(pk=quote.pk).facts() == closed.quotes[0].facts()
        assert (closed.quotes[0].state, closed.quotes[0].status_reason) == (2, 4)
        assert QuoteClose.objects.values().get() == {
            "id": closed.quote_closes[0].pk,
            "quote_id": quote.pk,
            "opportunity_id": opportunity.pk,
            "number": quote.number,
            "revision": 0,
            "outcome": 4,
            "currency": "USD",
            "total_amount": Decimal("12.3400"),
            "close_date": date(2026, 11, 1),
            "description": "Order 7",
            "closed_by_id": rep.pk,
            "closed_at": NOON,
        }

    def test_the_others_stay_open_unless_asked(self, rep, opportunity):
        quote, other = make_quote(opportunity, "active"), make_quote(opportunity, "active")
        win_quote(quote.pk, QuoteWinRequest(), actor=rep)
        assert Quote.objects.get(pk=other.pk).state == QuoteState.ACTIVE

    def test_the_others_are_closed_as_lost_where_asked(self, rep, opportunity):
        quote, draft, active = (
            make_quote(opportunity, "active"),
            make_quote(opportunity),
            make_quote(opportunity, "active"),
        )
        canceled = make_quote(opportunity, "canceled")
        elsewhere = make_quote(make_opportunity(rep), "active")
        before = version(opportunity)
        closed = win_quote(quote.pk, QuoteWinRequest(close_other_quotes=True, close_date=TODAY), actor=rep)
        assert [each.pk for each in closed.quotes] == [quote.pk, draft.pk, active.pk]
        assert [close.quote_id for close in closed.quote_closes] == [quote.pk, draft.pk, active.pk]
        for each in Quote.objects.filter(pk__in=[draft.pk, active.pk]):
            assert (each.state, each.status_reason, each.closed_on) == (3, 5, TODAY)
        assert Quote.objects.get(pk=canceled.pk).version == canceled.version
        assert Quote.objects.get(pk=elsewhere.pk).state == QuoteState.ACTIVE
        assert (version(opportunity), closed.opportunity.open_quotes) == (before + 1, 0)


class TestClosing:
    @pytest.mark.parametrize("reason", CLOSE_REASONS)
    @pytest.mark.parametrize("state", ["draft", "active"])
    def test_drafts_and_active_ones_as_lost_or_canceled(self, rep, opportunity, state, reason):
        quote = make_quote(opportunity, state)
        rep.time_zone = "Pacific/Auckland"
        with clock.at(NOON):
            closed = close_quote(quote.pk, QuoteCloseRequest(status_reason=reason), actor=rep)
        stored = Quote.objects.get(pk=quote.pk)
        assert (stored.state, stored.status_reason, stored.closed_on) == (3, reason, date(2026, 11, 22))
        assert (closed.quote_closes[0].outcome, closed.quote_closes[0].close_date) == (reason, date(2026, 11, 22))

    @pytest.mark.parametrize("reason", [r for r in QuoteStatusReason if r not in CLOSE_REASONS])
    def test_by_no_other_reason(self, rep, opportunity, reason):
        quote = make_quote(opportunity, "active")
        with nothing_changes(), pytest.raises(ValueError, match="not closed as"):
            close_quote(quote.pk, QuoteCloseRequest(status_reason=reason), actor=rep)

    def test_date_and_description_are_judged_at_once(self, rep, opportunity):
        quote = make_quote(opportunity, "active")
        wrong = {"close_date": date(9999, 1, 1), "description": "x" * 2001}
        for deed in (
            lambda: close_quote(quote.pk, QuoteCloseRequest(status_reason=QuoteStatusReason.LOST, **wrong), actor=rep),
            lambda: win_quote(quote.pk, QuoteWinRequest(**wrong), actor=rep),
        ):
            with invalid(close_date=1, description=1):
                deed()

    def test_all_of_an_opportunity_at_once(self, rep, opportunity):
        quotes = [make_quote(opportunity), make_quote(opportunity, "active")]
        make_quote(opportunity, "won")
        before = version(opportunity)
        request = QuoteCloseRequest(status_reason=QuoteStatusReason.CANCELED, description="Project stopped")
        closed = close_open_quotes(opportunity.pk, request, actor=rep)
        check_deferred()
        assert [quote.pk for quote in closed.quotes] == [quote.pk for quote in quotes]
        assert {close.description for close in QuoteClose.objects.filter(quote__in=quotes)} == {"Project stopped"}
        assert (version(opportunity), closed.opportunity.open_quotes) == (before + 1, 0)
        with nothing_changes():
            assert close_open_quotes(opportunity.pk, request, actor=rep).quotes == []


class TestRevising:
    def test_it_closes_the_old_and_makes_a_draft_with_the_same_number(self, rep, opportunity):
        values = {"effective_from": date(2026, 1, 1), "effective_to": date(2026, 12, 31)}
        quote = make_quote(opportunity, "active", name="Offer", total_amount=Decimal("9.99"), **values)
        before = version(opportunity)
        with clock.at(NOON):
            draft, revised = revise_quote(quote.pk, actor=rep)
        check_deferred()
        assert (revised.state, revised.status_reason, revised.closed_on) == (3, 7, TODAY)
        assert QuoteClose.objects.get().outcome == QuoteStatusReason.REVISED
        same = ("number", "name", "currency", "total_amount", "effective_from", "effective_to", "opportunity")
        assert {key: draft.facts()[key] for key in same} == {key: revised.facts()[key] for key in same}
        assert (draft.revision, draft.state, draft.version) == (1, QuoteState.DRAFT, 1)
        assert Quote.objects.get(pk=draft.pk).facts() == draft.facts()
        assert version(opportunity) == before + 1

    def test_again_and_again(self, rep, opportunity):
        quote = make_quote(opportunity, "active")
        for revision in (1, 2, 3):
            quote, __ = revise_quote(quote.pk, actor=rep)
            assert (quote.revision, quote.state) == (revision, QuoteState.DRAFT)
            activate_quote(quote.pk, actor=rep)
        assert Quote.objects.open().count() == 1


class TestOpenQuotes:
    @pytest.mark.parametrize(
        ("state", "open_quotes"), [("draft", 1), ("active", 1), ("won", 0), ("lost", 0), ("revised", 1)]
    )
    def test_are_counted_on_the_opportunity(self, rep, opportunity, state, open_quotes):
        make_quote(opportunity, state)
        assert Opportunity.objects.for_record().get(pk=opportunity.pk).open_quotes == open_quotes

    def test_the_answers_of_the_verbs_count_alike(self, rep, opportunity):
        def counted(answer):
            assert answer.open_quotes == Opportunity.objects.for_record().get(pk=opportunity.pk).open_quotes

        quote = create_quote(opportunity.pk, VALUES, actor=rep)
        counted(quote.opportunity)
        counted(activate_quote(quote.pk, actor=rep).opportunity)
        draft, __ = revise_quote(quote.pk, actor=rep)
        counted(draft.opportunity)
        counted(close_quote(draft.pk, QuoteCloseRequest(status_reason=QuoteStatusReason.LOST), actor=rep).opportunity)
