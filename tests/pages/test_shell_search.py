"""The search over everything: by kind, few of each, only what one may read, and the same rows as the lists'."""

from __future__ import annotations

import pytest

from crm.everything import SEARCHED
from quotes.models import Quote
from tests.expect import count_statements
from tests.factories import make_account, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements, text_of, titles

pytestmark = pytest.mark.django_db
SUGGEST = {"HX-Request": "true", "HX-Target": "suggestions"}


@pytest.fixture
def found(browse, rep):
    client = browse(rep)
    return lambda text, **headers: client.get("/search/", {"q": text}, headers=headers)


@pytest.fixture
def suggested(found):
    return lambda text: found(text, **SUGGEST)


@pytest.fixture
def contoso(rep):
    """One of each kind that the word finds."""
    opportunity = make_opportunity(rep, topic="Espresso", account=make_account("Contoso Coffee"))
    make_competitor("Contoso Rivals")
    return make_quote(opportunity, name="Machines")


def addresses(response):
    return [link["href"] for link in elements(response, "a", class_="hit")]


def test_it_finds_opportunities_quotes_accounts_and_competitors(found, contoso):
    response = found("cont")
    opportunity = contoso.opportunity
    assert addresses(response) == [
        opportunity.get_absolute_url(),
        f"/accounts/{opportunity.account_id}/",
        *(address for address in addresses(response) if address.startswith("/competitors/")),
        contoso.get_absolute_url(),
    ]
    assert len(addresses(response)) == 4
    assert "Contoso Coffee" in text_of(response)


@pytest.mark.parametrize("text", ["espr", "ESPRESSO", "quo-00", "machin esp"])
def test_topics_and_quote_numbers_are_found_by_the_beginnings_of_words(found, contoso, text):
    assert contoso.get_absolute_url() in addresses(found(text))


def test_it_suggests_few_of_each_kind_as_options(suggested, rep):
    for number in range(7):
        make_opportunity(rep, topic=f"Espresso {number}")
    make_account("Espresso bar")
    response = suggested("espr")
    options = elements(response, "a", role="option")
    assert len(options) == 5 + 1 + 1
    assert options[-1]["href"] == "/search/?q=espr"
    assert options[-1]["data-announce"] == "6 suggestions"
    assert not elements(response, "html")


@pytest.mark.parametrize("text", ["", " ", "e"])
def test_it_suggests_nothing_for_less_than_two_letters(suggested, contoso, text):
    assert text_of(suggested(text)).strip() == ""


def test_that_nothing_was_found_is_told(found, suggested, contoso):
    assert "Nothing found" in text_of(found("zzz"))
    assert elements(suggested("zzz"), role="option", aria_disabled="true", data_announce="Nothing found")
    assert "Nothing found" in text_of(found("-- --"))


def test_each_kind_leads_to_all_in_its_list(found, browse, rep):
    for number in range(12):
        make_opportunity(rep, topic=f"Caf\u00e9 & more {number}", state="lost")
    response = found("caf\u00e9 &")
    assert "All 12 in the list" in text_of(response)
    assert len(addresses(response)) == 10
    (everything,) = (link["href"] for link in elements(response, "a") if "search=" in link.get("href", ""))
    assert len(titles(browse(rep).get(everything))) == 12


def test_quotes_come_by_number_the_newest_first_and_of_each_the_newest_revision(suggested, rep):
    opportunity = make_opportunity(rep, topic="Machines")
    revised = make_quote(opportunity, "revised")
    newer = make_quote(opportunity)
    draft = Quote.objects.get(number=revised.number, revision=1)
    quotes = [address for address in addresses(suggested("quo-")) if address.startswith("/quotes/")]
    assert quotes == [newer.get_absolute_url(), draft.get_absolute_url(), revised.get_absolute_url()]
    for quote in (newer, draft, revised):
        assert str(quote) in text_of(suggested("quo-"))


def test_who_reads_nothing_finds_nothing(browse, nobody, contoso):
    response = browse(nobody).get("/search/", {"q": "contoso"})
    assert addresses(response) == []
    assert "Nothing found" in text_of(response)


@pytest.mark.parametrize("headers", [{}, SUGGEST])
def test_a_text_that_no_list_takes_is_refused(found, headers):
    response = found("x" * 201, **headers)
    assert response.status_code == 400
    assert "Enter at most 200 characters." in text_of(response)
    assert found("null\0character", **headers).status_code == 400


def test_what_was_searched_for_stays_in_the_box_and_is_escaped(found):
    response = found('"<b>')
    assert elements(response, "input", id="global-search")[0]["value"] == '"<b>'
    assert "<b>" not in response.content.decode()


def test_one_statement_a_kind_however_much_is_found(found, suggested, rep):
    make_account("Espresso account")
    make_competitor("Espresso rival")
    for number in range(12):
        make_quote(make_opportunity(rep, topic=f"Espresso {number}"))
    with_sign_in = 2
    with count_statements(with_sign_in + len(SEARCHED), least=with_sign_in + len(SEARCHED)):
        suggested("espr")
    with_counts = 2  # of the two kinds that have more than are shown
    with count_statements(with_sign_in + len(SEARCHED) + with_counts):
        assert "All 12 in the list" in text_of(found("espr"))


def test_it_speaks_danish(browse, rep, contoso):
    rep.language = "da"
    rep.save(update_fields=["language"])
    told = text_of(browse(rep).get("/search/", {"q": "contoso"}))
    assert "Resultater for \u201dcontoso\u201d" in told
    assert "Den ene p\u00e5 listen" in told
