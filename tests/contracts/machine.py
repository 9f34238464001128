"""Random people do random deeds; product and model must say the same of each, and be in the same state after it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crm import clock
from crm.errors import Invalid, Refusal
from crm.models import User
from opportunities.actions import (
    RowResult,
    bulk_assign,
    bulk_close,
    bulk_close_quotes,
    bulk_reopen,
    change_close_field,
    change_settings,
    check_close,
    close_opportunity,
    create_opportunity,
    delete_opportunity,
    edit_opportunity,
    reopen_opportunity,
)
from opportunities.models import ForecastCategory, Outcome, Rating, SalesStage
from opportunities.requests import CloseRequest, ReopenRequest
from opportunities.verification import CHECKS, find_breaches
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
from quotes.requests import QuoteCloseRequest, QuoteWinRequest
from quotes.states import QuoteStatusReason
from tests.contracts import agreement, stories
from tests.contracts.cast import MOMENT, Cast, make_model
from tests.contracts.records import NOT_FOUND, Opportunity, Person, Quote, Record, Refused
from tests.expect import check_deferred

WORDS = {"rating": Rating, "sales_stage": SalesStage, "forecast_category": ForecastCategory}
OFFER = {"name": "Offer", "total_amount": Decimal(500)}
dry_runs = st.booleans()
# Whether the version that the actor saw is told along, and whether it is the present one.
sightings = st.sampled_from(["", "", "", "present", "past"])


def outcome_of(deed: Callable[[], Any]) -> Any:
    """What the deed returned, or how it was refused, in the model's words; a refused deed leaves nothing half done."""
    try:
        done = deed()
    except Refusal as refusal:
        return refusal_in_words(refusal)
    check_deferred()  # what COMMIT would ask
    return done


def refusal_in_words(refusal: Refusal) -> Refused:
    return Refused(refusal.code, frozenset(refusal.errors if isinstance(refusal, Invalid) else ()))


# Any of the story's records, also one that was deleted.
opportunities = st.runner().flatmap(lambda story: st.sampled_from(story.model.opportunities))
quotes = st.runner().flatmap(lambda story: st.sampled_from(story.model.quotes))
rows = st.lists(opportunities, max_size=5)


