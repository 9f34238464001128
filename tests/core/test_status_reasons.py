"""What administrators set without code: the list of status reasons, and the settings."""

import json

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from crm import audit
from opportunities.actions import (
    change_settings,
    change_status_reason,
    check_close,
    create_status_reason,
    delete_status_reason,
    edit_opportunity,
)
from opportunities.models import OpportunityClose, Outcome, Settings, State, StatusReason
from tests.core.racing import held_up, racers
from tests.expect import invalid, refused
from tests.factories import close_lost, make_opportunity, make_user, reopen

pytestmark = pytest.mark.django_db

NAMES = {"label_en": "Budget cut", "label_da": "Budgettet er skåret"}


def create(actor, state=State.LOST, **values):
    return create_status_reason({"state": state, **NAMES, **values}, actor=actor)


def defaults():
    return {State(each.state).name: each.code for each in StatusReason.objects.filter(is_default=True)}


def told(reason):
    return [
        (entry.action_flag, json.loads(entry.change_message))
        for entry in LogEntry.objects.filter(object_id=str(reason.pk)).order_by("pk")
    ]


class TestCreating:
    def test_codes_are_handed_out_from_a_hundred_million(self, admin):
        assert [create(admin).code, create(admin).code] == [100_000_000, 100_000_001]
        assert create(admin, code=7).code == 100_000_002

    def test_it_comes_last_unless_placed(self, admin):
        assert (create(admin).order, create(admin, order=1).order, create(admin, State.OPEN).order) == (3, 1, 3)

    def test_it_is_offered_at_once(self, admin, rep):
        opportunity = make_opportunity(rep)
        reason = create(admin, requires_description=True)
        offered = check_close(opportunity.pk, Outcome.LOST, actor=rep).fields[0]["choices"]
        assert offered[-1] == {"value": reason.code, "label": "Budget cut", "requires_description": True}
        with invalid(description="asks for a description"):
            close_lost(opportunity, status_reason=reason.code)
        close = close_lost(opportunity, status_reason=reason.code, description="None left").opportunity_close
        assert close.status_reason_id == reason.code

    def test_values_are_judged_all_at_once(self, admin):
        with invalid(label_en="blank", label_da="at most 100", order=1, state="not a valid choice"):
            create(admin, state=7, label_en=" ", label_da="x" * 101, order=40_000)

    @pytest.mark.parametrize("demand", ["requires_competitor", "requires_description"])
    def test_only_closing_can_ask_for_more(self, admin, demand):
        with invalid(**{demand: "Only closing"}):
            create(admin, State.OPEN, **{demand: True})


class TestDefault:
    def test_a_new_one_takes_it_from_the_present_one(self, admin):
        reason = create(admin, is_default=True)
        assert defaults() == {"OPEN": 1, "WON": 3, "LOST": reason.code}
        assert told(StatusReason(pk=4)) == [(CHANGE, {"is_default": [True, False]})]

    def test_another_one_takes_it(self, admin, rep):
        change_status_reason(2, {"is_default": True}, actor=admin)
        assert defaults() == {"OPEN": 2, "WON": 3, "LOST": 4}
        assert reopen(make_opportunity(rep, state="won")).opportunity.status_reason_id == 2

    def test_it_is_not_given_up(self, admin):
        with invalid(is_default="Make another status reason of the state the default"):
            change_status_reason(4, {"is_default": False, "active": False}, actor=admin)

    def test_it_cannot_be_retired(self, admin):
        with invalid(active="Make another one the default first"):
            change_status_reason(4, {"active": False}, actor=admin)

    def test_a_retired_one_cannot_become_it(self, admin):
        change_status_reason(5, {"active": False}, actor=admin)
        with invalid(is_default="A retired status reason"):
            change_status_reason(5, {"is_default": True}, actor=admin)
        with invalid(is_default="A retired status reason"):
            create(admin, active=False, is_default=True)


