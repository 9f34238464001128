"""Users and roles, as administrators set them: who may, what is refused, and what the log tells of it."""

import json
from uuid import uuid4

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.utils import translation

from crm import audit
from crm.models import Role, User
from crm.people import change_role, change_user, create_role, create_user
from tests.expect import invalid, refused
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a long sentence"
PARTNER = {"code": "partner", "label_en": "Partner", "label_da": "Partner"}


@pytest.fixture
def root(units):
    return make_user("root", None, None, is_superuser=True)


def told(record):
    return [
        (entry.action_flag, json.loads(entry.change_message))
        for entry in LogEntry.objects.filter(object_id=str(record.pk)).order_by("pk")
    ]


def as_stored():
    return list(User.objects.order_by("pk").values()), list(Role.objects.values())


class TestUsers:
    def test_one_is_made_with_a_password(self, admin, units):
        values = {"username": "new", "role": Role.objects.get(pk="salesperson"), "business_unit": units.north}
        user = create_user(values, password=PASSWORD, actor=admin)
        user.refresh_from_db()
        assert (user.username, user.role_id, user.business_unit) == ("new", "salesperson", units.north)
        assert (user.check_password(PASSWORD), user.is_active, user.is_superuser) == (True, True, False)
        ((flag, facts),) = told(user)
        assert (flag, facts["username"], facts["business_unit"]) == (ADDITION, [None, "new"], [None, "North"])

    def test_values_are_judged_all_at_once(self, admin, rep):
        wrong = {
            "username": "two words",
            "first_name": "Ann\nLee",
            "email": "x",
            "time_zone": "Mars/Base",
            "theme": "sepia",
        }
        with invalid(username="valid username", first_name=1, email=1, time_zone="name of a time zone", theme=1):
            create_user(wrong, password=PASSWORD, actor=admin)
        with invalid(username="valid username", first_name=1, email=1, time_zone="name of a time zone", theme=1):
            change_user(rep.pk, wrong, actor=admin)

    @pytest.mark.parametrize("changed", [False, True], ids=["new", "changed"])
    def test_a_username_is_taken_once(self, admin, rep, teammate, changed):
        with invalid(username="already exists"):
            if changed:
                change_user(teammate.pk, {"username": "rep"}, actor=admin)
            else:
                create_user({"username": "rep"}, password=PASSWORD, actor=admin)

    def test_one_that_is_not_there(self, admin):
        with refused("not_found"):
            change_user(uuid4(), {"first_name": "Ann"}, actor=admin)

    def test_a_change_writes_what_it_changed_alone(self, admin, rep):
        rep.set_password(PASSWORD)
        rep.save(update_fields=["password"])
        change_user(rep.pk, {"first_name": "Rita", "password": "in the clear"}, actor=admin)
        rep.refresh_from_db()
        assert (rep.first_name, rep.check_password(PASSWORD)) == ("Rita", True)

    def test_what_changes_nothing_leaves_no_entry(self, admin, rep):
        change_user(rep.pk, {"first_name": rep.first_name, "role": rep.role}, actor=admin)
        assert not LogEntry.objects.exists()


class TestSuperusers:
    SENTENCE = "Only superusers make superusers, and change them."

    def test_superusers_make_them(self, root, rep):
        assert change_user(rep.pk, {"is_superuser": True}, actor=root).is_superuser
        assert change_user(rep.pk, {"is_superuser": False}, actor=root).is_superuser is False
        assert told(rep) == [(CHANGE, {"is_superuser": [False, True]}), (CHANGE, {"is_superuser": [True, False]})]

    def test_nobody_else_does(self, admin, rep, root):
        before = as_stored()
        for deed in (
            lambda: change_user(rep.pk, {"is_superuser": True}, actor=admin),
            lambda: change_user(root.pk, {"first_name": "Rita"}, actor=admin),
            lambda: change_user(root.pk, {"is_superuser": False}, actor=admin),
            lambda: change_user(root.pk, {"first_name": "Rita"}, actor=admin, expected={}),
            lambda: create_user({"username": "new", "is_superuser": True}, password=PASSWORD, actor=admin),
        ):
            with refused("permission_denied") as caught:
                deed()
            assert str(caught.value) == self.SENTENCE
        assert as_stored() == before


class TestOneself:
    @pytest.mark.parametrize("field", ["role", "is_active", "is_superuser"])
    def test_nobody_locks_himself_out(self, root, admin, field):
        value = {"role": Role.objects.get(pk="sales_manager"), "is_active": False, "is_superuser": False}[field]
        for actor in (root, admin):
            if getattr(actor, field) == value:
                continue
            with refused("permission_denied") as caught:
                change_user(actor.pk, {field: value}, actor=actor)
            assert "Nobody changes his own role" in str(caught.value)

    def test_all_else_is_ones_own(self, admin, units):
        same = {"role": admin.role, "is_active": True}
        assert change_user(admin.pk, {"first_name": "Ann", "business_unit": units.south, **same}, actor=admin)
        assert told(admin) == [(CHANGE, {"first_name": ["Admin", "Ann"], "business_unit": ["Sales Hub", "South"]})]

    def test_nobody_takes_the_right_to_administer_from_his_own_role(self, admin, rep, root):
        with refused("permission_denied") as caught:
            change_role("system_administrator", {"administer": False}, actor=admin)
        assert "his own role" in str(caught.value)
        assert change_role("system_administrator", {"order": 9}, actor=admin).order == 9
        assert change_role("salesperson", {"administer": True}, actor=admin).administer
        assert change_role("system_administrator", {"administer": False}, actor=root).administer is False


