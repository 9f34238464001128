"""Lists: views, filters, search, order and pages, each in the address and each without JavaScript."""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from crm.lists import PAGE_SIZE
from opportunities.commands import row_commands
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


def test_the_menu_of_each_row_offers_what_the_user_may(people, browse, sales):
    make_opportunity(people["manager"], topic="The manager's")
    for user in people.values():
        response = browse(user).get(LIST, {"view": "all"})
        shown = [
            (each["data-row-command"], "href" in each) for each in elements(response) if "data-row-command" in each
        ]
        rows = response.context["result"].rows
        expected = [(command.key, command.enabled) for row in rows for command in row_commands(row, user)]
        assert shown == expected, user


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


def test_filters_add_up_and_stand_above_the_list(page, sales, teammate):
    response = page(view="all", owner=str(teammate.pk), currency="USD")
    assert titles(response) == ["Team"]
    assert chips(response) == {
        "Owner: Teammate": "view=all&currency=USD",
        "Currency: USD": f"view=all&owner={teammate.pk}",
    }


def chips(response):
    """What each chip says, and the query of the list without it."""
    return {
        link["aria-label"].removeprefix("Remove the filter "): link["href"].partition("?")[2]
        for link in elements(response, "a")
        if link.get("aria-label", "").startswith("Remove the filter ")
    }


@pytest.mark.parametrize(
    ("language", "query", "expected"),
    [
        ("en", {"rating": "hot,cold"}, "Rating: Hot, Cold"),
        ("da", {"rating": "hot,cold"}, "Bedømmelse: Varm, Kold"),
        ("en", {"status_reason": "4"}, "Status reason: Canceled"),
        ("en", {"estimated_close_date_in": "this_quarter"}, "Est. close date: This quarter"),
        ("da", {"estimated_close_date_after": "2026-11-21"}, "Forv. lukkedato fra: 21.11.2026"),
        ("da", {"estimated_revenue_min": "1234.5"}, "Ansl. omsætning fra: 1.234,5"),
        ("en", {"created_after": "2026-11-21T09:30:00Z"}, "Created from: 2026-11-21T09:30:00Z"),
        ("en", {"owner": "00000000-0000-0000-0000-000000000000"}, "Owner: 00000000-0000-0000-0000-000000000000"),
        ("en", {"actual_revenue_min": "nonsense"}, "Actual revenue from: nonsense"),
    ],
)
def test_a_filter_is_told_in_words(browse, rep, sales, language, query, expected):
    rep.language = language
    rep.save(update_fields=["language"])
    assert expected in text_of(browse(rep).get(LIST, {"view": "all"} | query)).replace(" :", ":")


def test_names_of_filters_cost_one_statement_each(browse, rep, teammate, sales, count_statements):
    client = browse(rep)
    client.get(LIST)
    with count_statements(9) as plain:
        client.get(LIST)
    query = {"owner": f"{rep.pk},{teammate.pk}", "business_unit_within": rep.business_unit_id, "rating": "hot,warm"}
    # Of the unit the list itself reads the path, too.
    with count_statements(len(plain.captured_queries) + 3):
        client.get(LIST, query)


def test_the_editor_offers_the_filters_of_the_view(page, sales):
    closed, opened = page(view="closed", edit="filters"), page(view="open", edit="filters")
    assert elements(closed, "input", name="actual_close_date_after", type="date")
    assert not elements(opened, "input", name="actual_close_date_after")
    for name in ("owner", "account", "competitor", "status_reason", "sales_stage", "rating", "currency"):
        assert elements(opened, "select", name=name)
    for name in ("forecast_category", "business_unit_within", "estimated_close_date_in"):
        assert elements(opened, "select", name=name)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        (LIST, {"Stranger", "Teammate", "Contoso", "Rival", "South", "Out-Sold"}),
        ("/quotes/", {"Stranger", "Teammate", "Contoso"}),
        ("/reports/win-loss/", {"Stranger", "Teammate", "Contoso", "Rival", "South"}),
    ],
)
def test_who_may_read_nothing_is_offered_no_names(browse, rep, nobody, sales, address, names):
    make_account("Contoso"), make_competitor("Rival")
    query = {"view": "all", "edit": "filters", "owner": str(sales["team"].owner_id)}
    seen, unseen = (text_of(browse(user).get(address, query)) for user in (rep, nobody))
    assert {name for name in names if name in seen} == names
    assert {name for name in names if name in unseen} == set()


def test_none_is_a_choice_of_its_own(browse, rep, page, sales):
    assert elements(page(view="all", edit="filters"), "option", value="none")
    assert "Account: No account" in text_of(page(view="all", account="none"))


def test_the_editor_changes_the_address_and_nothing_else(browse, rep, sales):
    address = f"{LIST}?view=all&search=m&close_competitor={rep.pk}&rating=cold&cursor=x&edit=filters"
    response = browse(rep).post(address, {"owner": str(rep.pk), "rating": "", "estimated_revenue_min": "1,234.50"})
    assert response.status_code == 302
    kept = f"view=all&search=m&close_competitor={rep.pk}"
    assert response["Location"] == f"{LIST}?{kept}&owner={rep.pk}&estimated_revenue_min=1234.50"


def test_the_editor_shows_what_is_set_also_what_it_does_not_offer(page, sales):
    response = page(view="open", rating="hot,cold", estimated_revenue_min="1234.5", edit="filters")
    assert elements(response, "option", value="hot,cold", selected="")
    assert elements(response, "input", name="estimated_revenue_min", value="1,234.50")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"estimated_close_date_after": "2026-12-02", "estimated_close_date_before": "2026-12-01"}, "_before"),
        ({"estimated_revenue_min": "10", "estimated_revenue_max": "9"}, "_max"),
        ({"estimated_revenue_min": "ten"}, "_min"),
        ({"estimated_revenue_min": "-1"}, "_min"),
        ({"estimated_close_date_after": "yesterday"}, "_after"),
        ({"rating": "lukewarm"}, "rating"),
    ],
)
def test_the_editor_tells_what_is_wrong_beside_the_field(browse, rep, typed, field):
    response = browse(rep).post(f"{LIST}?edit=filters", typed)
    assert response.status_code == 400
    (wrong,) = response.context["form"].errors
    assert wrong.endswith(field)
    assert all(elements(response, name=name) for name in typed)


def test_a_dialog_that_was_opened_over_a_list_leads_back_to_it(browse, rep, sales):
    address = f"{LIST}?view=my-open&ordering=topic"
    url = reverse("opportunity-close-as-lost", args=[sales["mine"].pk])
    headers = {"HX-Request": "true", "HX-Target": "dialog", "HX-Current-URL": f"http://testserver{address}"}
    response = browse(rep).post(url, {"status_reason": "4", "close_date": "2026-01-01"}, headers=headers)
    assert response["HX-Redirect"] == address


def test_rows_offer_the_commands_of_their_records(page, sales):
    commands = elements(page(view="all"), data_row_command="close-as-won")
    offered = {command["href"] for command in commands if "href" in command}
    assert offered == {reverse("opportunity-close-as-won", args=[sales[name].pk]) for name in ("mine", "team")}
    (refused,) = [command for command in commands if "href" not in command]
    assert refused["aria-disabled"] == "true"
    assert elements(page(view="all"), "span", id=refused["aria-describedby"])
    assert len(elements(page(view="all"), "a", data_row_command="reopen")) == 2


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
    assert "rating=hot" in elements(response, "a", id="command-export")[0]["href"]


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
    assert "Your role may read records, but not create any." in text_of(response)


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
