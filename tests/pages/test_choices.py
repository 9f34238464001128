"""Comboboxes: what they offer while one types, and a new competitor that is created with the closing or not at all."""

from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from crm.models import RecordAccess, Role
from opportunities.choice_views import SHOWN
from opportunities.models import Competitor, Opportunity, OpportunityClose, State
from tests.expect import nothing_changes
from tests.factories import make_account, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements
from tests.pages.reading import HTMX, errors_of, form_of, send, text_of

COMPETITORS, ACCOUNTS = "/choices/competitors/", "/choices/accounts/"


def offered(client, text, address=COMPETITORS, **params):
    """The values on offer, those that are no choice left out."""
    response = client.get(address, query_params={"q": text, **params})
    return [option["data-value"] for option in elements(response, role="option") if "data-value" in option]


def close_url(opportunity, outcome="lost"):
    return reverse(f"opportunity-close-as-{outcome}", args=[opportunity.pk])


# What is offered


def test_each_word_begins_a_word_of_the_name(rep, browse):
    northwind, other = make_competitor("Northwind Traders"), make_competitor("Trade Winds")
    client = browse(rep)
    assert offered(client, "trad") == [str(northwind.pk), str(other.pk)]
    assert offered(client, "NORTH trad") == [str(northwind.pk)]
    assert offered(client, "wind") == [str(other.pk)]
    assert offered(client, "") == [str(northwind.pk), str(other.pk)]


def test_those_of_the_opportunity_stand_first(rep, browse):
    others = [make_competitor(name) for name in ("Alpha", "Beta")]
    known = [make_competitor(name) for name in ("Yard", "Zulu")]
    opportunity = make_opportunity(rep, competitors=[each.pk for each in reversed(known)])
    client = browse(rep)
    expected = [str(each.pk) for each in (*known, *others)]
    form = client.get(close_url(opportunity)).context["form"]
    assert [str(value) for value, __ in form.fields["competitor"].choices][1:] == expected
    asked = QueryDict(urlsplit(form.fields["competitor"].widget.url).query).dict()
    assert offered(client, "", **asked) == expected
    assert offered(client, "", first=f"nobody,{known[1].pk}")[0] == expected[1]


@pytest.mark.parametrize("text", ["nobody", "!", "\0", "\0x", "%", "'", "x" * 5000])
def test_nothing_found_is_said(rep, browse, text):
    make_competitor("Northwind")
    response = browse(rep).get(COMPETITORS, {"q": text, "new": "yes"})
    assert response.status_code == 200
    if text != "\0":
        assert "Nothing found" in text_of(response)


def test_no_more_than_twenty_are_offered_in_one_statement_more(rep, browse, count_statements):
    for number in range(SHOWN + 1):
        make_account(f"Contoso {number:02}")
    client = browse(rep)
    with count_statements(4):
        response = client.get(ACCOUNTS, {"q": "contoso"})
    assert len(elements(response, role="option")) == SHOWN + 1
    assert "There are more: go on typing." in text_of(response)
    assert elements(response, data_announce="20 choices")


def test_who_may_read_nothing_is_offered_nothing(nobody, browse):
    make_competitor("Northwind")
    assert offered(browse(nobody), "north", new="yes") == []