class TestRoles:
    def test_one_is_made(self, admin):
        role = create_role({**PARTNER, "edit": 1}, actor=admin)
        role.refresh_from_db()
        assert (role.label_en, role.edit, role.administer) == ("Partner", 1, False)
        ((flag, facts),) = told(role)
        assert (flag, facts["code"], facts["edit"]) == (ADDITION, [None, "partner"], [None, 1])

    def test_a_code_is_taken_once_and_stays(self, admin):
        with invalid(code="already a role"):
            create_role(PARTNER | {"code": "salesperson"}, actor=admin)
        with invalid(code="Chosen once"):
            change_role("salesperson", {"code": "partner"}, actor=admin)
        assert not Role.objects.filter(code="partner").exists()

    def test_values_are_judged_all_at_once(self, admin):
        with invalid(label_en="blank", label_da="at most 100", read="not a valid choice", order=1):
            change_role("salesperson", {"label_en": "", "label_da": "x" * 101, "read": 7, "order": 40_000}, actor=admin)

    def test_one_that_is_not_there(self, admin):
        with refused("not_found"):
            change_role("nothing", {"order": 9}, actor=admin)


class TestMeanwhile:
    """What the actor saw is no more: he is told who changed what."""

    def test_a_user(self, admin, root, rep):
        seen = audit.facts(rep)
        change_user(rep.pk, {"role": Role.objects.get(pk="sales_manager")}, actor=root, expected=seen)
        with refused("stale") as caught:
            change_user(rep.pk, {"first_name": "Rita"}, actor=admin, expected=seen)
        assert str(caught.value).startswith("Root changed this after you opened it (")
        assert str(caught.value).endswith("): Role: Salesperson → Sales Manager")
        assert User.objects.get(pk=rep.pk).first_name == "Rep"

    def test_a_role(self, admin, root):
        seen = audit.facts(Role.objects.get(pk="salesperson"))
        change_role("salesperson", {"reopen": 0}, actor=root, expected=seen)
        with refused("stale") as caught:
            change_role("salesperson", {"edit": 1}, actor=admin, expected=seen)
        assert str(caught.value).endswith("): Reopen: Business unit → None")

    def test_a_user_who_signed_in_is_the_same(self, admin, rep):
        seen = audit.facts(rep)
        rep.set_password(PASSWORD)
        rep.last_login = rep.date_joined
        rep.save(update_fields=["password", "last_login"])
        assert change_user(rep.pk, {"first_name": "Rita"}, actor=admin, expected=seen)

    @pytest.mark.parametrize("forged", [{}, {"first_name": "Rep"}, [], "x"])
    def test_what_nobody_can_have_seen(self, admin, rep, forged):
        with refused("stale"):
            change_user(rep.pk, {"first_name": "Rita"}, actor=admin, expected=forged)


class TestAudit:
    def test_facts_hold_no_password(self, rep):
        assert not {"password", "last_login"} & set(audit.facts(rep))

    def test_names_are_those_of_the_day_in_the_readers_language(self, admin, rep, units):
        changes = {"role": Role.objects.get(pk="sales_manager"), "business_unit": None, "is_active": False}
        change_user(rep.pk, changes, actor=admin)
        entry = LogEntry.objects.get()
        change_role("sales_manager", {"label_en": "Head of Sales", "label_da": "Chef"}, actor=admin)
        units.north.delete()
        english = "Role: Salesperson → Sales Manager; Business unit: North → –; Active: Yes → No"
        danish = "Rolle: Sælger → Salgschef; Afdeling: North → –; Aktiv: Ja → Nej"
        for language, sentence in (("en", english), ("da", danish)):
            with translation.override(language):
                assert sorted(audit.told(entry).split("; ")) == sorted(sentence.split("; "))


DEEDS = {
    "create a user": lambda actor: create_user({"username": "new"}, password=PASSWORD, actor=actor),
    "change a user": lambda actor: change_user(actor.pk, {"first_name": "Rita"}, actor=actor),
    "create a role": lambda actor: create_role(PARTNER, actor=actor),
    "change a role": lambda actor: change_role("salesperson", {"order": 9}, actor=actor),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("username", ["rep", "member", "manager", "vp", "nobody"])
def test_only_administrators_may(people, deed, username):
    before = as_stored()
    with refused("permission_denied"):
        DEEDS[deed](people[username])
    assert as_stored() == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_who_was_deactivated_may_not(units, deed):
    gone = make_user("gone", "system_administrator", None, is_active=False, is_superuser=True)
    with refused("permission_denied"):
        DEEDS[deed](gone)
