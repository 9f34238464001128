"""An open page asks whether what it shows is still so: cheaply, by who may read it, and told in words."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from crm.freshness import Shown, read_rows
from crm.models import Depth, Role
from opportunities.actions import delete_opportunity, edit_opportunity, edit_record
from opportunities.models import Account
from quotes.actions import activate_quote
from tests.expect import nothing_changes
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements

LIST, QUOTES = "/opportunities/freshness/", "/quotes/freshness/"


def ask(client, records, *, url=LIST, known=None):
    """As the list asks that shows these rows; `known` is the entity tag that it was answered last."""
    return _ask(client, url, "rows", ",".join(str(Shown(record.pk, record.version)) for record in records), known)


def ask_of(client, record, *, url=LIST, known=None):
    """As the record's own page asks."""
    return _ask(client, url, "record", str(Shown(record.pk, record.version)), known)


def _ask(client, url, name, shown, known):
    headers = {"If-None-Match": known} if known else {}
    return client.get(url, {name: shown}, headers=headers)


@pytest.fixture
def opportunity(rep):
    return make_opportunity(rep, topic="Forty machines")


class TestOfRecords:
    def test_nothing_new_is_304_and_one_indexed_statement(self, rep, browse, opportunity, count_statements):
        client = browse(rep)
        with nothing_changes(), count_statements(3, least=3) as captured:
            answer = ask_of(client, opportunity, known=f'"{opportunity.version}"')
        assert (answer.status_code, answer.content) == (304, b"")
        session, user, version = (query["sql"] for query in captured.captured_queries)
        assert ("django_session" in session, '"crm_user"' in user) == (True, True)
        assert "JOIN" not in version
        assert version.startswith(
            'SELECT "opportunities_opportunity"."id" AS "pk", "opportunities_opportunity"."version"'
        )

    def test_a_closing_is_told_with_who_and_when(self, rep, manager, browse, opportunity):
        closed = close_won(opportunity, actor=manager).opportunity
        answer = ask_of(browse(rep), opportunity, known=f'"{opportunity.version}"')
        assert answer.status_code == 200
        assert answer.json()["text"].startswith("Manager closed the opportunity as won. (")
        assert answer.json()["gone"] is False
        assert answer["ETag"] == f'"{closed.version}"'
        assert ask_of(browse(rep), opportunity, known=answer["ETag"]).status_code == 304

    def test_it_is_told_in_the_readers_language(self, rep, manager, browse, opportunity):
        rep.language = "da"
        rep.save(update_fields=["language"])
        close_won(opportunity, actor=manager)
        assert ask_of(browse(rep), opportunity).json()["text"].startswith("Manager lukkede salgsmuligheden som vundet")

    def test_a_change_of_its_quotes_is_one_of_the_opportunity(self, rep, manager, browse, opportunity):
        quote = make_quote(opportunity)
        opportunity.refresh_from_db(fields=["version"])
        activate_quote(quote.pk, actor=manager)
        text = f"Manager activated the quote {quote.number}."
        assert text in ask_of(browse(rep), opportunity).json()["text"]
        assert text in ask_of(browse(rep), quote, url=QUOTES).json()["text"]

    def test_telling_takes_few_statements(self, rep, manager, browse, opportunity, count_statements):
        close_won(opportunity, actor=manager)
        client = browse(rep)
        with count_statements(7):
            ask_of(client, opportunity)

    def test_a_deleted_one_is_gone(self, rep, browse, opportunity):
        delete_opportunity(opportunity.pk, actor=rep)
        answer = ask_of(browse(rep), opportunity, known=f'"{opportunity.version}"').json()
        assert answer["gone"] is True
        assert "was deleted" in answer["text"]

    def test_what_nobody_wrote_down_is_told_without_a_name(self, rep, browse):
        account = make_account("Contoso")
        edit_record(Account, account.pk, {"name": "Contoso Ltd"}, actor=rep)
        answer = ask_of(browse(rep), account, url="/accounts/freshness/")
        assert answer.json()["text"] == "This record was changed meanwhile."


