"""The bar shows every command; what the state forbids is disabled, says why, and its page refuses the same.

What the role forbids: tests/contracts/test_rights.py.
"""

import re

import pytest
from django.urls import reverse

from opportunities.commands import OFFERS, URL_NAMES
from quotes.commands import OFFERS as QUOTE_OFFERS
from tests.expect import nothing_changes
from tests.factories import close_won, make_opportunity, make_quote, reopen
from tests.pages.reading import HTMX, commands_on, offered_on, text_of

EVERYTHING = set(OFFERS)
# What the rep is offered on an open opportunity of his with a draft quote.
OFFERED = EVERYTHING - {"reopen", "assign"}


def test_an_open_one(rep, browse):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    response = browse(rep).get(opportunity.get_absolute_url())
    assert offered_on(response) == OFFERED
    assert set(commands_on(response)) == EVERYTHING


@pytest.mark.parametrize("state", ["won", "lost"])
def test_a_closed_one(rep, member, browse, state):
    opportunity = make_opportunity(rep, state=state)
    assert offered_on(browse(rep).get(opportunity.get_absolute_url())) == {"reopen"}
    assert offered_on(browse(member).get(opportunity.get_absolute_url())) == set()


def test_reasons_tell_the_state(rep, browse):
    reasons = commands_on(browse(rep).get(make_opportunity(rep, state="won").get_absolute_url()))
    assert "Rep closed this opportunity as won on" in reasons["close-as-lost"]
    assert reasons["edit"] == "A closed opportunity and its quotes cannot be changed."
    assert "was ever closed" in reasons["delete"]
    open_reasons = commands_on(browse(rep).get(make_opportunity(rep).get_absolute_url()))
    assert "is open" in open_reasons["reopen"]
    assert "no draft or active quote" in open_reasons["close-quotes"]
    assert "yourself only" in open_reasons["assign"]


def test_reasons_tell_the_role(rep, member, stranger, browse):
    opportunity = make_opportunity(rep)
    assert "may read this, but not change it" in commands_on(browse(member).get(opportunity.get_absolute_url()))["edit"]
    reasons = commands_on(browse(stranger).get(opportunity.get_absolute_url()))
    assert "only for records of your business unit" in reasons["close-as-won"]


@pytest.mark.parametrize("quote", ["active", "lost"])
def test_what_is_more_than_a_draft_keeps_the_opportunity_from_being_deleted(rep, browse, quote):
    opportunity = make_opportunity(rep)
    make_quote(opportunity, quote)
    assert "delete" not in offered_on(browse(rep).get(opportunity.get_absolute_url()))


def test_once_closed_it_cannot_be_deleted_after_reopening(rep, browse):
    opportunity = make_opportunity(rep, state="lost")
    reopen(opportunity)
    assert "delete" not in offered_on(browse(rep).get(opportunity.get_absolute_url()))


def test_a_disabled_command_is_reachable_and_says_why(rep, browse):
    page = browse(rep).get(make_opportunity(rep).get_absolute_url()).content.decode()
    button = re.search(r"<button[^>]*aria-disabled=\"true\"[^>]*aria-describedby=\"(why-reopen)\"", page)
    assert button
    assert re.search(rf'id="{button[1]}"[^>]*>[^<]*is open; there is nothing to reopen', page)
    assert "disabled>" not in page


@pytest.mark.parametrize("key", OFFERS)
def test_the_page_of_a_command_opens_exactly_where_it_is_offered(rep, browse, key):
    opportunity = make_opportunity(rep)
    make_quote(opportunity)
    client = browse(rep)
    with nothing_changes():
        response = client.get(reverse(URL_NAMES[key], args=[opportunity.pk]), headers=HTMX)
    if key in OFFERED:
        assert response.status_code == 200
    else:
        reason = commands_on(client.get(opportunity.get_absolute_url()))[key]
        assert response.status_code in (403, 409)
        assert reason in text_of(response)


QUOTE_OFFERED = {
    "draft": {"edit", "activate", "close", "delete"},
    "active": {"win", "close", "revise"},
    "won": set(),
    "lost": set(),
    "revised": set(),
}


@pytest.mark.parametrize(("state", "offered"), QUOTE_OFFERED.items())
def test_commands_of_a_quote(rep, member, browse, state, offered):
    quote = make_quote(make_opportunity(rep), state)
    response = browse(rep).get(quote.get_absolute_url())
    assert offered_on(response) == offered
    assert offered_on(browse(member).get(quote.get_absolute_url())) == set()
    assert set(commands_on(response)) == set(QUOTE_OFFERS)


@pytest.mark.parametrize("key", QUOTE_OFFERS)
@pytest.mark.parametrize(("state", "offered"), QUOTE_OFFERED.items())
def test_the_page_of_a_quote_command_opens_exactly_where_it_is_offered(rep, browse, key, state, offered):
    quote = make_quote(make_opportunity(rep), state)
    with nothing_changes():
        response = browse(rep).get(reverse(f"quote-{key}", args=[quote.pk]))
    assert (response.status_code == 200) == (key in offered)


def test_the_quotes_of_a_closed_opportunity_are_read_only(rep, browse):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity, "won")
    close_won(opportunity)
    response = browse(rep).get(quote.get_absolute_url())
    assert set(commands_on(response).values()) == {"A closed opportunity and its quotes cannot be changed."}
    assert "its quotes are read-only" in text_of(response)
