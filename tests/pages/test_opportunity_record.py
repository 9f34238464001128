"""The page of one opportunity: what it shows, in how many statements, and to whom."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import User
from opportunities.actions import edit_opportunity
from opportunities.models import Rating
from tests.expect import nothing_changes
from tests.factories import close_lost, close_won, make_account, make_competitor, make_opportunity, make_quote, reopen
from tests.pages.html import elements
from tests.pages.reading import commands_on, text_of

TABS = ("summary", "quotes", "activities", "timeline")
HOSTILE = '<script>alert("x")</script> & <b>topic</b>'


def page_of(opportunity, tab="summary", **query):
    address = "&".join(f"{key}={value}" for key, value in {"tab": tab, **query}.items())
    return f"{opportunity.get_absolute_url()}?{address}"


def test_the_summary_shows_the_values(rep, browse):
    opportunity = make_opportunity(
        rep,
        topic="Forty machines",
        account=make_account("Contoso"),
        currency="EUR",
        estimated_revenue=Decimal("128400.5"),
        estimated_close_date=date(2026, 12, 4),
        probability=60,
        rating=Rating.HOT,
        description="First line\nSecond line",
        competitors=[make_competitor("Northwind")],
    )
    shown = text_of(browse(rep).get(opportunity.get_absolute_url()))
    for value in ("Forty machines", "Contoso", "€\xa0128,400.50".replace("\xa0", " "), "12/04/2026", "60 %", "Hot"):
        assert value in shown.replace("\xa0", " ")
    for value in ("In Progress", "Rep", "North", "Northwind", "First line Second line", "Qualify", "Pipeline"):
        assert value in shown


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_is_a_link_and_the_present_one_is_marked(rep, browse, tab):
    response = browse(rep).get(page_of(make_opportunity(rep), tab))
    assert response.status_code == 200
    assert [each.url.endswith(f"?tab={tab}") for each in response.context["tabs"] if each.current] == [True]
    assert f'?tab={tab}" aria-current="page"' in response.content.decode()


def test_an_unknown_tab_is_the_first(rep, browse):
    response = browse(rep).get(page_of(make_opportunity(rep), "<script>"))
    assert response.status_code == 200
    assert response.context["tabs"][0].current


def test_hostile_text_is_escaped_everywhere(rep, browse):
    competitor, account = make_competitor(HOSTILE), make_account(HOSTILE)
    opportunity = make_opportunity(rep, topic=HOSTILE, description=HOSTILE, account=account, competitors=[competitor])
    make_quote(opportunity, "lost", name=HOSTILE)
    close_lost(opportunity, description=HOSTILE, competitor=competitor)
    reopen(opportunity, reason=HOSTILE)
    client = browse(rep)
    addresses = [page_of(opportunity, tab) for tab in TABS]
    addresses += [reverse(f"opportunity-{verb}", args=[opportunity.pk]) for verb in ("edit", "close-as-won")]
    for address in addresses:
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>topic" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize(("close", "outcome"), [(close_won, "won"), (close_lost, "lost")])
def test_a_closed_record_says_by_whom_when_as_what_and_why(rep, teammate, browse, close, outcome):
    opportunity = make_opportunity(rep)
    close(opportunity, actor=teammate, close_date=date(2026, 3, 2), description="Because of it")
    response = browse(rep).get(opportunity.get_absolute_url())
    said = f"Read-only. Teammate closed this opportunity as {outcome} on 03/02/2026."
    assert said in text_of(response)
    assert "Because of it" in text_of(response)


def test_a_closed_record_says_how_much_to_whom_and_at_what_moment(rep, browse):
    opportunity, rival = make_opportunity(rep, currency="EUR"), make_competitor("Northwind")
    close = close_lost(opportunity, actual_revenue=Decimal("1234.5"), competitor=rival).opportunity_close
    response = browse(rep).get(opportunity.get_absolute_url())
    shown = text_of(response).replace("\xa0", " ")
    for said in ("Actual revenue € 1,234.50", "Lost to Northwind", "Northwind Lost to"):
        assert said in shown
    assert elements(response, "a", href=close.get_absolute_url())


def test_reopening_stands_beside_what_was_closed(rep, member, browse):
    opportunity = make_opportunity(rep, state="won")
    address = reverse("opportunity-reopen", args=[opportunity.pk])
    url = opportunity.get_absolute_url()
    assert len(elements(browse(rep).get(url), "a", href=address)) == 2
    refused = browse(member).get(url)
    assert elements(refused, "a", href=address) == []
    assert f"You cannot reopen it: {commands_on(refused)['reopen']}" in text_of(refused)


def test_the_header_names_the_account_and_the_amount(rep, browse):
    account = make_account("Contoso")
    opportunity = make_opportunity(rep, account=account, currency="EUR", estimated_revenue=Decimal(5))
    client = browse(rep)
    address = reverse("account", args=[account.pk])
    assert len(elements(client.get(page_of(opportunity, "timeline")), "a", href=address)) == 1
    assert "Estimated revenue € 5.00" in text_of(client.get(page_of(opportunity, "timeline"))).replace("\xa0", " ")
    close_won(opportunity, actual_revenue=Decimal(6))
    assert "Actual revenue € 6.00 Actual close date" in text_of(client.get(page_of(opportunity))).replace("\xa0", " ")


def test_an_open_record_has_no_such_banner(rep, browse):
    assert "Read-only" not in text_of(browse(rep).get(make_opportunity(rep).get_absolute_url()))


def test_the_quotes_tab_marks_what_blocks_closing(rep, browse):
    opportunity = make_opportunity(rep, currency="EUR")
    for state in ("draft", "active", "won", "lost", "canceled"):
        make_quote(opportunity, state, name=f"The {state} one")
    shown = text_of(browse(rep).get(page_of(opportunity, "quotes")))
    assert "2 quotes are still open and block closing" in shown
    assert shown.count("Blocks closing") == 2


def test_the_quotes_tab_offers_what_can_be_done_to_each(rep, browse):
    opportunity = make_opportunity(rep)
    for state in ("draft", "active", "won"):
        make_quote(opportunity, state)
    rows = browse(rep).get(page_of(opportunity, "quotes")).context["rows"]
    assert [[command.key for command in commands] for __, commands in rows] == [
        ["edit", "activate", "close", "delete"],
        ["win", "close", "revise"],
        [],
    ]


def test_the_quotes_tab_offers_nothing_to_who_may_only_read(rep, member, browse):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    rows = browse(member).get(page_of(opportunity, "quotes")).context["rows"]
    assert [commands for __, commands in rows] == [[]]


def test_the_quotes_are_added_up_state_by_state(rep, browse):
    opportunity = make_opportunity(rep, currency="EUR")
    for state, amount in (("draft", 1), ("active", 2), ("active", 3), ("won", 4), ("lost", 5), ("canceled", 6)):
        make_quote(opportunity, state, total_amount=Decimal(amount))
    totals = browse(rep).get(page_of(opportunity, "quotes")).context["totals"]
    assert [(str(each.label), each.number_of, each.amount, each.currency) for each in totals] == [
        ("Draft", 1, 1, "EUR"),
        ("Active", 2, 5, "EUR"),
        ("Won", 1, 4, "EUR"),
        ("Closed", 2, 11, "EUR"),
    ]


@pytest.mark.parametrize("view", ["closed", "all", "nonsense"])
def test_activities_keep_every_closing_with_its_story(rep, browse, view):
    opportunity = make_opportunity(rep, topic="As it was called")
    make_quote(opportunity, "won")
    close_lost(opportunity, competitor=make_competitor("Northwind"), description="Too dear")
    reopen(opportunity, reason="They called back")
    edit_opportunity(opportunity.pk, {"topic": "Renamed"}, actor=rep)
    close_won(opportunity)
    response = browse(rep).get(page_of(opportunity, "activities", view=view))
    shown = text_of(response)
    assert [activity.type for activity in response.context["activities"]] == [
        "opportunity_close",
        "opportunity_close",
        "quote_close",
    ]
    for said in ("Renamed", "As it was called", "Canceled", "Northwind", "Too dear", "Reopened by Rep", "They called"):
        assert said in shown
    assert "Closed Activity Associated View" in shown


def test_nothing_closed_yet_is_said(rep, browse):
    assert "Nothing was closed yet." in text_of(browse(rep).get(page_of(make_opportunity(rep), "activities")))


@pytest.mark.parametrize("tab", TABS)
def test_statements_do_not_grow_with_quotes_and_events(rep, browse, tab):
    client = browse(rep)
    small, large = make_opportunity(rep), make_opportunity(rep)
    make_quote(small)
    for __ in range(6):
        make_quote(large, "revised")
    client.get(page_of(small, tab))
    with CaptureQueriesContext(connection) as few:
        client.get(page_of(small, tab))
    with CaptureQueriesContext(connection) as many:
        client.get(page_of(large, tab))
    assert len(many) <= len(few)


def test_a_closed_record_reads_its_closing_along_with_it(rep, browse):
    """The banner and the two disabled commands tell of it: one join, no statement of its own."""
    opportunity = close_won(make_opportunity(rep)).opportunity
    client = browse(rep)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(opportunity.get_absolute_url())
    assert "Rep closed this opportunity as won" in commands_on(response)["close-as-lost"]
    assert [query["sql"] for query in captured if 'FROM "opportunities_opportunityclose"' in query["sql"]] == []


def test_looking_changes_nothing(rep, browse):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    client = browse(rep)
    with nothing_changes():
        for tab in TABS:
            client.get(page_of(opportunity, tab))


@pytest.mark.parametrize("username", ["rep", "teammate", "member", "manager", "stranger", "vp", "admin"])
def test_every_role_reads_the_whole_organization(rep, people: dict[str, User], browse, username):
    assert browse(people[username]).get(make_opportunity(rep).get_absolute_url()).status_code == 200


def test_who_may_not_read_does_not_find_it(rep, nobody, browse):
    assert browse(nobody).get(make_opportunity(rep).get_absolute_url()).status_code == 404


def test_an_absent_one_is_not_found(rep, browse):
    assert browse(rep).get(reverse("opportunity", args=[uuid4()])).status_code == 404


def test_who_is_not_signed_in_is_asked_to(rep, client):
    response = client.get(make_opportunity(rep).get_absolute_url())
    assert response.status_code == 302
    assert response.url.startswith("/sign-in/")
