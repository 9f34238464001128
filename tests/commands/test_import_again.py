"""Run again, run dry, run beside another: what is here stays as it is."""

import pytest

from crm.errors import Refusal
from crm.models import BusinessUnit, Event, User
from opportunities.actions import edit_opportunity, reopen_opportunity
from opportunities.models import Account, Opportunity
from opportunities.requests import ReopenRequest
from tests.commands.importing import LOST, OPEN, WON, many, run_import, write_folder
from tests.expect import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    folder = write_folder(tmp_path, WON, LOST, OPEN)
    run_import(folder)
    return folder


def test_a_second_run_changes_nothing(folder):
    people = list(User.objects.values())
    with nothing_changes():
        told = run_import(folder)
    assert list(User.objects.values()) == people
    assert (told.bad, told.error) == ([], "")
    assert "here already: 3, of which 0 differ." in told.lines[-1]


def test_rows_that_differ_are_listed_and_left(folder):
    write_folder(folder, WON | {"close_value": "2000", "close_date": "2017-03-02"}, LOST, OPEN | {"product": "GTXPro"})
    with nothing_changes():
        told = run_import(folder)
    won, opened = told.bad
    assert won.startswith("sales_pipeline.csv, line 2: 1C1I7A6R was left as it is, but differs: ")
    assert "close_value is “1054.00” here and “2000” in the file" in won
    assert "close_date is “2017-03-01” here and “2017-03-02” in the file" in won
    assert "product is “GTX Plus Basic” here and “GTXPro” in the file" in opened
    assert "of which 2 differ" in told.lines[-1]
    assert told.error == ""


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"sales_agent": "Anna Snelling"}, "sales_agent is “Moses Frase” here and “Anna Snelling” in the file"),
        ({"account": ""}, "account is “Cancity” here and “” in the file"),
        ({"engage_date": "2016-10-21"}, "engage_date is “2016-10-20” here and “2016-10-21” in the file"),
        ({"deal_stage": "Lost"}, "deal_stage is “Won” here and “Lost” in the file"),
    ],
)
def test_each_column_is_compared(folder, changes, difference):
    (line,) = run_import(write_folder(folder, WON | changes)).bad
    assert difference in line


def test_what_people_did_since_is_a_difference(admin, folder):
    reopen_opportunity(Opportunity.objects.get(external_id="LOST").pk, ReopenRequest(), actor=admin)
    edit_opportunity(Opportunity.objects.get(external_id="OPEN").pk, {"sales_stage": 3}, actor=admin)
    lost, opened = run_import(folder).bad
    assert "deal_stage is “Prospecting” here and “Lost” in the file" in lost
    assert "deal_stage is “Close” here and “Engaging” in the file" in opened


def test_new_rows_are_added_to_those_that_are_here(folder):
    told = run_import(write_folder(folder, WON, *many(2)))
    assert "Opportunities imported: 2 (1 won, 1 lost, 0 open)" in told.lines[-1]
    assert Opportunity.objects.count() == 5


def test_a_dry_run_says_it_all_and_changes_nothing(tmp_path):
    folder = write_folder(tmp_path, WON, LOST, OPEN, WON | {"opportunity_id": "BAD", "close_value": "x"})
    told = run_import(folder, "--dry-run")
    assert told.bad[0].startswith("sales_pipeline.csv, line 5")
    assert told.lines[-1].startswith("Dry run, nothing was changed: Opportunities imported: 3 (1 won, 1 lost, 1 open)")
    for model in (Opportunity, Account, User, BusinessUnit, Event):
        assert not model.objects.exists()


def test_a_dry_run_finds_an_id_twice_too(tmp_path):
    assert len(run_import(write_folder(tmp_path, WON, WON), "--dry-run").bad) == 1


@pytest.mark.django_db(transaction=True)
def test_an_interrupted_run_keeps_whole_batches(tmp_path, monkeypatch):
    folder, batches = write_folder(tmp_path, *many(9)), []
    monkeypatch.setattr("opportunities.imports.run.BATCH", 3)

    def stop_at_the_third(report, *teller):
        batches.append(1)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("opportunities.management.commands.import_opportunities._Teller.progress", stop_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            run_import(folder)
    assert Opportunity.objects.count() == 6
    assert "Opportunities imported: 3 " in run_import(folder).lines[-1]


def test_where_the_database_is_busy_it_stops_and_says_so(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise Refusal("unavailable")

    monkeypatch.setattr("opportunities.actions.history.close_locked_opportunities", refuse)
    told = run_import(write_folder(tmp_path, WON))
    assert told.error.startswith("The import stopped: The record is being changed by others")
    assert not Opportunity.objects.exists()
