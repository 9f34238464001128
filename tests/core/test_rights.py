"""Rights by depth, and the order in which a request is judged. The table of rights: tests/contracts/rights.py."""

from datetime import date
from uuid import uuid4

import pytest

from crm.models import BusinessUnit, Depth, Role, User
from crm.permissions import Kind, Privilege, access, allows
from opportunities.actions import (
    close_opportunity,
    create_opportunity,
    delete_opportunity,
    edit_opportunity,
    reopen_opportunity,
)
from opportunities.models import Opportunity, OpportunityClose, Outcome
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
from tests.expect import invalid, refused
from tests.factories import make_opportunity, make_quote, make_user

LOST = QuoteCloseRequest(status_reason=QuoteStatusReason.LOST)


def _quote(pk):
    return Quote.objects.get(opportunity=pk).pk


# Each with the state of the opportunity, and of its quote, in which it goes.
VERBS = {
    "close": ("open", None, lambda pk, **o: close_opportunity(pk, CloseRequest(outcome=Outcome.LOST), **o)),
    "reopen": ("lost", None, lambda pk, **o: reopen_opportunity(pk, ReopenRequest(), **o)),
    "edit": ("open", None, lambda pk, **o: edit_opportunity(pk, {"topic": "Another"}, **o)),
    "delete": ("open", None, delete_opportunity),
    "close quotes": ("open", "draft", lambda pk, **o: close_open_quotes(pk, LOST, **o)),
    "edit quote": ("open", "draft", lambda pk, **o: edit_quote(_quote(pk), {"name": "Another"}, **o)),
    "activate quote": ("open", "draft", lambda pk, **o: activate_quote(_quote(pk), **o)),
    "delete quote": ("open", "draft", lambda pk, **o: delete_quote(_quote(pk), **o)),
    "close quote": ("open", "draft", lambda pk, **o: close_quote(_quote(pk), LOST, **o)),
    "win quote": ("open", "active", lambda pk, **o: win_quote(_quote(pk), QuoteWinRequest(), **o)),
    "revise quote": ("open", "active", lambda pk, **o: revise_quote(_quote(pk), **o)),
}


def _record(owner, verb):
    state, quote_state, __ = VERBS[verb]
    opportunity = make_opportunity(owner, state=state)
    if quote_state:
        make_quote(opportunity, quote_state)
    return opportunity.pk


@pytest.mark.parametrize("username", ["rep", "teammate", "member", "manager", "stranger", "vp", "admin", "nobody"])
def test_every_role_reads_the_organization(people, username):
    make_quote(make_opportunity(people["rep"]))
    make_opportunity(people["stranger"], state="lost")
    sees = username != "nobody"
    for model in (Opportunity, OpportunityClose, Quote):
        assert model.objects.visible_to(people[username]).exists() == sees


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_read_finds_nothing(people, verb):
    pk = _record(people["rep"], verb)
    inactive = people["teammate"]
    inactive.is_active = False
    superuser = make_user("root", None, None, is_superuser=True)
    for actor in (people["nobody"], inactive, superuser):
        with refused("not_found"):
            VERBS[verb][2](pk, actor=actor)


def test_reopening_is_a_privilege_of_its_own(rep, teammate, manager):
    Role.objects.filter(code="salesperson").update(reopen=Depth.OWN)
    rep, teammate = (User.objects.with_rights().get(pk=user.pk) for user in (rep, teammate))
    pk = make_opportunity(rep, state="won").pk
    with refused("permission_denied") as caught:
        reopen_opportunity(pk, ReopenRequest(), actor=teammate)
    assert str(caught.value) == "Your role allows this only for your own records."
    reopen_opportunity(pk, ReopenRequest(), actor=rep)


@pytest.mark.parametrize("depth", Depth)
def test_each_depth_reaches_as_far_as_it_says(units, depth):
    below = BusinessUnit.objects.create_unit("North East", parent=units.north)
    role = Role.objects.create(code="custom", label_en="", label_da="", read=depth, edit=depth)
    user = make_user("user", "custom", units.north)
    owners = [
        (user, Depth.OWN),
        (make_user("same", "custom", units.north), Depth.UNIT),
        (make_user("under", "custom", below), Depth.BELOW),
        (make_user("beside", "custom", units.south), Depth.ORGANIZATION),
        (make_user("above", "custom", units.root), Depth.ORGANIZATION),
        (make_user("unitless", "custom", None), Depth.ORGANIZATION),
    ]
    for owner, needed in owners:
        opportunity = Opportunity.objects.create(topic="x", owner=owner)
        assert allows(user, Privilege.EDIT, owner) == (depth >= needed), owner
        assert Opportunity.objects.visible_to(user).filter(pk=opportunity.pk).exists() == (depth >= needed), owner
    assert role.label == ""