class TestChanging:
    def test_records_keep_the_label_that_it_had(self, admin, rep):
        opportunity = make_opportunity(rep, state="lost")
        change_status_reason(4, {"label_en": "Called off", "label_da": "Aflyst"}, actor=admin)
        close = OpportunityClose.objects.get()
        assert (close.status_reason_en, close.status_reason_da) == ("Canceled", "Annulleret")
        reopen(opportunity)
        assert close_lost(opportunity).opportunity_close.status_reason_en == "Called off"

    @pytest.mark.parametrize("code", [5, 100_000_000])
    def test_the_state_stays(self, admin, code):
        create(admin)
        with invalid(state="chosen once"):
            change_status_reason(code, {"state": State.WON}, actor=admin)

    def test_a_retired_one_is_offered_no_more_and_kept_where_it_is(self, admin, rep):
        opportunity = make_opportunity(rep, status_reason=2)
        change_status_reason(2, {"active": False}, actor=admin)
        edit_opportunity(opportunity.pk, {"topic": "Another"}, actor=rep)
        with invalid(status_reason="status reason"):
            make_opportunity(rep, status_reason=2)

    def test_one_that_is_not_there(self, admin):
        with refused("not_found"):
            change_status_reason(99, {"active": False}, actor=admin)


class TestDeleting:
    def test_one_that_nobody_chose_goes(self, admin):
        reason = create(admin)
        delete_status_reason(reason.code, actor=admin)
        assert not StatusReason.objects.filter(pk=reason.code).exists()

    @pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
    def test_built_in_ones_stay(self, admin, code):
        with refused("in_use") as caught:
            delete_status_reason(code, actor=admin)
        assert "built-in" in str(caught.value)

    def test_a_default_stays(self, admin):
        reason = create(admin, is_default=True)
        with refused("in_use") as caught:
            delete_status_reason(reason.code, actor=admin)
        assert "Make another one the default first" in str(caught.value)

    @pytest.mark.parametrize("state", [State.OPEN, State.LOST])
    @pytest.mark.parametrize("left", [False, True], ids=["in use", "used before"])
    def test_one_that_records_tell_of_stays(self, admin, rep, state, left):
        reason = create(admin, state)
        opportunity = make_opportunity(rep)
        if state == State.OPEN:
            edit_opportunity(opportunity.pk, {"status_reason": reason.code}, actor=rep)
            if left:
                edit_opportunity(opportunity.pk, {"status_reason": 1}, actor=rep)
        else:
            close_lost(opportunity, status_reason=reason.code)
            if left:
                reopen(opportunity)
        with refused("in_use") as caught:
            delete_status_reason(reason.code, actor=admin)
        assert "Retire it instead" in str(caught.value)

    def test_the_log_is_read_before_the_row_that_closings_wait_for_is_locked(self, admin):
        reason = create(admin)
        with CaptureQueriesContext(connection) as told:
            delete_status_reason(reason.code, actor=admin)
        statements = [query["sql"] for query in told]
        (locked,) = [place for place, sql in enumerate(statements) if sql.endswith("FOR UPDATE")]
        looks = {place > locked: sql for place, sql in enumerate(statements) if 'FROM "crm_event"' in sql}
        assert '"id" >=' not in looks[False]
        assert '"id" >=' in looks[True]

    def test_what_was_chosen_and_left_after_the_log_was_read_is_found(self, admin, rep):
        reason, opportunity = create(admin, State.OPEN), make_opportunity(rep)
        left = [1, reason.code]

        def meanwhile(execute, sql, *arguments):
            answer = execute(sql, *arguments)
            while left and 'FROM "crm_event"' in sql:
                edit_opportunity(opportunity.pk, {"status_reason": left.pop()}, actor=rep)
            return answer

        with refused("in_use"), connection.execute_wrapper(meanwhile):
            delete_status_reason(reason.code, actor=admin)
        assert not left