def test_after_the_session_nothing_is_lost(db):
    response = Client().get(COMPETITORS, {"q": "north"}, headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")


def test_a_new_one_is_offered_to_who_may_create_it(people, browse):
    make_competitor("Northwind")
    for username, person in people.items():
        expected = ["new:Contoso"] if username in ("manager", "vp", "admin") else []
        assert offered(browse(person), " Contoso ", new="yes") == expected, username


def test_a_new_one_is_offered_only_where_there_is_none_and_it_is_asked_for(manager, browse):
    northwind = make_competitor("Northwind")
    client = browse(manager)
    assert offered(client, "northWIND", new="yes") == [str(northwind.pk)]
    assert offered(client, "north", new="yes") == [str(northwind.pk), "new:north"]
    assert offered(client, "north") == [str(northwind.pk)]
    assert offered(client, "", new="yes") == [str(northwind.pk)]
    assert offered(client, "contoso", ACCOUNTS, new="yes") == []


def test_looking_creates_nothing(manager, browse):
    opportunity = make_opportunity(manager)
    client = browse(manager)
    with nothing_changes():
        client.get(COMPETITORS, {"q": "Contoso", "new": "yes"})
        client.post(COMPETITORS, {"q": "Contoso", "new": "yes"})
        client.get(close_url(opportunity))


# What the form does with it


def test_a_new_competitor_is_created_with_the_closing(manager, browse):
    opportunity = make_opportunity(manager)
    send(browse(manager), close_url(opportunity), competitor="new: Contoso ", description="Cheaper")
    close = OpportunityClose.objects.get()
    assert (close.competitor, close.competitor_name) == (Competitor.objects.get(), "Contoso")
    assert close.description == "Cheaper"


def test_one_that_exists_by_now_is_taken(manager, rep, browse):
    northwind, opportunity = make_competitor("Northwind"), make_opportunity(rep)
    send(browse(rep), close_url(opportunity), competitor="new:northwind")
    assert OpportunityClose.objects.get().competitor == northwind


def test_a_refused_closing_creates_nothing_and_keeps_the_name(manager, browse):
    opportunity, client = make_opportunity(manager), browse(manager)
    make_quote(opportunity)
    typed = {"competitor": "new:Contoso", "close_quotes": "lost", "close_date": "2999-01-01"}
    for asked in (typed, typed | {"close_date": "x"}, typed | {"version": "99"}):
        with nothing_changes():
            response = send(client, close_url(opportunity), **asked)
        assert response.status_code in (400, 412)
        (chosen,) = elements(response, "option", value="new:Contoso")
        assert "selected" in chosen


def test_who_may_create_none_closes_with_none(rep, browse):
    opportunity = make_opportunity(rep)
    with nothing_changes():
        response = send(browse(rep), close_url(opportunity), competitor="new:Contoso")
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("typed", "said"), [("new:", "valid choice"), ("new:  ", "valid choice"), ("new:" + "x" * 101, "100")]
)
def test_a_name_that_cannot_be_is_told_beside_the_field(manager, browse, typed, said):
    opportunity = make_opportunity(manager)
    with nothing_changes():
        response = send(browse(manager), close_url(opportunity), competitor=typed)
    assert response.status_code == 400
    assert said in errors_of(response)["competitor"]


def test_a_whole_name_that_was_typed_is_chosen_and_no_other(rep, browse):
    northwind, opportunity = make_competitor("Northwind"), make_opportunity(rep)
    make_competitor("Northwind Traders")
    with nothing_changes():
        response = send(browse(rep), close_url(opportunity), competitor="typed:North")
    assert response.status_code == 400
    assert errors_of(response)["competitor"] == "Choose one from the list, or empty this field."
    (kept,) = elements(response, "option", value="typed:North")
    assert "selected" in kept
    send(browse(rep), close_url(opportunity), competitor="typed:northWIND")
    assert OpportunityClose.objects.get().competitor == northwind


def test_bulk_takes_no_new_one(manager, browse):
    opportunity = make_opportunity(manager)
    typed = {"bulk-ids": str(opportunity.pk), "bulk-step": "preview", "competitor": "new:Contoso"}
    response = browse(manager).post("/opportunities/bulk/close-as-lost/", typed, follow=True)
    assert "valid choice" in errors_of(response)["competitor"]
    assert Opportunity.objects.get().state == State.OPEN


# Without scripts, and with them


def test_the_page_lists_all_and_the_dialog_only_the_chosen(rep, browse):
    northwind = make_competitor("Northwind")
    make_competitor("Contoso")
    opportunity, client = make_opportunity(rep), browse(rep)
    address = close_url(opportunity)

    def listed(response):
        return [option["value"] for option in elements(response, "option") if len(option["value"]) == 36]

    assert len(listed(client.get(address))) == 2
    assert listed(client.get(address, headers=HTMX)) == []
    typed = form_of(client, address) | {"competitor": str(northwind.pk), "close_date": "x"}
    assert listed(client.post(address, typed, headers=HTMX)) == [str(northwind.pk)]


def test_the_account_is_searched_for_too(rep, browse):
    account = make_account("Contoso")
    client = browse(rep)
    assert elements(client.get("/opportunities/new/"), "input", hx_get=ACCOUNTS)
    send(client, "/opportunities/new/", topic="Machines", account=str(account.pk))
    assert Opportunity.objects.get().account == account


def test_rights_are_asked_when_it_is_sent(manager, browse):
    opportunity, client = make_opportunity(manager), browse(manager)
    typed = form_of(client, close_url(opportunity)) | {"competitor": "new:Contoso"}
    Role.objects.filter(pk=manager.role_id).update(competitors=RecordAccess.READ)
    with nothing_changes():
        assert client.post(close_url(opportunity), {k: v for k, v in typed.items() if v}).status_code == 403