def test_units_whose_ids_begin_alike_are_not_below_each_other(units):
    assert units.north.is_within(units.root)
    assert units.north.is_within(units.north)
    assert not units.root.is_within(units.north)
    assert not units.north.is_within(units.south)
    assert set(BusinessUnit.objects.within(units.north)) == {units.north}


def test_rights_cost_no_query(people, django_assert_num_queries):
    with django_assert_num_queries(0):
        for user in people.values():
            allows(user, Privilege.EDIT, people["stranger"])
            access(user, Kind.ACCOUNTS)


class TestOrderOfJudging:
    """404, then 403, then 412, then 409 (the opportunity before the quote), then 400 with all fields."""

    STALE = frozenset({99})

    @pytest.mark.parametrize("verb", VERBS)
    def test_absent_before_denied_before_stale_before_state(self, rep, member, verb):
        deed = VERBS[verb][2]
        pk = _record(rep, verb)
        with refused("permission_denied"):
            deed(pk, actor=member, expected=self.STALE)
        with refused("stale") as caught:
            deed(pk, actor=rep, expected=self.STALE)
        record = Quote.objects.get(opportunity=pk) if verb.endswith(" quote") else Opportunity.objects.get(pk=pk)
        assert caught.value.facts == {"version": record.version}
        deed(pk, actor=rep, expected=frozenset({98, record.version}))

    @pytest.mark.parametrize("state", ["won", "lost"])
    def test_stale_before_closed(self, rep, state):
        pk = make_opportunity(rep, state=state).pk
        for verb in ("close", "edit", "delete", "close quotes"):
            with refused("stale"):
                VERBS[verb][2](pk, actor=rep, expected=self.STALE)

    def test_a_denied_new_owner_before_stale(self, rep, teammate):
        pk = make_opportunity(rep).pk
        with refused("permission_denied"):
            edit_opportunity(pk, {"owner": teammate.pk}, actor=rep, expected=self.STALE)

    def test_denied_to_create_before_the_values(self, member):
        with refused("permission_denied"):
            create_opportunity({}, actor=member)

    def test_closed_before_the_values(self, rep):
        pk = make_opportunity(rep, state="won").pk
        future = CloseRequest(outcome=Outcome.WON, close_date=date(9999, 1, 1), competitor=uuid4())
        with refused("opportunity_already_closed"):
            close_opportunity(pk, future, actor=rep)
        with refused("opportunity_closed"):
            edit_opportunity(pk, {"topic": ""}, actor=rep)
        with refused("opportunity_closed"):
            create_quote(pk, {}, actor=rep)

    def test_open_quotes_before_the_values(self, rep):
        opportunity = make_opportunity(rep)
        make_quote(opportunity)
        with refused("opportunity_has_open_quotes"):
            close_opportunity(opportunity.pk, CloseRequest(outcome=Outcome.WON, status_reason=4), actor=rep)

    def test_already_open_before_the_values(self, rep):
        pk = make_opportunity(rep).pk
        with refused("opportunity_already_open"):
            reopen_opportunity(pk, ReopenRequest(status_reason=3, reason="x" * 2001), actor=rep)

    def test_the_quotes_version_before_the_opportunitys_state(self, rep):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity, "won")
        close_opportunity(opportunity.pk, CloseRequest(outcome=Outcome.WON), actor=rep)
        with refused("stale"):
            edit_quote(quote.pk, {}, actor=rep, expected=self.STALE)
        with refused("opportunity_closed"):
            edit_quote(quote.pk, {"name": ""}, actor=rep, expected=frozenset({quote.version}))

    def test_the_quotes_state_before_the_values(self, rep):
        quote = make_quote(make_opportunity(rep), "active")
        with refused("quote_not_draft"):
            edit_quote(quote.pk, {"name": "", "currency": "EUR"}, actor=rep)

    def test_an_unknown_opportunity_for_a_quote_is_a_field_but_a_denied_one_is_denied(self, rep, member):
        pk = make_opportunity(rep).pk
        with refused("permission_denied"):
            create_quote(pk, {}, actor=member)
        with invalid(opportunity=1):
            create_quote(uuid4(), {}, actor=member)
