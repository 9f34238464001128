"""A bad row is told by its line with what to do, leaves nothing, and stops no other."""

import pytest

from crm.models import User
from opportunities.models import Account, Opportunity
from tests.commands.importing import HEADER, LOST, OPEN, WON, run_import, write_folder
from tests.expect import nothing_changes

pytestmark = pytest.mark.django_db

BAD = WON | {"opportunity_id": "BAD"}
CASES = [
    (BAD | {"opportunity_id": ""}, "opportunity_id: This field is required."),
    (BAD | {"opportunity_id": "x" * 101}, "Shorten this to 100 characters"),
    (BAD | {"sales_agent": ""}, "sales_agent: This field is required."),
    (BAD | {"sales_agent": "Nemo"}, "sales_agent “Nemo”: There is no user of this name. Add the agent to sales_teams"),
    (BAD | {"sales_agent": "Moses\nFrase"}, "sales_agent “Moses Frase”: Write this in one line, without line breaks."),
    (BAD | {"account": "Can\ncity"}, "account “Can city”: Write this in one line, without line breaks."),
    (BAD | {"product": "GTX\nPro"}, "product “GTX Pro”: Write this in one line, without line breaks."),
    (BAD | {"product": ""}, "product: This field is required."),
    (BAD | {"product": "Anvil"}, "product “Anvil”: This product is not in products.csv. Correct it, or add it there."),
    (BAD | {"account": "Acme"}, "account “Acme”: There is no account of this name. Add it to accounts.csv"),
    (BAD | {"deal_stage": "Wom"}, "deal_stage “Wom”: Enter one of: Prospecting, Engaging, Won, Lost."),
    (BAD | {"deal_stage": ""}, "deal_stage: Enter one of"),
    (BAD | {"engage_date": "2016-02-30"}, "engage_date “2016-02-30”: Enter a date in the form YYYY-MM-DD."),
    (BAD | {"engage_date": "20.10.2016"}, "engage_date “20.10.2016”: Enter a date in the form YYYY-MM-DD."),
    (BAD | {"engage_date": "1899-12-31"}, "engage_date “1899-12-31”: Enter a date from 1900-01-01 on."),
    (BAD | {"engage_date": "2999-01-01"}, "engage_date “2999-01-01”: This date cannot be in the future."),
    (OPEN | {"opportunity_id": "BAD", "engage_date": "2999-01-01"}, "This date cannot be in the future."),
    (BAD | {"close_date": ""}, "close_date: Enter the close date: the deal is closed."),
    (BAD | {"close_date": "2017-13-01"}, "close_date “2017-13-01”: Enter a date in the form YYYY-MM-DD."),
    (BAD | {"close_date": "2999-01-01"}, "close_date “2999-01-01”: The close date cannot be in the future."),
    (BAD | {"close_date": "2016-10-19"}, "close_date “2016-10-19”: The deal was closed before it began."),
    (BAD | {"close_value": ""}, "close_value: Enter the actual revenue"),
    (BAD | {"close_value": "-1"}, "close_value “-1”: Enter an amount from 0 to 1,000,000,000,000."),
    (BAD | {"close_value": "1e9"}, "close_value “1e9”: Enter an amount such as 1234.50."),
    (BAD | {"close_value": "NaN"}, "close_value “NaN”: Enter an amount such as 1234.50."),
    (BAD | {"close_value": "1,054"}, "close_value “1,054”: Enter an amount such as 1234.50."),
    (BAD | {"close_value": "1.005"}, "USD has 2 decimals."),
    (BAD | {"close_value": "9" * 20}, "Enter an amount from 0 to"),
    (
        BAD | {"deal_stage": "Engaging", "close_value": ""},
        "close_date “2017-03-01”: The deal is open. Empty this value",
    ),
    (BAD | {"deal_stage": "Prospecting", "close_date": ""}, "close_value “1054”: The deal is open."),
]