class TestOfLists:
    def test_fifty_rows_are_one_statement_too(self, rep, browse, count_statements):
        rows = [make_opportunity(rep) for _each in range(50)]
        client = browse(rep)
        with count_statements(3, least=3):
            answer = ask(client, rows, known=f'"{".".join(str(row.version) for row in rows)}"')
        assert answer.status_code == 304

    def test_changed_closed_and_deleted_rows_are_marked_by_their_place(self, rep, browse):
        rows = [make_opportunity(rep) for _each in range(4)]
        edit_opportunity(rows[0].pk, {"topic": "Another"}, actor=rep)
        close_won(rows[2])
        delete_opportunity(rows[3].pk, actor=rep)
        answer = ask(browse(rep), rows, known='"1.1.1.1"').json()
        assert answer["marks"] == {"0": "changed", "2": "changed", "3": "gone"}
        assert (answer["text"], answer["gone"]) == ("3 of these records were changed meanwhile.", False)

    def test_rows_that_others_add_are_no_alarm(self, rep, browse, opportunity):
        make_opportunity(rep)
        assert ask(browse(rep), [opportunity], known=f'"{opportunity.version}"').status_code == 304

    @pytest.mark.parametrize("kind", ["opportunities", "quotes", "accounts", "competitors"])
    def test_every_list_names_its_rows_as_it_shows_them(self, rep, browse, opportunity, kind):
        make_quote(opportunity), make_account(), make_competitor()
        client = browse(rep)
        page = client.get(f"/{kind}/")
        url = elements(page, "div", class_="table-box")[0]["data-fresh-url"]
        rows = [row["data-fresh"] for row in elements(page, "tr") if "data-fresh" in row]
        versions = ".".join(row.split(".")[1] for row in rows)
        assert rows
        answer = client.get(url, {"rows": ",".join(rows)}, headers={"If-None-Match": f'"{versions}"'})
        assert answer.status_code == 304

    @pytest.mark.parametrize("text", ["", "x", "a.1", f"{'A' * 22}", f"{'A' * 22}.1,", f"{'A' * 22}.1;{'A' * 22}.1"])
    def test_what_is_no_row_is_400(self, rep, browse, text):
        assert browse(rep).get(LIST, {"rows": text}).status_code == 400

    def test_no_more_rows_than_a_page_shows(self):
        row = str(Shown(uuid4(), 7))
        assert len(read_rows(",".join([row] * 200))) == 200
        assert read_rows(",".join([row] * 201)) == []

    def test_ids_are_short(self):
        pk = uuid4()
        shown = str(Shown(pk, 12))
        assert shown == urlsafe_b64encode(pk.bytes).decode()[:22] + ".12"
        assert read_rows(shown) == [Shown(pk, 12)]


def test_record_pages_and_their_forms_name_the_record(rep, browse, opportunity):
    shown = str(Shown(opportunity.pk, opportunity.version))
    for address in (opportunity.get_absolute_url(), f"{opportunity.get_absolute_url()}edit/"):
        assert len(elements(browse(rep).get(address), data_fresh=shown, data_fresh_url=LIST)) == 1


@pytest.mark.parametrize("address", ["/home/", "/problems/", "/opportunities/new/"])
def test_other_pages_ask_nothing(rep, browse, address):
    assert b"data-fresh=" not in browse(rep).get(address).content


def test_who_was_signed_out_is_told_so_and_not_sent_to_sign_in(opportunity):
    assert ask_of(Client(), opportunity).status_code == 401


def test_who_may_not_read_learns_nothing(nobody, rep, stranger, browse, opportunity):
    assert ask_of(browse(nobody), opportunity).json()["gone"] is True
    Role.objects.filter(pk="salesperson").update(read=Depth.UNIT)
    assert ask_of(browse(rep), opportunity).json()["gone"] is False
    assert ask(browse(stranger), [opportunity]).json()["marks"] == {"0": "gone"}


def test_asking_does_not_lengthen_the_session(rep, browse, opportunity):
    client = browse(rep)
    before = Session.objects.values().get()
    answer = ask_of(client, opportunity)
    assert Session.objects.values().get() == before
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_how_often_is_a_setting(rep, browse, settings):
    settings.FRESHNESS_SECONDS = 25
    assert elements(browse(rep).get("/opportunities/"), id="fresh")[0]["data-seconds"] == "25"


def test_marks_are_translated(rep, browse, opportunity):
    close_won(opportunity)
    shown = str(Shown(opportunity.pk, 1))
    answer = browse(rep).get(LIST, {"rows": shown}, headers={"Accept-Language": "da"}).json()
    assert answer["marks"] == {"0": "ændret"}