class TestAudit:
    def test_each_deed_tells_who_and_what(self, admin):
        reason = create(admin)
        change_status_reason(reason.code, {"label_en": "No budget", "active": False, "order": 3}, actor=admin)
        delete_status_reason(reason.code, actor=admin)
        added, changed, deleted = told(reason)
        assert added[0] == ADDITION
        assert (added[1]["label_en"], added[1]["code"]) == ([None, "Budget cut"], [None, 100_000_000])
        assert changed == (CHANGE, {"label_en": ["Budget cut", "No budget"], "active": [True, False]})
        assert deleted[0] == DELETION
        assert deleted[1]["label_en"] == ["No budget", None]
        assert {entry.user for entry in LogEntry.objects.all()} == {admin}

    def test_what_changes_nothing_leaves_no_entry(self, admin):
        change_status_reason(5, {"label_en": "Out-Sold", "order": 2}, actor=admin)
        change_settings({"reopen_reason_required": False}, actor=admin)
        assert not LogEntry.objects.exists()

    def test_it_is_told_in_the_readers_language(self, admin):
        change_status_reason(5, {"label_en": "Outbid", "active": False}, actor=admin)
        entry = LogEntry.objects.get()
        assert audit.told(entry) == "Label (English): Out-Sold → Outbid; Active: Yes → No"
        with translation.override("da"):
            assert audit.told(entry) == "Navn (engelsk): Out-Sold → Outbid; Aktiv: Ja → Nej"


class TestSettings:
    def test_there_is_one_row(self):
        assert Settings.objects.get().reopen_reason_required is False

    def test_a_change_is_on_record(self, admin):
        change_settings({"reopen_reason_required": True}, actor=admin)
        assert told(Settings.objects.get()) == [(CHANGE, {"reopen_reason_required": [False, True]})]


DEEDS = {
    "create": create,
    "change": lambda actor: change_status_reason(5, {"active": False}, actor=actor),
    "delete": lambda actor: delete_status_reason(5, actor=actor),
    "settings": lambda actor: change_settings({"reopen_reason_required": True}, actor=actor),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("username", ["rep", "member", "manager", "vp", "nobody"])
def test_only_administrators_may(people, deed, username):
    before = list(StatusReason.objects.values()), Settings.objects.values().get()
    with refused("permission_denied"):
        DEEDS[deed](people[username])
    assert (list(StatusReason.objects.values()), Settings.objects.values().get()) == before
    assert not LogEntry.objects.exists()


def test_a_superuser_may_whatever_his_role(units):
    assert create(make_user("root", None, None, is_superuser=True)).code == 100_000_000


def test_who_was_deactivated_may_not(units):
    for rights in ({"role": "system_administrator"}, {"role": None, "is_superuser": True}):
        role = rights.pop("role")
        with refused("permission_denied"):
            create(make_user(f"gone {role}", role, None, is_active=False, **rights))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_each_gets_its_own_code_and_one_stays_the_default(self, admin):
        with racers(4) as race:
            made = race(*[lambda: create(admin, is_default=True)] * 4)
        assert sorted(reason.code for reason in made) == [100_000_000 + each for each in range(4)]
        assert StatusReason.objects.filter(state=State.LOST, is_default=True).count() == 1

    def test_a_closing_does_not_wait_for_the_list(self, admin, rep):
        opportunity = make_opportunity(rep)
        with racers(1) as race, transaction.atomic():
            create(admin)
            [closing] = race(lambda: close_lost(opportunity))
        assert closing.opportunity.state == State.LOST

    def test_what_a_closing_has_just_chosen_is_not_deleted(self, admin, rep):
        reason, opportunity = create(admin), make_opportunity(rep)
        with held_up(lambda: delete_status_reason(reason.code, actor=admin)) as outcome:
            close_lost(opportunity, status_reason=reason.code)
        assert (outcome().code, "Retire it instead" in str(outcome())) == ("in_use", True)
        assert StatusReason.objects.filter(pk=reason.code).exists()
