"""Who the agents and managers become, and who may import what."""

import pytest

from crm.models import BusinessUnit, User
from opportunities.models import Opportunity, OpportunityClose
from tests.commands.importing import LOST, TEAMS, WON, run_import, write_folder
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_agents_sell_and_managers_manage_in_their_office(tmp_path):
    run_import(write_folder(tmp_path, WON))
    people = {user.username: user for user in User.objects.with_rights()}
    assert set(people) == {"import", "moses-frase", "dustin-brinkmann", "anna-snelling", "cara-losch"}
    moses, dustin = people["moses-frase"], people["dustin-brinkmann"]
    assert (moses.first_name, moses.last_name, moses.role_id) == ("Moses", "Frase", "salesperson")
    assert dustin.role_id == "sales_manager"
    assert moses.business_unit == dustin.business_unit == BusinessUnit.objects.get(name="Central")


def test_offices_hang_below_the_organization(tmp_path, units):
    run_import(write_folder(tmp_path, WON))
    assert BusinessUnit.objects.get(name="Central").parent == units.root
    assert BusinessUnit.objects.filter(parent=None).count() == 1


def test_nobody_who_was_imported_can_sign_in(tmp_path):
    run_import(write_folder(tmp_path, WON))
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert not User.objects.filter(is_staff=True).exists()


def test_users_that_are_here_are_left_as_they_are(tmp_path, units):
    here = make_user("moses-frase", "sales_manager", units.north, first_name="Moses", last_name="Frase Jr.")
    run_import(write_folder(tmp_path, WON))
    assert User.objects.with_rights().get(pk=here.pk).business_unit == units.north
    assert Opportunity.objects.get().owner == here


def test_a_user_is_known_by_his_full_name(tmp_path, units):
    here = make_user("mfr", "salesperson", units.north, first_name="Moses", last_name="Frase")
    told = run_import(write_folder(tmp_path, WON, sales_teams=""))
    assert told.error == ""
    assert Opportunity.objects.get().owner == here


def test_a_name_that_two_users_have_names_nobody(tmp_path, units):
    for username in ("mf1", "mf2"):
        make_user(username, "salesperson", units.north, first_name="Moses", last_name="Frase")
    assert "There is no user of this name" in run_import(write_folder(tmp_path, WON, sales_teams="")).bad[0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Moses Frase,Dustin Brinkmann,East", "An earlier row places this agent in Central."),
        ("Móses Frase,Dustin Brinkmann,Central", "The username moses-frase would be that of Moses Frase too."),
        ("!!!,Dustin Brinkmann,Central", "sales_agent “!!!”: This name gives no username."),
        (",Dustin Brinkmann,Central", "sales_agent: This field is required."),
        ("Otto Olsen,,Central", "manager: This field is required."),
        ("Otto Olsen,Dustin Brinkmann,", "regional_office: This field is required."),
        ("Otto Olsen,Dustin Brinkmann", "The row has 2 values, the header has 3."),
    ],
)
def test_a_bad_row_of_the_teams(tmp_path, row, reason):
    (line,) = run_import(write_folder(tmp_path, WON, sales_teams=f"{TEAMS}{row}\n")).bad
    assert line.startswith("sales_teams.csv, line 4: ")
    assert reason in line
    assert User.objects.count() == 5


def test_a_manager_who_sells_is_a_manager(tmp_path):
    for order in (1, -1):
        rows = ["Moses Frase,Dustin Brinkmann,Central", "Dustin Brinkmann,Cara Losch,Central"][::order]
        run_import(write_folder(tmp_path, sales_teams="\n".join(["sales_agent,manager,regional_office", *rows, ""])))
        assert User.objects.get(username="dustin-brinkmann").role_id == "sales_manager"
        User.objects.all().delete()


def test_a_name_in_other_letters(tmp_path):
    teams = "sales_agent,manager,regional_office\n李 娜,Łukasz Wójcik,Asia\n"
    told = run_import(write_folder(tmp_path, WON | {"sales_agent": "李 娜"}, sales_teams=teams))
    assert told.error == ""
    assert Opportunity.objects.get().owner.username == "李-娜"


def test_the_actor_records_and_closes(tmp_path, admin):
    run_import(write_folder(tmp_path, WON), "--actor", "admin")
    assert OpportunityClose.objects.get().closed_by == admin
    assert not User.objects.filter(username="import").exists()


@pytest.mark.parametrize("username", ["member", "nobody"])
def test_who_creates_nothing_imports_nothing(tmp_path, people, username):
    told = run_import(write_folder(tmp_path, WON), "--actor", username)
    assert "The import stopped: Your role may read records, but not create any." in told.error
    assert not Opportunity.objects.exists()


def test_only_an_administrator_brings_users_in(tmp_path, vp):
    told = run_import(write_folder(tmp_path, WON), "--actor", "vp")
    assert "Only a system administrator may add users." in told.error
    assert not User.objects.filter(username="moses-frase").exists()


def test_each_row_is_judged_by_the_actor_s_rights(tmp_path, manager, units):
    make_user("moses-frase", "salesperson", units.north)
    make_user("anna-snelling", "salesperson", units.south)
    folder = write_folder(tmp_path, WON, LOST | {"sales_agent": "Anna Snelling"}, sales_teams="")
    (line,) = run_import(folder, "--actor", "manager").bad
    assert "line 3: Your role allows this only for records of your business unit and those below it." in line
    assert Opportunity.objects.get().external_id == "1C1I7A6R"


def test_an_unknown_actor(tmp_path, db):
    assert "no user 'nemo'" in run_import(write_folder(tmp_path, WON), "--actor", "nemo").error