@pytest.mark.parametrize(("row", "reason"), CASES, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_it_is_told_and_the_others_go(tmp_path, row, reason):
    told = run_import(write_folder(tmp_path, WON, row, OPEN))
    (line,) = told.bad
    assert line.startswith("sales_pipeline.csv, line 3: ")
    assert reason in line
    assert told.error == "1 row was not imported. Correct it and run the import again: it adds what is missing."
    assert set(Opportunity.objects.values_list("external_id", flat=True)) == {"1C1I7A6R", "OPEN"}


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    row = BAD | {"deal_stage": "Wom", "engage_date": "x", "product": "Anvil"}
    (line,) = run_import(write_folder(tmp_path, row)).bad
    assert all(column in line for column in ("deal_stage “Wom”", "engage_date “x”", "product “Anvil”"))


def test_corrected_it_is_added_by_the_next_run(tmp_path):
    run_import(write_folder(tmp_path, WON, BAD | {"close_value": "x"}))
    told = run_import(write_folder(tmp_path, WON, BAD))
    assert told.error == ""
    assert "Opportunities imported: 1 " in told.lines[-1]


def test_a_refused_row_leaves_no_account(tmp_path):
    run_import(write_folder(tmp_path, BAD | {"account": "New", "close_value": "-1"}, accounts=""))
    assert not Account.objects.exists()


def test_an_account_made_for_a_refused_row_serves_the_next(tmp_path):
    bad = BAD | {"account": "New", "close_value": "-1"}
    run_import(write_folder(tmp_path, bad, WON | {"account": "New"}, accounts=""))
    assert Opportunity.objects.get().account == Account.objects.get()


def test_an_account_name_that_is_too_long(tmp_path):
    (line,) = run_import(write_folder(tmp_path, BAD | {"account": "x" * 301}, accounts="")).bad
    assert "account “xxx" in line
    assert "300" in line


def test_an_id_twice_in_the_file(tmp_path):
    told = run_import(write_folder(tmp_path, WON, LOST, WON | {"close_value": "7"}))
    assert told.bad == [
        "sales_pipeline.csv, line 4: The opportunity_id “1C1I7A6R” stands in line 2 already. Keep one of the two rows."
    ]
    assert Opportunity.objects.get(external_id="1C1I7A6R").actual_revenue == 1054


def test_an_agent_who_has_left(tmp_path):
    run_import(write_folder(tmp_path, WON))
    User.objects.filter(username="moses-frase").update(is_active=False)
    (line,) = run_import(write_folder(tmp_path, LOST)).bad
    assert "sales_agent “Moses Frase”: Choose an active user." in line


GOOD = ",".join(WON.values()).encode()
HEAD = ",".join(HEADER).encode()
FORMS = [
    (b"1,2,3", "The row has 3 values, the header has 8."),
    (GOOD + b",9", "The row has 9 values, the header has 8. Put quotation marks around values with commas."),
    (GOOD.replace(b"Cancity", b"Canci\xe9"), "The text is not UTF-8. Save the file as CSV in UTF-8."),
    (GOOD.replace(b"Cancity", b"Can\0city"), "NUL character"),
    (GOOD.replace(b"Cancity", b'"Can"city'), "The quotation marks do not fit, up to line 2."),
]


@pytest.mark.parametrize(("text", "reason"), FORMS)
def test_a_row_that_cannot_be_read(tmp_path, text, reason):
    folder = write_folder(tmp_path)
    good = GOOD.replace(b"1C1I7A6R", b"OTHER")
    (folder / "sales_pipeline.csv").write_bytes(b"\n".join([HEAD, text, good, b""]))
    (line,) = run_import(folder).bad
    assert line.startswith("sales_pipeline.csv, line 2: ")
    assert reason in line
    assert Opportunity.objects.get().external_id == "OTHER"


def test_a_line_is_counted_where_its_row_begins(tmp_path):
    several = WON | {"remarks": "Call Smith,\nthen Jones"}
    (line,) = run_import(write_folder(tmp_path, several, BAD | {"close_value": "x"}, accounts="")).bad
    assert "line 4: " in line


HEADERS = [
    (b"", "The header lacks opportunity_id, sales_agent"),
    (HEAD.replace(b"close_value", b"value"), "The header lacks close_value. The first line must name the columns"),
    (HEAD.replace(b",", b";"), "separated by commas"),
    (HEAD + b",product", "The header names product twice. Keep one of them."),
    (HEAD.decode().encode("utf-16"), "The text is not UTF-8."),
    (b'"' + HEAD, "The quotation marks do not fit"),
]


@pytest.mark.parametrize(("header", "reason"), HEADERS)
def test_a_header_that_does_not_fit_stops_it_before_anything_is_done(tmp_path, header, reason):
    folder = write_folder(tmp_path)
    (folder / "sales_pipeline.csv").write_bytes(header + b"\n" + GOOD + b"\n")
    with nothing_changes():
        told = run_import(folder)
    assert "The import stopped: sales_pipeline.csv, line 1: " in told.error
    assert reason in told.error
    assert not User.objects.filter(username="moses-frase").exists()


def test_columns_that_nobody_asked_for_are_named(tmp_path):
    folder = write_folder(tmp_path)
    (folder / "sales_pipeline.csv").write_bytes(HEAD + b",mood\n" + GOOD + b",fine\n")
    told = run_import(folder)
    assert told.error == ""
    assert "sales_pipeline.csv: not imported: mood" in told.progress


@pytest.mark.parametrize("name", ["nowhere", "sales_pipeline.csv"])
def test_a_path_that_does_not_exist(tmp_path, name):
    told = run_import(tmp_path / name)
    assert "cannot be read: No such file or directory" in told.error


def test_bad_rows_are_told_in_the_order_of_the_file(tmp_path):
    """An unknown agent is found before the action judges, and a wrong form before both."""
    rows = [
        WON | {"opportunity_id": "A", "close_date": "2999-01-01"},
        WON | {"opportunity_id": "B", "sales_agent": "Nobody Here"},
        WON | {"opportunity_id": "C", "close_date": "soon"},
    ]
    told = run_import(write_folder(tmp_path, *rows))
    assert [line.split(":")[0] for line in told.bad] == [f"sales_pipeline.csv, line {number}" for number in (2, 3, 4)]
