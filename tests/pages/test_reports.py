"""The page "Win/loss analysis": every number is that of the list behind it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from crm import clock
from opportunities.win_loss import GROUPINGS
from opportunities.win_loss_views import FOREMOST
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_user, reopen
from tests.pages.html import elements, inline_code, text_of

pytestmark = pytest.mark.django_db
PAGE = "/reports/win-loss/"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Owner, state, close date, currency, actual revenue, and whether account and competitor are named.
DEALS = (
    ("rep", "won", date(2026, 11, 20), "USD", 100, True),
    ("rep", "won", date(2026, 11, 1), "EUR", 50, False),
    ("rep", "lost", date(2026, 10, 31), "USD", 0, True),
    ("rep", "lost", date(2026, 10, 1), "JPY", None, False),
    ("stranger", "lost", date(2025, 12, 1), "USD", 30, True),
    ("stranger", "won", date(2025, 11, 30), "USD", 70, True),
    ("alone", "lost", date(2026, 1, 15), "EUR", None, False),
)


@pytest.fixture(autouse=True)
def today():
    with clock.at(NOW):
        yield


@pytest.fixture
def deals(people):
    people = {**people, "alone": make_user("alone", "salesperson", None)}
    account, rival = make_account("Contoso"), make_competitor("Rival")
    for owner, state, day, currency, revenue, named in DEALS:
        close = {"close_date": day, "competitor": rival if named else None}
        close["actual_revenue"] = None if revenue is None else Decimal(revenue)
        values = {"currency": currency, "account": account if named else None}
        make_opportunity(people[owner], state=state, close=close, **values)
    reopened = make_opportunity(people["rep"])
    close_won(reopened)
    reopen(reopened)
    return account, rival


def listed(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return response.context["summary"]


def linked(page):
    """Each number of deals on the page with the address of its list."""
    context = page.context
    for row in (*context["rows"], context["total"]):
        rate, urls = row.group.rate, row.urls()
        yield rate.deals, urls["closed"]
        yield rate.won, urls["won"]
        yield rate.lost, urls["lost"]
    for cause in context["causes"]:
        yield from ((row.group.rate.lost, row.urls()["lost"]) for row, __ in cause.rows)
    for group in context["chart"].groups:
        yield from ((cell.number, cell.url) for cell in group.cells)


@pytest.mark.parametrize(
    "query",
    [
        *(f"group_by={name}" for name in GROUPINGS),
        "group_by=month&actual_close_date_after=2026-10-15&actual_close_date_before=2026-11-10",
        "group_by=account&actual_close_date_in=this_year&currency=USD,EUR",
        "group_by=competitor&search=contoso&state=lost",
        "group_by=owner&account=none",
    ],
)
def test_every_number_is_that_of_the_list_behind_it(browse, vp, deals, query):
    client = browse(vp)
    page = client.get(f"{PAGE}?{query}")
    numbers = list(linked(page))
    assert sum(number for number, __ in numbers)
    counts = {}
    for number, url in numbers:
        # The pages of all groupings share most addresses.
        counts[url] = counts[url] if url in counts else listed(client, url).count
        assert counts[url] == number, url
        if number:
            assert elements(page, "a", href=url), url


def test_an_amount_won_is_the_sum_of_the_list_behind_it(browse, vp, deals):
    client = browse(vp)
    page = client.get(f"{PAGE}?group_by=owner")
    sums = [found for row in page.context["rows"] for found in row.won_sums()]
    assert sorted((amount, currency) for amount, currency, __ in sums) == [(50, "EUR"), (70, "USD"), (100, "USD")]
    for amount, currency, url in sums:
        (total,) = listed(client, url).totals
        assert (total.amount, total.currency) == (amount, currency)


def test_it_begins_with_the_last_twelve_months_by_status_reason(browse, vp, deals):
    page = browse(vp).get(PAGE)
    assert [group.label for group in page.context["chart"].groups][::11] == ["December 2025", "November 2026"]
    assert [(row.group.label, row.group.rate.deals) for row in page.context["rows"]] == [("Canceled", 4), ("Won", 2)]
    current = [link["href"] for link in elements(page, "a", aria_current="true")]
    assert [parse_qs(urlsplit(url).query)["actual_close_date_in"] for url in current] == [["last_12_months"]]
    (tab,) = [link for link in elements(page, "a", aria_current="page") if "group_by" in link["href"]]
    assert "group_by=status_reason" in tab["href"]


def test_an_address_that_says_something_says_all(browse, vp, deals):
    page = browse(vp).get(f"{PAGE}?group_by=owner")
    assert page.context["total"].group.rate.deals == 7
    assert page.context["chart"].groups[0].label == "December 2025"


def test_why_deals_are_lost_stands_side_by_side(browse, vp, deals):
    reasons, competitors = browse(vp).get(f"{PAGE}?group_by=month").context["causes"]
    assert [(row.group.label, row.group.rate.lost, share) for row, share in reasons.rows] == [("Canceled", 4, 100)]
    found = [(row.group.label, row.group.rate.lost, share) for row, share in competitors.rows]
    assert found == [("Rival", 2, 50), ("No competitor", 2, 50)]


def test_what_stands_after_the_foremost_is_told_together(browse, vp, rep):
    for number in range(FOREMOST + 2):
        make_opportunity(rep, state="lost", close={"competitor": make_competitor(f"Rival {number}").pk})
    page = browse(vp).get(PAGE)
    __, competitors = page.context["causes"]
    assert (len(competitors.rows), competitors.rest, competitors.rest_percent) == (FOREMOST, 2, 29)
    assert "All others" in text_of(page)


def test_a_reason_has_no_rate_of_its_own(browse, vp, deals):
    def rates(query):
        return re.findall(r'data-label="Win rate">([^<]*)<', browse(vp).get(f"{PAGE}?{query}").content.decode())

    assert rates("group_by=status_reason") == ["–", "–", "43 %"]
    assert rates("group_by=competitor") == ["50 %", "33 %", "43 %"]


def test_the_filters_stand_above_and_can_be_edited(browse, vp, rep, deals):
    client = browse(vp)
    address = f"{PAGE}?group_by=owner&owner={rep.pk}&actual_close_date_in=this_year"
    assert f"Owner: {rep.name}" in text_of(client.get(address))
    editor = client.get(f"{address}&edit=filters")
    for name in ("actual_close_date_in", "owner", "business_unit_within", "competitor", "account", "currency"):
        assert elements(editor, "select", name=name), name
    response = client.post(f"{address}&edit=filters", {"owner": "", "currency": "USD"})
    assert (response.status_code, response["Location"]) == (302, f"{PAGE}?group_by=owner&currency=USD")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("group_by=rating", "Choose one of"),
        ("group_by=owner&x=1", "x: There is no such parameter."),
        ("owner=rep", "Owner: Enter ids"),
        ("view=won", "view"),
        ("export=pdf", "Choose one of these"),
    ],
)
def test_what_is_not_understood_is_told(browse, vp, deals, query, sentence):
    page = browse(vp).get(f"{PAGE}?{query}")
    assert page.status_code == 400
    assert elements(page, "a", href=PAGE)
    if sentence != "view":
        assert sentence in text_of(page)


def test_without_deals_it_says_so(browse, rep):
    assert "No opportunity was closed in this period." in text_of(browse(rep).get(PAGE))
    page = browse(rep).get(f"{PAGE}?currency=CHF")
    assert "No closed opportunity fits" in text_of(page)
    assert elements(page, "a", href=PAGE, class_="button")


def test_who_may_read_nothing_sees_nothing(browse, nobody, deals):
    assert "No opportunity was closed" in text_of(browse(nobody).get(PAGE))


def test_who_is_not_signed_in_signs_in_first(client):
    assert client.get(PAGE).status_code == 302
    assert client.get(f"{PAGE}?edit=filters").status_code == 302


def test_it_takes_seven_statements(browse, vp, deals, count_statements):
    client = browse(vp)
    client.get(PAGE)
    with count_statements(7):
        client.get(PAGE)


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text else ","))


def test_the_file_has_a_line_for_each_group(browse, vp, deals):
    response = browse(vp).get(f"{PAGE}?group_by=competitor&export=raw")
    assert response["Content-Disposition"] == 'attachment; filename="winloss-analysis-2026-11-21.csv"'
    rival, none = rows_of(response)
    assert rival == {
        "competitor": "Rival",
        "deals": "4",
        "won": "2",
        "lost": "2",
        "win_rate": "50",
        "average_days_to_close": "0.0",
        "won_EUR": "",
        "lost_EUR": "",
        "win_rate_by_value_EUR": "",
        "won_JPY": "",
        "lost_JPY": "",
        "win_rate_by_value_JPY": "",
        "won_USD": "170.00",
        "lost_USD": "30.00",
        "win_rate_by_value_USD": "85",
    }
    assert (none["competitor"], none["lost_JPY"], none["won_EUR"]) == ("", "1000", "50.00")


def test_the_file_speaks_the_readers_language(browse, vp, deals):
    vp.language = "da"
    vp.save(update_fields=["language"])
    first = rows_of(browse(vp).get(f"{PAGE}?group_by=month&export=shown"))[0]
    assert list(first.items())[:3] == [("Måned", "november 2025"), ("Salg", "1"), ("Vundet", "1")]
    assert first["Vundet beløb USD"] == "70,00"


def test_the_file_is_asked_for(browse, vp, deals):
    page = browse(vp).get(f"{PAGE}?group_by=owner&export=choose")
    assert "The file will have 3 rows" in text_of(page)
    assert elements(page, "input", name="group_by", value="owner")


def test_danish_is_complete_and_nothing_is_inline(browse, vp, deals):
    vp.language = "da"
    vp.save(update_fields=["language"])
    page = browse(vp).get(f"{PAGE}?group_by=business_unit")
    text = text_of(page)
    for words in ("Vundet/tabt-analyse", "Ingen afdeling", "Tabt, efter statusårsag", "Seneste 12 måneder"):
        assert words in text
    assert not inline_code(page)


def test_it_stands_in_the_site_map(browse, rep):
    assert elements(browse(rep).get(PAGE), "a", href=PAGE, aria_current="page")
