"""Lists: views, filters, search, order and pages, each in the address and each without JavaScript."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from crm.lists import PAGE_SIZE
from opportunities.models import Account
from tests.factories import (
    make_account,
    make_competitor,
    make_opportunity,
    make_quote,
)
from tests.pages.html import column_labels, elements, text_of, titles

pytestmark = pytest.mark.django_db
LIST = "/opportunities/"


@pytest.fixture
def page(browse, rep):
    client = browse(rep)
    return lambda address=LIST, **query: client.get(address, query)


@pytest.fixture
def sales(rep, teammate, stranger):
    return {
        "mine": make_opportunity(rep, topic="Mine"),
        "team": make_opportunity(teammate, topic="Team"),
        "far": make_opportunity(stranger, topic="Far"),
        "won": make_opportunity(rep, topic="Won one", state="won", close={"actual_revenue": Decimal("1234.5")}),
        "lost": make_opportunity(rep, topic="Lost one", state="lost"),
    }


@pytest.mark.parametrize(
    ("view", "topics"),
    [
        ("open", {"Mine", "Team", "Far"}),
        ("my-open", {"Mine"}),
        ("team-open", {"Mine", "Team"}),
        ("closed", {"Won one", "Lost one"}),
        ("won", {"Won one"}),
        ("lost", {"Lost one"}),
        ("all", {"Mine", "Team", "Far", "Won one", "Lost one"}),
    ],
)
def test_each_view_shows_its_rows(page, sales, view, topics):
    assert set(titles(page(view=view))) == topics


def test_the_page_begins_with_the_open_ones(page, sales):
    assert set(titles(page())) == {"Mine", "Team", "Far"}


def test_the_view_selector_offers_all_views_and_keeps_the_search(page, sales):
    links = [link["href"] for link in elements(page(search="m"), "a") if "view=" in link.get("href", "")]
    for view in ("open", "my-open", "team-open", "closed", "won", "lost", "all"):
        assert f"{LIST}?search=m&view={view}" in links


def test_closed_views_tell_how_it_ended(page, sales, rep):
    competitor = make_competitor("Rival")
    make_opportunity(rep, state="lost", topic="Taken", close={"competitor": competitor, "status_reason": 5})
    response = page(view="closed")
    assert {"Actual revenue", "Actual close date", "Status reason", "Competitor"} <= set(column_labels(response))
    assert "$\u00a01,234.50" in response.content.decode()
    assert "Rival" in text_of(response)
    assert "Out-Sold" in text_of(response)


def test_a_row_leads_to_its_record(page, sales):
    assert elements(page(), "a", href=sales["mine"].get_absolute_url())


def test_empty_fields_of_the_filter_form_filter_nothing(page, sales):
    assert len(titles(page(view="open", owner="", status_reason="", currency="", search=""))) == 3


def test_filters_add_up_and_stay_set(page, sales, teammate):
    response = page(view="all", owner=str(teammate.pk), currency="USD")
    assert titles(response) == ["Team"]
    assert elements(response, "option", value=str(teammate.pk), selected="")
    assert "2 filters are set." in text_of(response)


def test_the_close_date_filter_is_the_views_own(page, rep, sales):
    make_opportunity(rep, topic="Long ago", state="lost", close={"close_date": date(2020, 1, 1)})
    assert titles(page(view="closed", actual_close_date_before="2020-12-31")) == ["Long ago"]
    assert elements(page(view="closed"), "input", name="actual_close_date_after", type="date")
    assert elements(page(view="open"), "input", name="estimated_close_date_after", type="date")


def test_a_wrong_filter_is_told_and_shows_no_rows(page, sales):
    response = page(estimated_close_date_after="yesterday", colour="red")
    assert response.status_code == 400
    assert "colour: There is no such parameter." in text_of(response)
    assert titles(response) == []
    told = text_of(page(estimated_close_date_after="yesterday"))
    assert "Est. close date from: Enter a date such as 2026-11-21." in told


def test_a_filter_of_the_address_that_the_form_does_not_offer_stays(page, sales):
    response = page(view="all", rating="hot")
    assert titles(response) == []
    assert "No record of this view fits" in text_of(response)
    assert elements(response, "input", type="hidden", name="rating", value="hot")


def test_search_takes_beginnings_of_words(page, rep):
    make_opportunity(rep, topic="Café espresso machines")
    make_opportunity(rep, topic="Something else")
    assert titles(page(view="all", search="ESP caf")) == ["Café espresso machines"]


def test_headers_order_the_list_and_say_so(page, rep):
    for topic in ("b", "C", "a"):
        make_opportunity(rep, topic=topic)
    response = page(ordering="topic")
    assert titles(response) == ["a", "b", "C"]
    assert [head["aria-sort"] for head in elements(response, "th") if "aria-sort" in head] == ["ascending"]
    assert elements(response, "a", href=f"{LIST}?ordering=-topic")
    assert titles(page(ordering="-topic")) == ["C", "b", "a"]


def test_pages_show_every_row_once(page, rep):
    accounts = [Account(name=f"Account {number:03}") for number in range(2 * PAGE_SIZE + 1)]
    Account.objects.bulk_create(accounts)
    response = page("/accounts/")
    seen = titles(response)
    while following := elements(response, "a", rel="next"):
        response = page(unescape(following[0]["href"]))
        seen += titles(response)
    assert seen == [account.name for account in accounts]
    assert "101–101 of 101" in text_of(response)
    back = page(elements(response, "a", rel="prev")[0]["href"])
    assert titles(back) == seen[PAGE_SIZE : 2 * PAGE_SIZE]


def test_a_foreign_cursor_is_refused(page, sales):
    response = page(cursor="nonsense")
    assert response.status_code == 400
    assert "This cursor does not belong" in text_of(response)


def test_sums_stand_per_currency(page, rep):
    make_opportunity(rep, currency="EUR", estimated_revenue=Decimal("1000.5"))
    make_opportunity(rep, currency="EUR", estimated_revenue=Decimal(2))
    make_opportunity(rep, currency="JPY", estimated_revenue=Decimal(7000))
    make_opportunity(rep, currency="DKK", estimated_revenue=None)
    text = text_of(page())
    assert "€ 1,002.50" in text
    assert "¥ 7,000" in text
    assert "4 records" in text


def test_a_search_without_result_says_how_to_go_on(page, sales):
    response = page(search="zzz")
    assert "Nothing found" in text_of(response)
    assert elements(response, "a", href=f"{LIST}?")


def test_an_empty_list_says_what_to_do(page):
    assert "No opportunities in this view" in text_of(page())
    assert elements(page(), "a", href=reverse("opportunity-new"), class_="button button--primary")


def test_htmx_gets_the_list_alone(browse, rep, sales):
    response = browse(rep).get(LIST, headers={"HX-Request": "true", "HX-Target": "list"})
    assert titles(response)
    assert not elements(response, "header")


@pytest.mark.parametrize(
    ("address", "make"),
    [
        (LIST, lambda user: make_opportunity(user, account=make_account(), competitors=[make_competitor()])),
        ("/opportunities/?view=closed", lambda user: make_opportunity(user, account=make_account(), state="won")),
        ("/quotes/", lambda user: make_quote(make_opportunity(user, account=make_account()))),
        ("/accounts/", lambda user: make_account()),
        ("/competitors/", lambda user: make_competitor()),
    ],
)
def test_statements_do_not_grow_with_the_rows(browse, rep, manager, count_statements, address, make):
    client = browse(rep)
    make(rep)
    client.get(address)
    with count_statements(9) as one:
        client.get(address)
    for owner in (rep, manager, rep):
        make(owner)
    with count_statements(len(one.captured_queries)):
        assert len(titles(client.get(address))) == 4


def test_quotes_show_number_state_and_amount(page, rep):
    quote = make_quote(make_opportunity(rep, topic="Big sale", currency="DKK"), total_amount=Decimal("1234.5"))
    text = text_of(page("/quotes/"))
    for expected in (quote.number, "Draft", "1,234.50 DKK", "Big sale"):
        assert expected in text
    assert titles(page("/quotes/", view="active")) == []


def test_new_is_disabled_with_the_reason(browse, member):
    response = browse(member).get(LIST)
    disabled = elements(response, "button", aria_disabled="true")
    assert [button["aria-describedby"] for button in disabled] == ["why-new"]
    assert "Your role may read this, but not change it." in text_of(response)


def test_an_unknown_view_is_told_in_words_with_a_way_out(page):
    response = page(view="nope")
    assert response.status_code == 400
    assert "This list has no such view." in text_of(response)
    assert [link for link in elements(response, "a", class_="button") if link["href"] == LIST]


def test_the_first_and_the_last_page_say_where_one_is(rep, page):
    for __ in range(3):
        make_opportunity(rep)
    first = page(view="all", page_size="2")
    count = first.context["summary"].count
    assert f"1–2 of {count}" in text_of(first)