class SalesMachine(RuleBasedStateMachine):
    def __init__(self, cast: Cast) -> None:
        super().__init__()
        self.cast, self.model = cast, make_model()
        self.ids: dict[Record, UUID] = {}
        self.stack = ExitStack()
        self.stack.enter_context(clock.at(MOMENT))
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        for owner in ("rep", "teammate", "manager"):
            self.create(owner, {"topic": "Ovens", "estimated_revenue": Decimal(1000)})
        for opportunity in self.model.opportunities[1:]:
            self.create_quote(opportunity, "vp", OFFER)

    def teardown(self) -> None:
        try:
            if sys.exception() is None:  # what failed before is told, and not what follows from it
                self.at_the_end()
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.stack.close()

    def at_the_end(self) -> None:
        breaches = find_breaches(CHECKS)
        assert breaches == [], breaches
        agreement.activities_agree(self.model, self.ids, self.cast)

    @invariant()
    def all_agree(self) -> None:
        agreement.rows_agree(self.model, self.ids, self.cast)

    # ── Opportunities ────────────────────────────────────────────────────────────────────────────────────────

    @rule(actor=stories.actors, values=stories.new_opportunities)
    def create(self, actor: str, values: dict[str, Any]) -> None:
        done = outcome_of(lambda: create_opportunity(self._sent(values), actor=self._user(actor)))
        self._made(done, self.model.create(values, actor=self._person(actor)))

    @rule(
        opportunity=opportunities,
        actor=stories.actors,
        changes=stories.changes,
        sighting=sightings,
    )
    def edit(self, opportunity: Opportunity, actor: str, changes: dict[str, Any], sighting: str) -> None:
        self._edit(opportunity, actor, changes, sighting)

    @rule(opportunity=opportunities, actor=stories.actors, owner=stories.owners, sighting=sightings)
    def assign(self, opportunity: Opportunity, actor: str, owner: str, sighting: str) -> None:
        self._edit(opportunity, actor, {"owner": owner}, sighting)

    def _edit(self, opportunity: Opportunity, actor: str, changes: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: edit_opportunity(self.ids[opportunity], self._sent(changes), **how),
            lambda **how: self.model.edit(opportunity, changes, **how),
            opportunity,
            actor,
            sighting,
        )

    @rule(opportunity=opportunities, actor=stories.actors, sighting=sightings)
    def delete(self, opportunity: Opportunity, actor: str, sighting: str) -> None:
        self._agree(
            lambda **how: delete_opportunity(self.ids[opportunity], **how),
            lambda **how: self.model.delete(opportunity, **how),
            opportunity,
            actor,
            sighting,
        )

    @rule(opportunity=opportunities, actor=stories.actors, closing=stories.closings, sighting=sightings)
    def close(self, opportunity: Opportunity, actor: str, closing: Any, sighting: str) -> None:
        outcome, form = closing
        self._agree(
            lambda **how: close_opportunity(self.ids[opportunity], self._close_request(outcome, form), **how),
            lambda **how: self.model.close(opportunity, outcome, form, **how),
            opportunity,
            actor,
            sighting,
        )

    @rule(opportunity=opportunities, closing=stories.plain_closings)
    def go_on(self, opportunity: Opportunity, closing: Any) -> None:
        """What goes, so that there is always something to close and something to reopen."""
        if opportunity.state == "open":
            self.close(opportunity, "vp", closing, "")
        else:
            self.reopen(opportunity, "vp", {"reason": "They came back"}, "")

    @rule(wanted=st.sampled_from(["reason", "budget"]), asked=st.booleans())
    def ask_for(self, wanted: str, asked: bool) -> None:
        """What the administrator asks for holds from the next deed on."""
        if wanted == "reason":
            change_settings({"reopen_reason_required": asked}, actor=self._user("admin"))
        else:
            change_close_field(wanted, {"required": asked}, actor=self._user("admin"))
        self.model.asks_for[wanted] = asked

    @rule(opportunity=opportunities, actor=stories.actors, form=stories.reopenings, sighting=sightings)
    def reopen(self, opportunity: Opportunity, actor: str, form: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: reopen_opportunity(self.ids[opportunity], ReopenRequest(**form), **how),
            lambda **how: self.model.reopen(opportunity, form, **how),
            opportunity,
            actor,
            sighting,
        )

    @rule(opportunity=opportunities, actor=stories.actors, outcome=st.sampled_from(["won", "lost"]))
    def check(self, opportunity: Opportunity, actor: str, outcome: str) -> None:
        """The close check tells every refusal that closing meets, in the same order, and the same revenue."""
        person = self._person(actor)
        told = outcome_of(lambda: check_close(self.ids[opportunity], Outcome[outcome.upper()], actor=self._user(actor)))
        if not person.reads or opportunity.deleted:
            assert told == NOT_FOUND
            return
        assert [refusal_in_words(each) for each in told.refusals] == self.model.against_closing(opportunity, person)
        revenue = self.model.default_revenue(opportunity, outcome)
        assert told.defaults["actual_revenue"] == agreement.amount(revenue, opportunity.currency)
        assert {quote.pk for quote in told.blocking_quotes} == {self.ids[each] for each in opportunity.open_quotes}

    # ── Quotes ───────────────────────────────────────────────────────────────────────────────────────────────

    @rule(opportunity=opportunities, actor=stories.actors, values=stories.new_quotes)
    def create_quote(self, opportunity: Opportunity, actor: str, values: dict[str, Any]) -> None:
        done = outcome_of(lambda: create_quote(self.ids[opportunity], values, actor=self._user(actor)))
        self._made(done, self.model.create_quote(opportunity, values, actor=self._person(actor)))

    @rule(quote=quotes, actor=stories.actors, changes=stories.quote_values, sighting=sightings)
    def edit_quote(self, quote: Quote, actor: str, changes: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: edit_quote(self.ids[quote], changes, **how),
            lambda **how: self.model.edit_quote(quote, changes, **how),
            quote,
            actor,
            sighting,
        )

    @rule(quote=quotes, actor=stories.actors, sighting=sightings)
    def activate_quote(self, quote: Quote, actor: str, sighting: str) -> None:
        self._agree(
            lambda **how: activate_quote(self.ids[quote], **how),
            lambda **how: self.model.activate_quote(quote, **how),
            quote,
            actor,
            sighting,
        )

    @rule(quote=quotes)
    def go_on_with_quote(self, quote: Quote) -> None:
        """What goes, so that there is always an active quote somewhere."""
        if quote.opportunity.state != "open":
            self.reopen(quote.opportunity, "vp", {"reason": "They came back"}, "")
        if quote.state == "draft":
            self.activate_quote(quote, "vp", "")
        else:
            self.create_quote(quote.opportunity, "vp", {**OFFER, "currency": quote.opportunity.currency})

    @rule(quote=quotes, actor=stories.actors, sighting=sightings)
    def delete_quote(self, quote: Quote, actor: str, sighting: str) -> None:
        self._agree(
            lambda **how: delete_quote(self.ids[quote], **how),
            lambda **how: self.model.delete_quote(quote, **how),
            quote,
            actor,
            sighting,
        )

    @rule(quote=quotes, actor=stories.actors, form=stories.wins, sighting=sightings)
    def win_quote(self, quote: Quote, actor: str, form: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: win_quote(self.ids[quote], QuoteWinRequest(**form), **how),
            lambda **how: self.model.win_quote(quote, form, **how),
            quote,
            actor,
            sighting,
        )

    @rule(quote=quotes, actor=stories.actors, form=stories.quote_ends, sighting=sightings)
    def close_quote(self, quote: Quote, actor: str, form: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: close_quote(self.ids[quote], self._quote_close_request(form), **how),
            lambda **how: self.model.close_quote(quote, form, **how),
            quote,
            actor,
            sighting,
        )

    @rule(quote=quotes, actor=stories.actors, sighting=sightings)
    def revise_quote(self, quote: Quote, actor: str, sighting: str) -> None:
        saw = self._saw(quote, sighting)
        done = outcome_of(lambda: revise_quote(self.ids[quote], actor=self._user(actor), expected=_version(saw))[0])
        self._made(done, self.model.revise_quote(quote, actor=self._person(actor), saw=saw))

    @rule(opportunity=opportunities, actor=stories.actors, form=stories.quote_ends, sighting=sightings)
    def close_quotes(self, opportunity: Opportunity, actor: str, form: dict[str, Any], sighting: str) -> None:
        self._agree(
            lambda **how: close_open_quotes(self.ids[opportunity], self._quote_close_request(form), **how),
            lambda **how: self.model.close_quotes(opportunity, form, **how),
            opportunity,
            actor,
            sighting,
        )

    # ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────

    @rule(rows=rows, actor=stories.actors, closing=stories.closings | stories.plain_closings, dry_run=dry_runs)
    def bulk_close(self, rows: list[Opportunity], actor: str, closing: Any, dry_run: bool) -> None:
        outcome, form = closing
        request = self._close_request(outcome, form)
        self._agree_on_rows(
            lambda ids, **how: bulk_close(ids, request, **how),
            lambda **how: self.model.bulk_close(rows, outcome, form, **how),
            rows,
            actor,
            dry_run,
        )

    @rule(rows=rows, actor=stories.actors, form=stories.reopenings, dry_run=dry_runs)
    def bulk_reopen(self, rows: list[Opportunity], actor: str, form: dict[str, Any], dry_run: bool) -> None:
        self._agree_on_rows(
            lambda ids, **how: bulk_reopen(ids, ReopenRequest(**form), **how),
            lambda **how: self.model.bulk_reopen(rows, form, **how),
            rows,
            actor,
            dry_run,
        )

    @rule(rows=rows, actor=stories.actors, form=stories.quote_ends, dry_run=dry_runs)
    def bulk_close_quotes(self, rows: list[Opportunity], actor: str, form: dict[str, Any], dry_run: bool) -> None:
        self._agree_on_rows(
            lambda ids, **how: bulk_close_quotes(ids, self._quote_close_request(form), **how),
            lambda **how: self.model.bulk_close_quotes(rows, form, **how),
            rows,
            actor,
            dry_run,
        )

    @rule(rows=rows, actor=stories.actors, owner=stories.owners, dry_run=dry_runs)
    def bulk_assign(self, rows: list[Opportunity], actor: str, owner: str, dry_run: bool) -> None:
        owner_id = self.cast.id_of(owner)
        assert owner_id
        self._agree_on_rows(
            lambda ids, **how: bulk_assign(ids, owner_id, **how),
            lambda **how: self.model.bulk_assign(rows, owner, **how),
            rows,
            actor,
            dry_run,
        )

    # ── How a deed is asked of both ──────────────────────────────────────────────────────────────────────────

    def _agree(
        self, deed: Callable[..., Any], in_model: Callable[..., Any], record: Record, actor: str, sighting: str
    ) -> None:
        saw = self._saw(record, sighting)
        done = outcome_of(lambda: deed(actor=self._user(actor), expected=_version(saw)))
        self._same(done if isinstance(done, Refused) else None, in_model(actor=self._person(actor), saw=saw))
        if not isinstance(done, Refused):
            agreement.answer_agrees(record, self.ids, self.cast)

    def _agree_on_rows(
        self,
        deed: Callable[..., Any],
        in_model: Callable[..., Any],
        rows: list[Opportunity],
        actor: str,
        dry_run: bool,
    ) -> None:
        ids = [self.ids[row] for row in rows]
        done = outcome_of(lambda: deed(ids, actor=self._user(actor), dry_run=dry_run))
        expected = in_model(actor=self._person(actor), dry_run=dry_run)
        if not isinstance(done, Refused):
            assert [result.id for result in done] == list(dict.fromkeys(ids))
            done = [_row_outcome(result) for result in done]
        self._same(done, expected)
        if isinstance(done, list) and None in done:
            agreement.answer_agrees(list(dict.fromkeys(rows))[done.index(None)], self.ids, self.cast)

    def _made(self, done: Any, expected: Any) -> None:
        """The model's new record is from now on known by the id of the product's."""
        if isinstance(done, Refused) or isinstance(expected, Refused):
            self._same(done, expected)
            return
        self.ids[expected] = done.pk
        if isinstance(expected, Quote):
            expected.number = expected.number or done.number
        agreement.answer_agrees(expected, self.ids, self.cast)

    def _same(self, done: Any, expected: Any) -> None:
        note(f"→ {expected or 'done'}")
        assert done == expected

    def _saw(self, record: Record, sighting: str) -> int | None:
        return {"": None, "present": record.version, "past": record.version - 1}[sighting]

    def _user(self, name: str) -> User:
        return self.cast.users[name]

    def _person(self, name: str) -> Person:
        return self.model.people[name]

    def _sent(self, values: dict[str, Any]) -> dict[str, Any]:
        """Records by their ids, words by their codes, as doors hand them to the action."""
        sent = values | {name: choices[values[name].upper()] for name, choices in WORDS.items() if name in values}
        sent |= {name: self.cast.id_of(values[name]) for name in ("account", "owner") if name in values}
        if "competitors" in values:
            sent["competitors"] = [self.cast.id_of(name) for name in sorted(values["competitors"])]
        return sent

    def _close_request(self, outcome: str, form: dict[str, Any]) -> CloseRequest:
        along = QuoteStatusReason[form["close_quotes"].upper()] if "close_quotes" in form else None
        sent = form | {"competitor": self.cast.id_of(form.get("competitor")), "close_quotes": along}
        return CloseRequest(outcome=Outcome[outcome.upper()], **sent)

    def _quote_close_request(self, form: dict[str, Any]) -> QuoteCloseRequest:
        return QuoteCloseRequest(**form | {"status_reason": QuoteStatusReason[form["status_reason"].upper()]})


def _version(saw: int | None) -> frozenset[int] | None:
    return None if saw is None else frozenset({saw})


def _row_outcome(result: RowResult) -> Refused | None:
    return result.refusal and refusal_in_words(result.refusal)
