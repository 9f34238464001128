"""What becomes of a row that is right."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from crm.models import Event
from opportunities.models import Account, Opportunity, OpportunityClose, SalesStage, State
from opportunities.verification import CHECKS, find_breaches
from tests.commands.importing import LOST, OPEN, WON, many, run_import, write_folder
from tests.expect import check_deferred

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_rule_holds(db: None):
    yield
    check_deferred()
    assert find_breaches(CHECKS) == []


def imported(folder: Path, row: dict[str, str], **files: str) -> Opportunity:
    told = run_import(write_folder(folder, row, **files))
    assert (told.bad, told.error) == ([], "")
    return Opportunity.objects.for_record().get(external_id=row["opportunity_id"])


def test_a_won_deal(tmp_path):
    opportunity = imported(tmp_path, WON)
    assert opportunity.topic == "GTX Plus Basic"
    assert opportunity.account.name == "Cancity"
    assert opportunity.owner.name == "Moses Frase"
    assert (opportunity.state, opportunity.status_reason_id, opportunity.probability) == (State.WON, 3, 100)
    assert (opportunity.currency, opportunity.actual_revenue) == ("USD", Decimal(1054))
    assert opportunity.actual_close_date == date(2017, 3, 1)


def test_its_closing_is_a_record_of_its_own(tmp_path):
    close = imported(tmp_path, WON).closes.get()
    assert (close.close_date, close.actual_revenue, close.subject) == (date(2017, 3, 1), 1054, "GTX Plus Basic")
    assert close.closed_by.username == "import"
    assert close.closed_at == datetime(2017, 3, 1, 12, tzinfo=UTC)


def test_it_has_the_events_that_everyone_s_have_at_their_own_times(tmp_path):
    opportunity = imported(tmp_path, WON)
    created, won = Event.objects.order_by("version")
    assert (created.type, created.version, created.origin) == ("opportunity.created", 1, "import")
    assert created.occurred_at == opportunity.created_at == datetime(2016, 10, 20, 12, tzinfo=UTC)
    assert (won.type, won.version, won.origin) == ("opportunity.won", 2, "import")
    assert won.occurred_at == opportunity.modified_at == datetime(2017, 3, 1, 12, tzinfo=UTC)
    assert won.data == {"opportunity_close": str(opportunity.close_id)}
    assert created.id < won.id


def test_a_lost_nothing_stays_nothing(tmp_path):
    opportunity = imported(tmp_path, LOST)
    assert (opportunity.state, opportunity.status_reason_id) == (State.LOST, 4)
    assert opportunity.facts()["actual_revenue"] == "0.00"
    assert opportunity.closes.get().actual_revenue == 0


def test_a_lost_value_left_out_stays_out(tmp_path):
    assert imported(tmp_path, LOST | {"close_value": ""}).actual_revenue is None


@pytest.mark.parametrize(("word", "stage"), [("Prospecting", SalesStage.QUALIFY), ("Engaging", SalesStage.DEVELOP)])
def test_an_open_deal_is_in_its_stage(tmp_path, word, stage):
    opportunity = imported(tmp_path, OPEN | {"deal_stage": word})
    assert (opportunity.state, opportunity.sales_stage) == (State.OPEN, stage)
    assert not OpportunityClose.objects.exists()


def test_a_deal_without_an_account_stays_without(tmp_path):
    assert imported(tmp_path, OPEN | {"account": ""}).account is None


def test_an_open_deal_without_a_beginning_begins_now(tmp_path):
    opportunity = imported(tmp_path, OPEN | {"engage_date": ""})
    assert (datetime.now(UTC) - opportunity.created_at).total_seconds() < 60


def test_a_closed_deal_without_a_beginning_began_when_it_was_closed(tmp_path):
    assert imported(tmp_path, WON | {"engage_date": ""}).created_at == datetime(2017, 3, 1, 12, tzinfo=UTC)


def test_a_deal_of_today_lies_not_in_the_future(tmp_path):
    today = datetime.now(UTC).date().isoformat()
    opportunity = imported(tmp_path, WON | {"engage_date": today, "close_date": today})
    created, won = Event.objects.order_by("id")
    assert opportunity.created_at <= won.occurred_at <= datetime.now(UTC)
    assert (created.version, won.version) == (1, 2)


@pytest.mark.parametrize("products", ["product\nGTX Pro\n", ""])
def test_a_product_has_one_spelling(tmp_path, products):
    assert imported(tmp_path, WON | {"product": "GTXPro"}, products=products).topic == "GTX Pro"


def test_any_product_goes_where_there_is_no_list(tmp_path):
    assert imported(tmp_path, WON | {"product": "Anvil  3"}, products="").topic == "Anvil 3"


def test_accounts_are_made_from_the_deals_where_there_is_no_list(tmp_path):
    assert imported(tmp_path, WON | {"account": "Acme, Inc."}, accounts="").account.name == "Acme, Inc."


def test_accounts_of_the_list_are_made_also_without_a_deal(tmp_path):
    imported(tmp_path, WON)
    assert set(Account.objects.values_list("name", flat=True)) == {"Cancity", "Isdom"}


def test_an_account_that_is_here_is_used(tmp_path):
    account = Account.objects.create(name="Cancity")
    assert imported(tmp_path, WON).account == account


def test_a_quoted_value_may_hold_commas(tmp_path):
    opportunity = imported(tmp_path, WON | {"account": "Smith,  Jones"}, accounts="")
    assert opportunity.account.name == "Smith, Jones"


def test_the_sign_of_a_file_from_excel_is_no_part_of_its_header(tmp_path):
    folder = write_folder(tmp_path, WON)
    pipeline = folder / "sales_pipeline.csv"
    pipeline.write_bytes(b"\xef\xbb\xbf" + pipeline.read_bytes())
    assert run_import(folder).error == ""


def test_one_file_alone_can_be_imported(tmp_path):
    run_import(write_folder(tmp_path / "first", OPEN))
    alone = write_folder(tmp_path / "alone", WON, sales_teams="", accounts="", products="") / "sales_pipeline.csv"
    assert run_import(alone).error == ""
    assert Opportunity.objects.count() == 2


def test_it_says_how_far_it_is_and_what_became_of_all(tmp_path):
    told = run_import(write_folder(tmp_path, *many(9)))
    assert "100%, 9 rows: 9 new, 0 here already, 0 bad" in told.progress
    assert told.lines == [
        "Opportunities imported: 9 (3 won, 3 lost, 3 open); accounts made: 2; users made: 4; "
        "here already: 0, of which 0 differ."
    ]


def test_the_planner_is_told_what_came(tmp_path):
    run_import(write_folder(tmp_path, *many(60)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'opportunities_opportunity'::regclass")
        assert cursor.fetchone() == (60,)


def test_a_batch_costs_as_many_statements_as_a_few_rows(tmp_path):
    few, lot = write_folder(tmp_path / "few", *many(6)), write_folder(tmp_path / "lot", *many(60, product="GTX Pro"))
    run_import(write_folder(tmp_path / "first", WON))
    of_few = statements_of(few)
    Opportunity.objects.update(external_id=None)
    assert of_few == statements_of(lot)


def statements_of(folder: Path) -> int:
    """Counted on their way: the import clears Django's own log."""
    asked: list[str] = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        run_import(folder)
    assert asked
    return len(asked)
