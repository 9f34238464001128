"""The guide for integrators: its code is that of programs that the suite runs, its numbers are those of the product."""

from __future__ import annotations

import ast

import pytest
from django.test import Client

from crm.help_pages import INTEGRATORS, articles_of
from crm.programs import LANGUAGES, programs
from tests.pages.html import elements
from tests.pages.reading import text_of

STEMS = ("deals", "webhook_receiver")
SLUGS = [article.slug for article in articles_of(INTEGRATORS)]


@pytest.mark.parametrize("stem", STEMS)
def test_every_program_is_served_as_it_is(stem):
    for program in programs(stem):
        answer = Client().get(program.url)
        assert b"".join(answer.streaming_content) == program.path.read_bytes()  # type: ignore[attr-defined]


def test_a_quotation_is_a_whole_part_of_the_file():
    for program in programs("deals"):
        quoted = program.quote(["close_deal"])
        assert quoted in program.path.read_text()
        assert "Idempotency-Key" in quoted
    [python] = [program for program in programs("deals") if program.language == "Python"]
    assert isinstance(ast.parse(python.quote(["follow"])).body[0], ast.FunctionDef)


def test_what_is_not_there_is_not_quoted_in_silence():
    for program in programs("deals"):
        with pytest.raises(LookupError, match="sell_deal"):
            program.quote(["sell_deal"])


@pytest.mark.parametrize("slug", SLUGS)
def test_an_article_shows_each_language(db, slug):
    page = Client().get(f"/help/{slug}/")
    quoted = {pre["aria-label"].partition(":")[0].rpartition(".")[2] for pre in elements(page, "pre")}
    wanted = {suffix.strip(".") for suffix in LANGUAGES}
    assert quoted in ({*wanted}, {"py", "mjs"}, set())
    labels = [pre["aria-label"] for pre in elements(page, "pre")]
    assert len(labels) == len(set(labels))


def test_its_limits_are_those_of_the_settings(db, settings):
    settings.API_RATE_LIMIT = 1234
    assert "1,234 requests a minute" in text_of(Client().get("/help/api-requests/"))
    settings.API_RATE_LIMIT = 0
    assert "sets no limit" in text_of(Client().get("/help/api-requests/"))


class TestTheWaysThere:
    def test_from_the_help_under_a_heading_of_its_own(self, db):
        shown = text_of(Client().get("/help/"))
        places = [shown.find(text) for text in ("How to", "Closing an opportunity", "For integrators", "Your first")]
        assert places == sorted(places)

    @pytest.mark.parametrize(
        ("address", "slug"), [("/tokens/", "api"), ("/webhooks/", "api-webhooks"), ("/api/docs/", "api")]
    )
    def test_from_where_programs_begin(self, admin, browse, address, slug):
        assert elements(browse(admin).get(address), "a", href=f"/help/{slug}/")
