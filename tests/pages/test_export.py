"""Any list as a CSV file: what its page shows, all pages of it, for whom it may show."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import OperationalError, connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from crm import clock
from crm.cells import CELLS
from crm.columns import Column
from crm.exports import cells, download, file_form, files
from crm.list_pages import ListPage
from crm.lists import PAGE_SIZE, select_rows
from crm.webhooks.delivery_pages import DeliveryListPage
from crm.webhooks.pages import WebhookListPage
from opportunities.list_views import OPPORTUNITY_COLUMNS, AccountListPage, CompetitorListPage, OpportunityListPage
from opportunities.models import Account, Opportunity
from quotes.list_views import QuoteListPage
from tests.factories import make_account, make_competitor, make_opportunity, make_quote
from tests.pages.html import column_labels, elements, text_of, titles
from tests.pages.reading import HTMX

pytestmark = pytest.mark.django_db
LIST = "/opportunities/"
PAGES = {LIST: OpportunityListPage, "/quotes/": QuoteListPage}
PAGES |= {"/accounts/": AccountListPage, "/competitors/": CompetitorListPage}
EVERY_VIEW = [(address, view) for address, page in PAGES.items() for view in page.definition.views]


@pytest.fixture
def page(browse, rep):
    client = browse(rep)
    return lambda address=LIST, **query: client.get(address, query)


@pytest.fixture
def table(page):
    """`table(view="closed")`: the lines of the file."""
    return lambda address=LIST, delimiter=",", **query: lines_of(
        page(address, **{"export": "shown"} | query), delimiter
    )


def lines_of(response, delimiter=","):
    assert response.status_code == 200, text_of(response)
    text = io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=delimiter, strict=True))


def first_cells(lines):
    return [line[0] for line in lines[1:]]


@pytest.fixture
def sale(rep):
    with time_machine.travel(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), tick=False):
        return make_opportunity(
            rep,
            topic="Big sale",
            account=make_account("Firm"),
            competitors=[make_competitor("Not named at closing")],
            currency="DKK",
            estimated_revenue=Decimal("1234.5"),
            estimated_close_date=date(2026, 12, 24),
            probability=40,
            state="won",
            close={
                "actual_revenue": Decimal("1000"),
                "close_date": date(2026, 11, 20),
                "competitor": make_competitor("Rival").pk,
            },
        )


@pytest.fixture
def everything(sale, rep):
    make_opportunity(rep, topic="Open one", probability=40, rating=1)
    make_opportunity(rep, topic="Lost one", state="lost")
    for state in ("draft", "active", "won", "lost"):
        make_quote(make_opportunity(rep), state, effective_to=clock.today())


def test_every_page_of_a_list_is_tried_here():
    classes = {getattr(pattern.callback, "view_class", None) for pattern in patterns(get_resolver())}
    for_administrators = {WebhookListPage, DeliveryListPage}
    listed = {found for found in classes if found and issubclass(found, ListPage)}
    assert listed == set(PAGES.values()) | for_administrators


def patterns(resolver):
    for pattern in resolver.url_patterns:
        yield from patterns(pattern) if hasattr(pattern, "url_patterns") else [pattern]


@pytest.mark.parametrize(("address", "view"), EVERY_VIEW)
def test_the_file_has_the_columns_and_rows_of_the_page(page, table, everything, address, view):
    lines = table(address, view=view)
    on_page = page(address, view=view)
    assert [heading for heading in lines[0] if heading != "Currency"] == column_labels(on_page)
    assert first_cells(lines) == titles(on_page)
    assert len(lines) > 1


@pytest.mark.parametrize(("address", "view"), EVERY_VIEW)
def test_the_raw_file_has_the_keys_and_the_same_rows(table, everything, address, view):
    lines = table(address, view=view, export="raw")
    keys = [key for key in lines[0] if key != "currency"]
    assert keys == ["id", *PAGES[address].definition.views[view].columns]
    assert first_cells([line[1:] for line in lines]) == first_cells(table(address, view=view))


def test_as_shown_in_english(table, sale):
    assert list(zip(*table(view="closed"), strict=True)) == [
        ("Topic", "Big sale"),
        ("Account", "Firm"),
        ("State", "Won"),
        ("Status reason", "Won"),
        ("Actual revenue", "1,000.00"),
        ("Currency", "DKK"),
        ("Actual close date", "11/20/2026"),
        ("Competitor", "Rival"),
        ("Owner", "Rep"),
    ]


def test_as_shown_in_danish(table, rep, sale):
    rep.language = "da"
    rep.save(update_fields=["language"])
    assert list(zip(*table(view="closed", delimiter=";"), strict=True)) == [
        ("Emne", "Big sale"),
        ("Firma", "Firm"),
        ("Status", "Vundet"),
        ("Statusårsag", "Vundet"),
        ("Faktisk omsætning", "1.000,00"),
        ("Valuta", "DKK"),
        ("Faktisk lukkedato", "20.11.2026"),
        ("Konkurrent", "Rival"),
        ("Ejer", "Rep"),
    ]


@pytest.mark.parametrize("language", ["en", "da"])
def test_raw_is_the_same_in_every_language(table, rep, sale, language):
    rep.language, rep.time_zone = language, "Europe/Copenhagen"
    rep.save(update_fields=["language", "time_zone"])
    assert list(zip(*table(view="closed", export="raw"), strict=True)) == [
        ("id", str(sale.pk)),
        ("topic", "Big sale"),
        ("account", "Firm"),
        ("state", "won"),
        ("status_reason", "3"),
        ("actual_revenue", "1000.00"),
        ("currency", "DKK"),
        ("actual_close_date", "2026-11-20"),
        ("close_competitor", "Rival"),
        ("owner", "rep"),
    ]


def test_times_are_the_users_day_as_shown_and_utc_when_raw(table, rep, sale):
    rep.time_zone = "Europe/Copenhagen"
    rep.save(update_fields=["time_zone"])
    assert table(view="all")[1][-1] == "11/22/2026"
    assert table(view="all", export="raw")[1][-1] == "2026-11-21T23:30:00Z"


def test_open_ones_have_words_and_shares(table, rep):
    make_opportunity(rep, rating=1, sales_stage=2, probability=40)
    assert {"Hot", "Propose", "40 %"} <= set(table()[1])
    assert {"hot", "propose", "40"} <= set(table(export="raw")[1])


def test_words_of_quotes(table, rep):
    quote = make_quote(make_opportunity(rep, topic="Big", currency="JPY"), name="Offer", total_amount=Decimal(7000))
    row = dict(zip(*table("/quotes/", export="raw"), strict=True))
    assert row["number"] == quote.number
    assert (row["revision"], row["opportunity"], row["state"]) == ("0", "Big", "draft")
    assert (row["total_amount"], row["currency"]) == ("7000", "JPY")


def test_the_currency_stands_once_and_follows_the_first_amount(table, rep):
    make_opportunity(rep, currency="EUR", estimated_revenue=None)
    heading, row = table(view="all", export="raw")
    assert heading[5:8] == ["estimated_revenue", "currency", "actual_revenue"]
    assert row[5:8] == ["", "EUR", ""]


def test_filters_search_and_order_are_the_pages(page, table, everything, rep, stranger):
    make_opportunity(stranger, topic="Big far one")
    make_opportunity(rep, topic="Alpha big")
    query = {"view": "all", "owner": str(rep.pk), "search": "big", "ordering": "-topic"}
    assert first_cells(table(**query)) == titles(page(**query)) == ["Big sale", "Alpha big"]


def test_all_pages_are_in_the_file(table, rep):
    names = [f"Account {number:03}" for number in range(2 * PAGE_SIZE + 1)]
    Account.objects.bulk_create([Account(name=name) for name in reversed(names)])
    assert first_cells(table("/accounts/")) == names


def test_an_empty_list_is_a_file_with_its_headings(table):
    assert len(table(view="closed")) == 1


def test_whoever_reads_nothing_gets_no_rows(browse, nobody, everything):
    for address in PAGES:
        assert len(lines_of(browse(nobody).get(address, {"export": "shown"}))) == 1


def test_a_member_who_only_reads_may_export(browse, member, sale):
    assert first_cells(lines_of(browse(member).get(LIST, {"view": "closed", "export": "shown"}))) == ["Big sale"]


def test_one_must_be_signed_in(client):
    assert client.get(LIST, {"export": "shown"}).status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        {"view": "nope"},
        {"colour": "red"},
        {"actual_close_date_after": "yesterday"},
        {"ordering": "nope"},
        {"cursor": "nonsense"},
        {"export": "xml"},
        {"export": ["shown", "raw"]},
    ],
)
def test_what_the_page_refuses_is_no_file(page, everything, query):
    response = page(**{"export": "shown"} | query)
    assert response.status_code == 400
    assert not response.streaming
    assert elements(response, "div", role="alert")


def test_formulas_in_texts_are_harmless_in_both_forms(table, rep):
    make_opportunity(rep, topic="=HYPERLINK(A1)", account=make_account("@home"))
    for form in ("shown", "raw"):
        assert {"'=HYPERLINK(A1)", "'@home"} <= set(table(export=form)[1])


@pytest.mark.parametrize(
    ("language", "view", "name"),
    [
        ("en", "closed", 'filename="closed-opportunities-2026-11-22.csv"'),
        ("da", "closed", 'filename="lukkede-salgsmuligheder-2026-11-22.csv"'),
        (
            "da",
            "open",
            'filename="abne-salgsmuligheder-2026-11-22.csv"; '
            "filename*=UTF-8''%C3%A5bne-salgsmuligheder-2026-11-22.csv",
        ),
    ],
)
def test_the_file_is_named_after_the_view_and_the_users_day(page, rep, language, view, name):
    rep.language, rep.time_zone = language, "Europe/Copenhagen"
    rep.save(update_fields=["language", "time_zone"])
    with time_machine.travel(datetime(2026, 11, 21, 23, 30, tzinfo=UTC)):
        assert page(view=view, export="shown")["Content-Disposition"] == f"attachment; {name}"


def test_the_answer_is_private_and_tells_its_length(page, sale):
    response = page(view="closed", export="shown")
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert int(response["Content-Length"]) == len(response.getvalue())


def test_an_error_midway_is_an_error_page_and_no_part_of_a_file(page, browse, rep, sale, monkeypatch):
    monkeypatch.setattr("crm.exports.files.CHUNK", 1)
    make_opportunity(rep, topic="Another", state="lost")
    seen = []

    def value(row):
        seen.append(row)
        if len(seen) == 2:
            raise OperationalError("the server went away")
        return row.topic

    monkeypatch.setitem(OPPORTUNITY_COLUMNS, "topic", Column("Topic", value))
    client = browse(rep)
    client.raise_request_exception = False
    response = client.get(LIST, {"view": "closed", "export": "shown"})
    assert response.status_code == 500
    assert b"Big sale" not in response.content


def test_one_file_is_written_for_a_user_at_a_time(browse, rep, manager, sale):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [files._LOCK, str(rep.pk)])
        response = browse(rep).get(LIST, {"export": "shown"})
        assert (response.status_code, response["Retry-After"]) == (503, "2")
        assert "A file is being written for you." in text_of(response)
        assert browse(manager).get(LIST, {"export": "shown"}).status_code == 200
    finally:
        other.close()
    assert browse(rep).get(LIST, {"export": "shown"}).status_code == 200


def test_the_head_alone_reads_no_row(browse, rep, sale):
    with CaptureQueriesContext(connection) as told:
        response = browse(rep).head(LIST, {"view": "closed", "export": "shown"})
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert "closed-opportunities" in response["Content-Disposition"]
    assert "Content-Length" not in response
    assert not [query for query in told if "opportunities_opportunity" in query["sql"]]


def test_a_list_that_takes_too_long_is_told(page, sale, monkeypatch):
    monkeypatch.setattr(files, "SECONDS", 0)
    response = page(view="closed", export="shown")
    assert response.status_code == 503
    assert "Narrow it by filters" in text_of(response)


def test_each_step_of_the_reading_has_an_end_in_the_database_too(page, sale, monkeypatch):
    monkeypatch.setattr(files, "SECONDS", 0.05)
    monkeypatch.setattr(files, "monotonic", lambda: 0)
    monkeypatch.setattr(cells, "_bare", lambda value: connection.cursor().execute("SELECT pg_sleep(1)"))
    assert page(view="closed", export="shown").status_code == 503


def test_a_statement_that_takes_too_long_is_told(page, sale, monkeypatch):
    def too_long(column, row):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(1)")

    monkeypatch.setattr(cells, "_bare", lambda value: too_long(None, None))
    assert page(view="closed", export="shown").status_code == 503


@pytest.mark.parametrize("address", list(PAGES))
def test_statements_do_not_grow_with_the_rows(table, everything, rep, count_statements, monkeypatch, address):
    monkeypatch.setattr("crm.exports.files.CHUNK", 2)
    view = {"view": "all"}
    table(address, **view)
    with count_statements(8) as few:
        before = len(table(address, **view))
    for __ in range(3):
        make_quote(make_opportunity(rep, account=make_account(), competitors=[make_competitor()]))
    with count_statements(len(few.captured_queries)):
        assert len(table(address, **view)) == before + 3


def test_memory_does_not_grow_with_the_rows(rep, monkeypatch):
    monkeypatch.setattr("crm.exports.files.CHUNK", 100)
    monkeypatch.setattr("crm.tabular.writing._IN_MEMORY", 1 << 14)
    peaks = []
    for number in (1_000, 4_000):
        Account.objects.bulk_create([Account(name=f"Account {each} of {number}") for each in range(number)])
        tracemalloc.start()
        response = export(AccountListPage, rep)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert len(lines_of(response)) == 1 + 1_000 + 4_000
    assert peaks[1] < 1.3 * peaks[0]


def export(page, user):
    selection = select_rows(page.definition, QueryDict(), user)
    return download(selection, page.columns, file_form(["shown"]), reader=user)


@pytest.mark.django_db(transaction=True)
def test_no_cursor_and_no_transaction_outlives_the_reading(page, rep):
    Opportunity.objects.bulk_create([Opportunity(topic=f"Deal {number}", owner=rep) for number in range(20)])
    response = page(export="shown")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_cursors WHERE name LIKE '_django%'")
        assert cursor.fetchall() == []
    assert connection.get_autocommit()
    response.close()


def test_the_command_keeps_the_view_and_leaves_the_page_behind(page, everything):
    response = page(view="all", owner="", search="one", ordering="topic", page_size="1")
    (command,) = elements(response, "a", id="command-export")
    assert command["href"] == f"{LIST}?view=all&search=one&ordering=topic&export=choose"


def test_the_command_is_disabled_where_the_list_cannot_be_shown(page):
    response = page(colour="red")
    assert elements(response, "button", aria_describedby="why-export", aria_disabled="true")


def test_a_part_of_the_page_brings_the_commands_along(browse, rep):
    response = browse(rep).get(LIST, {"view": "won"}, headers={"HX-Request": "true", "HX-Target": "list"})
    assert elements(response, "nav", id="commands", hx_swap_oob="true")
    assert elements(response, "a", id="command-export", href=f"{LIST}?view=won&export=choose")
    assert not elements(browse(rep).get(LIST), "nav", hx_swap_oob="true")


def test_the_question_tells_the_number_of_rows_and_carries_the_address(browse, rep):
    for __ in range(3):
        make_opportunity(rep, topic="Deal")
    response = browse(rep).get(LIST, {"view": "all", "search": "deal", "export": "choose"}, headers=HTMX)
    assert "The file will have 3 rows" in text_of(response)
    assert "All Opportunities" in text_of(response)
    assert [(field["name"], field["value"]) for field in elements(response, "input", type="hidden")] == [
        ("view", "all"),
        ("search", "deal"),
    ]
    assert [field["value"] for field in elements(response, "input", name="export")] == ["shown", "raw"]
    assert elements(response, "a", href=f"{LIST}?view=all&search=deal", class_="button")


def test_the_question_opens_in_the_dialog(browse, rep):
    response = browse(rep).get(LIST, {"export": "choose"}, headers=HTMX)
    assert elements(response, "h2", id="dialog-title")
    assert not elements(response, "header")


def test_every_kind_of_cell_is_one_that_a_file_can_write():
    """A new kind must show its value, or a tuple that begins with it: see crm.columns."""
    assert set(CELLS) == {"text", "link", "badge", "rating", "money", "day", "percent", "time", "website"}


def test_columns_in_someones_language_have_raw_values(table, rep, everything):
    rep.language = "da"
    rep.save(update_fields=["language"])
    for address, view in EVERY_VIEW:
        danish = re.compile("Vundet|Tabt|Åben|Kladde|Varm|Kvalific")
        assert not [cell for line in table(address, view=view, export="raw") for cell in line if danish.search(cell)]
