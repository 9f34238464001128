"""What refusals mean, how things are done, and why a command is missing: for whoever asks, in both languages."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from crm.errors import PROBLEMS
from crm.guides import FACTS, GUIDES, explained
from crm.help_pages import ARTICLES
from crm.models import Depth, Role
from opportunities.commands import OFFERS
from quotes.commands import OFFERS as QUOTE_OFFERS
from tests.expect import nothing_changes
from tests.factories import close_won, make_opportunity, make_quote
from tests.pages.html import elements, inline_code
from tests.pages.reading import commands_on, form_of, text_of

pytestmark = pytest.mark.django_db
COMMANDS = "/help/commands/"
PUBLIC = [
    "/help/",
    "/problems/",
    *(f"/help/{slug}/" for slug in ARTICLES),
    *(f"/problems/{code}/" for code in PROBLEMS),
]


def read(address, language="en", client=None):
    response = (client or Client()).get(address, headers={"Accept-Language": language})
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("code", sorted(PROBLEMS))
class TestEveryRefusal:
    def test_says_how_it_comes_about_and_the_way_out_in_both_languages(self, code):
        guide = GUIDES[code]
        told = {}
        for language in ("en", "da"):
            shown = text_of(read(f"/problems/{code}/", language))
            with translation.override(language):
                told[language] = [*map(str, guide.causes), *(str(step.text) for step in guide.steps), str(guide.retry)]
            assert guide.causes
            assert guide.steps
            assert [text for text in told[language] if text not in shown] == []
        assert set(told["en"]) & set(told["da"]) == set()

    def test_shows_the_answer_that_the_api_gives(self, code):
        page = read(f"/problems/{code}/").content.decode()
        example = json.loads(unescape(re.search(r"<pre.*?<code>(.*?)</code>", page, re.DOTALL)[1]))
        expected = {"type", "title", "status", "code", "detail", *GUIDES[code].facts}
        assert (set(example), example["status"], example["code"]) == (expected, PROBLEMS[code].status, code)
        assert example["type"] == f"http://testserver/problems/{code}/"
        assert {name for name, _meaning in explained(code).facts} <= set(FACTS)


def test_no_guide_is_left_of_a_refusal_that_is_gone():
    assert set(GUIDES) <= set(PROBLEMS)


class TestTheList:
    def test_is_grouped_by_topic(self):
        shown = text_of(read("/problems/"))
        topics = ["Closing and reopening", "Quotes", "Signing in and rights", "What was sent", "Others at work"]
        assert [shown.find(topic) for topic in topics] == sorted(shown.find(topic) for topic in topics)
        assert f"{len(PROBLEMS)} refusals" in shown

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("0x80040516", {"opportunity_has_open_quotes"}),
            ("UNAUTHENTICATED", {"unauthenticated"}),
            ("same revise number", {"quote_not_draft"}),
            ("zebra", set()),
        ],
    )
    def test_is_searched_by_all_words(self, search, found):
        page = read(f"/problems/?search={search}").content.decode()
        assert set(re.findall(r'href="/problems/(\w+)/"', page)) == found
        assert ("Try fewer" in page) == (not found)

    def test_is_searched_in_the_readers_language(self):
        page = read("/problems/?search=genåbn", "da").content.decode()
        assert "/problems/opportunity_closed/" in page
        assert "/problems/malformed/" not in page


@pytest.mark.parametrize("address", PUBLIC)
def test_everyone_may_read_it_and_it_holds_no_code(address):
    page = read(address)
    assert inline_code(page) == []
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("slug", ARTICLES)
def test_articles_are_there_in_both_languages(slug):
    english, danish = (text_of(read(f"/help/{slug}/", language)) for language in ("en", "da"))
    with translation.override("en"):
        assert str(ARTICLES[slug].title) in english
    assert len(english) > 300
    assert english != danish


def test_no_link_of_the_help_leads_nowhere(rep, browse):
    client = browse(rep)
    links = {
        link["href"].partition("#")[0]
        for address in (*PUBLIC, COMMANDS)
        for link in elements(client.get(address), "a")
        if link.get("href", "").startswith("/")
    }
    assert len(links) > 40
    assert [link for link in links if client.get(link).status_code not in (200, 302)] == []


def test_there_are_no_other_articles():
    assert Client().get("/help/nope/").status_code == 404


class TestMissingACommand:
    def test_it_asks_to_sign_in(self):
        assert Client().get(COMMANDS)["Location"] == f"/sign-in/?next={COMMANDS}"

    @pytest.mark.parametrize(
        ("username", "refused"),
        [("rep", 0), ("manager", 0), ("vp", 0), ("admin", 0), ("member", 20), ("nobody", 20)],
    )
    def test_it_tells_each_role_which_commands_it_has(self, people, browse, username, refused):
        user = people[username]
        shown = text_of(read(COMMANDS, client=browse(user)))
        assert shown.count("Your role has it") == 1 + 5 + len(OFFERS) + len(QUOTE_OFFERS) - refused
        creating = shown.count("may read records, but not create any")
        assert creating == (refused > 0)
        assert creating + shown.count("may read this, but not change it") == refused
        assert (user.role.label if user.role else "You have no role yet") in shown

    def test_it_reads_the_row_of_the_role_and_no_rule_of_its_own(self, rep, browse):
        client = browse(rep)
        assert "Reopen Business unit" in text_of(read(COMMANDS, client=client))
        Role.objects.filter(pk="salesperson").update(reopen=Depth.NONE)
        shown = text_of(read(COMMANDS, client=client))
        assert "Reopen None" in shown
        assert shown.count("Your role may read this, but not change it.") == 2

    @pytest.mark.parametrize("username", ["rep", "teammate", "member", "manager", "stranger", "vp", "admin"])
    @pytest.mark.parametrize("state", ["open", "won"])
    def test_on_a_record_it_says_what_the_bar_says(self, rep, people, browse, username, state):
        opportunity = make_opportunity(rep, state=state)
        client = browse(people[username])
        bar = commands_on(client.get(opportunity.get_absolute_url()))
        page = client.get(f"{COMMANDS}?opportunity={opportunity.pk}")
        answers = page.context["places"][0].answers
        assert [str(answer.refusal.detail) if answer.refusal else "" for answer in answers] == list(bar.values())
        for answer in answers:
            if answer.refusal:
                assert elements(page, "a", href=f"/problems/{answer.refusal.code}/")

    def test_it_tells_of_the_quotes_as_well(self, rep, browse):
        opportunity = make_opportunity(rep)
        draft, won = make_quote(opportunity), make_quote(opportunity, "won")
        client = browse(rep)
        assert len(client.get(f"{COMMANDS}?opportunity={opportunity.pk}").context["places"]) == 3
        page = client.get(f"{COMMANDS}?quote={won.pk}")
        assert len(page.context["places"]) == 2
        assert "This quote is won or closed, and that is final." in text_of(page)
        bar = commands_on(client.get(draft.get_absolute_url()))
        answers = client.get(f"{COMMANDS}?quote={draft.pk}").context["places"][1].answers
        assert [str(answer.refusal.detail) if answer.refusal else "" for answer in answers] == list(bar.values())

    def test_its_statements_do_not_grow(self, rep, browse, count_statements):
        opportunity = make_opportunity(rep)
        for _each in range(12):
            make_quote(opportunity, "active")
        client = browse(rep)
        with nothing_changes(), count_statements(5):
            client.get(f"{COMMANDS}?opportunity={opportunity.pk}")

    @pytest.mark.parametrize("query", ["opportunity=1", "quote=x", "opportunity=018f3c1e-7a52-7c3b-9f0d-2b8f6a1d4e77"])
    def test_of_what_is_not_there_it_says_so(self, rep, browse, query):
        assert browse(rep).get(f"{COMMANDS}?{query}").status_code == 404

    def test_who_may_not_read_the_record_does_not_find_it(self, rep, nobody, browse):
        assert browse(nobody).get(f"{COMMANDS}?opportunity={make_opportunity(rep).pk}").status_code == 404


class TestTheWaysThere:
    def test_from_the_bar_of_a_record_it_is_about_that_record(self, rep, browse):
        opportunity = make_opportunity(rep)
        quote = make_quote(opportunity)
        client = browse(rep)
        for record, name in ((opportunity, "opportunity"), (quote, "quote")):
            assert elements(client.get(record.get_absolute_url()), "a", href=f"{COMMANDS}?{name}={record.pk}")
        assert elements(client.get("/opportunities/"), "a", href=COMMANDS, class_="command")

    def test_from_the_menu_and_the_sheet_of_shortcuts(self, rep, browse):
        page = browse(rep).get("/shortcuts/")
        assert elements(page, "a", href="/help/")
        assert elements(page, "a", href=COMMANDS)

    def test_from_a_refused_form_in_a_new_tab(self, rep, browse):
        opportunity = make_opportunity(rep)
        client = browse(rep)
        url = reverse("opportunity-close-as-won", args=[opportunity.pk])
        typed = form_of(client, url)
        close_won(opportunity)
        response = client.post(url, {name: value for name, value in typed.items() if value})
        assert response.status_code == 409
        links = elements(response, "a", href="/problems/opportunity_already_closed/")
        assert [link["target"] for link in links] == ["_blank"]

    def test_from_a_list_that_cannot_be_shown(self, rep, browse):
        assert elements(browse(rep).get("/opportunities/?colour=red"), "a", href="/problems/invalid/")

    def test_from_a_refused_row_of_many(self, rep, stranger, browse):
        pk = str(make_opportunity(stranger).pk)
        values = {"bulk-ids": pk, "bulk-step": "preview", "status_reason": "4", "close_date": "2026-01-01"}
        page = browse(rep).post(reverse("opportunities-bulk-close-as-lost"), values, follow=True)
        assert elements(page, "a", href="/problems/permission_denied/")

    def test_from_the_banner_of_a_closed_record(self, rep, browse):
        page = browse(rep).get(make_opportunity(rep, state="won").get_absolute_url())
        assert elements(page, "a", href="/problems/opportunity_closed/")
