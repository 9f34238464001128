"""The verbs on many, step by step and without scripts: choose, fill in, see what would happen, run, try again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from crm import clock, selection
from crm.lists import PAGE_SIZE
from crm.maintenance import maintenance
from crm.models import KeptForm, User
from opportunities import bulk_steps
from opportunities.actions import MAX_ROWS
from opportunities.bulk_forms import shown_values
from opportunities.models import Opportunity, OpportunityClose, State
from quotes.models import Quote
from quotes.states import QuoteState, QuoteStatusReason
from tests.expect import count_statements, nothing_changes
from tests.factories import close_won, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements, inline_code
from tests.pages.reading import errors_of, text_of

pytestmark = pytest.mark.django_db
VERBS = ("close-as-won", "close-as-lost", "reopen", "close-quotes", "assign")


class Steps:
    """The pages of one verb, as a browser without scripts goes through them."""

    def __init__(self, client: Client, verb: str) -> None:
        self.client, self.url = client, reverse(f"opportunities-bulk-{verb}")
        self.page: Any = None

    def choose(self, *opportunities: Opportunity, **sent: str) -> HttpResponse:
        """What the list sends."""
        ids = [str(opportunity.pk) for opportunity in opportunities]
        return self.send({"bulk-ids": ids, **sent})

    def send(self, sent: dict[str, Any]) -> HttpResponse:
        """To the page that is shown, which leads to the page of the next step."""
        address = self.page.wsgi_request.get_full_path() if self.page else self.url
        self.page = self.client.post(address, sent)
        if self.page.status_code == 302 and self.page.url.startswith(self.url):
            self.page = self.client.get(self.page.url)
        return self.page

    def go_back(self, page: HttpResponse) -> HttpResponse:
        self.page = self.client.get(page.wsgi_request.get_full_path())
        return self.page

    def step(self, name: str, **typed: Any) -> HttpResponse:
        """Presses a button of the page that is shown, with what its form holds and what is typed into it."""
        values = self.hidden() | _shown(self.page) | {"bulk-step": name} | typed
        return self.send({key: value for key, value in values.items() if value is not None})

    def hidden(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in elements(self.page, "input", type="hidden") if "value" in each}

    @property
    def fates(self) -> dict[str, str]:
        """By topic, what the page says of each row."""
        return {row.opportunity and row.opportunity.topic: str(row.fate) for row in self.page.context["rows"]}

    @property
    def counts(self) -> dict[str, int]:
        return {fate: number for fate, number in self.page.context["counts"].items() if number}


def _shown(page: HttpResponse) -> dict[str, Any]:
    form = page.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    return {name: "" if value is None else str(value) for name, value in values.items()}


@pytest.fixture
def steps(browse, rep) -> Any:
    return lambda verb="close-as-won", user=rep: Steps(browse(user), verb)


@pytest.fixture
def sales(rep) -> list[Opportunity]:
    return [make_opportunity(rep, topic=topic) for topic in ("One", "Two", "Three")]


def states(opportunities: list[Opportunity]) -> list[int]:
    by_id = Opportunity.objects.in_bulk([opportunity.pk for opportunity in opportunities])
    return [by_id[opportunity.pk].state for opportunity in opportunities]


class TestChoosing:
    def test_each_row_of_the_list_can_be_ticked(self, browse, rep, sales):
        page = browse(rep).get("/opportunities/")
        boxes = elements(page, "input", name="bulk-ids", type="checkbox", form="selection")
        assert {box["value"] for box in boxes} == {str(sale.pk) for sale in sales}
        assert "Select Two" in text_of(page)
        assert not inline_code(page)

    @pytest.mark.parametrize(
        ("view", "offered"), [("open", set(VERBS) - {"reopen"}), ("closed", {"reopen"}), ("all", set(VERBS))]
    )
    def test_the_bar_offers_what_the_view_could_need(self, browse, rep, sales, view, offered):
        make_opportunity(rep, state="won")
        page = browse(rep).get("/opportunities/", {"view": view})
        buttons = {each["formaction"] for each in elements(page, "button", type="submit") if "formaction" in each}
        assert buttons == {reverse(f"opportunities-bulk-{verb}") for verb in offered}

    def test_who_may_only_read_sees_the_reason(self, browse, member, sales):
        page = browse(member).get("/opportunities/")
        assert not [each for each in elements(page, "button") if "formaction" in each]
        assert page.context["selection"].reason == "Your role may read this, but not change it."
        assert text_of(page).count("Your role may read this, but not change it.") > len(VERBS)

    @pytest.mark.parametrize("verb", VERBS)
    def test_whose_role_never_allows_it_comes_no_further(self, steps, member, sales, verb):
        assert steps(verb, member).choose(*sales).status_code == 403

    def test_ticked_rows_lead_to_the_form(self, steps, sales):
        page = steps().choose(*sales[:2])
        assert "2 opportunities are selected." in text_of(page)
        assert page.context["ids"] == [sale.pk for sale in sales[:2]]

    def test_ids_may_come_in_one_field_and_twice(self, steps, sales):
        page = steps().choose(sales[0], **{"bulk-ids": f"{sales[1].pk},{sales[0].pk},{sales[1].pk},nonsense"})
        assert page.context["ids"] == [sales[1].pk, sales[0].pk]

    def test_all_of_the_view_is_what_its_filters_show_on_all_pages(self, steps, rep, teammate):
        mine = [make_opportunity(rep) for __ in range(PAGE_SIZE + 2)]
        make_opportunity(teammate)
        make_opportunity(rep, state="lost")
        query = f"owner={rep.pk}&ordering=topic&page_size=20"
        page = steps().choose(mine[0], **{"bulk-all": "1", "bulk-query": query})
        assert set(page.context["ids"]) == {sale.pk for sale in mine}

    def test_the_ids_are_frozen_when_the_form_is_opened(self, steps, rep, sales):
        flow = steps()
        flow.choose(**{"bulk-all": "1", "bulk-query": "view=my-open"})
        make_opportunity(rep, topic="Later")
        flow.step("preview")
        assert set(flow.fates) == {"One", "Two", "Three"}

    def test_too_many_are_refused_with_a_sentence(self, steps, sales, monkeypatch):
        monkeypatch.setattr(selection, "LIMIT", 2)
        monkeypatch.setattr(bulk_steps, "LIMIT", 2)
        flow = steps()
        for page in (flow.choose(*sales), flow.choose(**{"bulk-all": "1", "bulk-query": "search="})):
            assert page.status_code == 302
        page = flow.client.get(page.url)
        assert "At most 2 opportunities can be changed at once." in text_of(page)

    def test_the_list_tells_when_its_view_is_too_large(self, browse, rep, sales, monkeypatch):
        assert elements(browse(rep).get("/opportunities/"), "input", name="bulk-all")
        monkeypatch.setattr(selection.SelectionBar, "can_take_all", property(lambda self: False))
        page = browse(rep).get("/opportunities/")
        assert not elements(page, "input", name="bulk-all")
        assert "narrow it by filters" in text_of(page)

    def test_nothing_chosen_leads_back_to_the_list_as_it_was(self, steps):
        page = steps().choose(**{"bulk-query": "view=my-open&ordering=topic"})
        assert (page.status_code, page.url) == (302, "/opportunities/?view=my-open&ordering=topic")

    @pytest.mark.parametrize("query", ["colour=red", "view=nonsense", "cursor=x&page_size=999999", "a=%00"])
    def test_a_foreign_query_string_shows_no_rows(self, steps, sales, query):
        page = steps().choose(**{"bulk-all": "1", "bulk-query": query})
        assert page.status_code == (200 if "cursor" in query else 302)

    def test_the_address_alone_leads_to_the_list(self, steps):
        flow = steps()
        page = flow.client.get(flow.url, follow=True)
        assert "Select opportunities first." in text_of(page)

    def test_ids_that_nobody_has_are_not_found(self, steps):
        assert steps().choose(**{"bulk-ids": "01890000-0000-7000-8000-000000000000"}).status_code == 404


class TestForm:
    def test_it_has_the_fields_of_the_dialog_and_leaves_each_its_own_revenue(self, steps, sales, browse, rep):
        dialog = browse(rep).get(reverse("opportunity-close-as-won", args=[sales[0].pk])).context["form"]
        form = steps().choose(*sales).context["form"]
        assert set(form.fields) == set(dialog.fields)
        assert form["actual_revenue"].value() is None
        assert not form.fields["actual_revenue"].required
        assert form["close_date"].value() == dialog["close_date"].value()
        assert "Left empty, each gets its own" in form.fields["actual_revenue"].help_text

    def test_won_asks_for_no_revenue_where_the_first_has_no_estimate(self, steps, rep):
        form = steps().choose(make_opportunity(rep, estimated_revenue=None)).context["form"]
        assert not form.fields["actual_revenue"].required

    def test_what_is_wrong_for_all_stands_beside_its_field_and_nothing_typed_is_lost(self, steps, sales):
        flow = steps()
        flow.choose(*sales)
        with nothing_changes():
            page = flow.step("preview", close_date="2999-01-01", description="Kept", actual_revenue="1,2,3")
        assert page.status_code == 400
        assert set(errors_of(page)) == {"actual_revenue"}
        page = flow.step("preview", actual_revenue="1,234")
        assert page.status_code == 400
        assert set(errors_of(page)) == {"close_date"}
        assert page.context["form"]["actual_revenue"].value() == "1,234"
        assert page.context["form"]["description"].value() == "Kept"
        assert len(page.context["ids"]) == 3

    def test_one_amount_for_several_currencies_is_refused(self, steps, sales, rep):
        euros = make_opportunity(rep, currency="EUR")
        flow = steps()
        flow.choose(*sales, euros)
        assert "several currencies" in flow.page.context["form"].fields["actual_revenue"].help_text
        page = flow.step("preview", actual_revenue="10")
        assert "several currencies" in errors_of(page)["actual_revenue"]
        assert page.context["form"]["actual_revenue"].value() == "10"

    def test_a_step_of_the_run_takes_an_amount_with_its_currency_only(self, steps, sales, rep):
        flow = steps()
        flow.choose(*sales)
        flow.step("preview", actual_revenue="10")
        sent = flow.hidden() | {"bulk-step": "chunk"}
        assert sent["bulk-currency"] == "USD"
        with nothing_changes():
            results = flow.client.post(flow.url, sent | {"bulk-currency": "EUR"}).json()["results"]
            assert [each["fate"] for each in results] == ["refused"] * 3
            assert flow.client.post(flow.url, sent | {"bulk-currency": ""}).status_code == 400

    def test_amounts_are_read_the_local_way_and_written_to_each(self, steps, sales, rep):
        rep.language = "da"
        rep.save(update_fields=["language"])
        flow = steps()
        flow.choose(*sales)
        flow.step("preview", actual_revenue="1.234,50")
        assert "$\u00a01.234,50" in text_of(flow.page).replace("$ ", "$\u00a0")
        flow.step("run")
        assert {close.actual_revenue for close in OpportunityClose.objects.all()} == {Decimal("1234.5")}

    def test_the_form_can_be_changed_after_the_preview(self, steps, sales):
        flow = steps()
        flow.choose(*sales)
        flow.step("preview", description="First\nwords")
        page = flow.step("form")
        assert page.context["form"]["description"].value() == "First\nwords"
        flow.step("preview", description="Other")
        flow.step("run")
        assert {close.description for close in OpportunityClose.objects.all()} == {"Other"}


def test_what_was_typed_is_shown_as_a_reader_knows_it(rep):
    class Typed(forms.Form):
        renewed = forms.TypedChoiceField(choices=[("yes", "Yes"), ("no", "No")], coerce=lambda word: word == "yes")
        when = forms.DateField()
        share = forms.DecimalField()
        colours = forms.MultipleChoiceField(choices=[("r", "Red"), ("g", "Green")])
        empty = forms.CharField(required=False)

    form = Typed({"renewed": "no", "when": "2026-11-21", "share": "2.5", "colours": ["r", "g"]})
    assert form.is_valid()
    assert [text for __, text in shown_values(form)] == ["No", "11/21/2026", "2.50", "Red, Green"]


class TestPreview:
    def test_it_tells_of_each_row_and_writes_nothing(self, steps, sales, rep, stranger):
        quoted = make_opportunity(rep, topic="Quoted")
        quote = make_quote(quoted, "active")
        lost, won = make_opportunity(rep, topic="Lost", state="lost"), make_opportunity(rep, topic="Won", state="won")
        foreign = make_opportunity(stranger, topic="Foreign")
        flow = steps()
        flow.choose(*sales, quoted, lost, won, foreign)
        with nothing_changes():
            page = flow.step("preview")
        assert flow.fates == dict.fromkeys(("One", "Two", "Three"), "ready") | {
            "Quoted": "refused",
            "Lost": "refused",
            "Won": "already",
            "Foreign": "refused",
        }
        said = text_of(page)
        assert f"These quotes are still open: {quote.number}" in said
        assert "closed this opportunity as lost on" in said
        assert "Your role allows this only for records of your business unit." in said
        assert "Of each its own: the total of its won quotes, else the estimate" in said
        assert not inline_code(page)

    def test_the_refused_can_be_taken_out(self, steps, sales):
        make_quote(sales[1])
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        flow.step("ready")
        assert set(flow.fates) == {"One", "Three"}
        flow.step("run")
        assert states(sales) == [State.WON, State.OPEN, State.WON]
        assert flow.counts == {"done": 2}

    @pytest.mark.parametrize("reason", ["lost", "canceled"])
    def test_open_quotes_are_closed_along_only_when_chosen(self, steps, sales, reason):
        quote = make_quote(sales[1], "active")
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        assert flow.page.context["with_quotes"] == 1
        with nothing_changes():
            flow.step(None, **{"bulk-along": reason})
        assert flow.counts == {"ready": 3}
        flow.step("run")
        assert flow.counts == {"done": 3}
        quote = Quote.objects.get(pk=quote.pk)
        assert (quote.state, quote.status_reason) == (QuoteState.CLOSED, QuoteStatusReason[reason.upper()])

    def test_a_record_that_is_gone_is_told_as_such(self, steps, sales):
        flow = steps()
        flow.choose(*sales)
        flow.step("preview", **{"bulk-ids": f"{sales[0].pk},01890000-0000-7000-8000-000000000000"})
        assert flow.fates == {"One": "ready", None: "refused"}
        assert "A record that you cannot read" in text_of(flow.page)

    def test_the_statements_do_not_grow_with_the_rows(self, steps, rep):
        sales = [make_opportunity(rep) for __ in range(200)]
        for sale in sales[::10]:
            make_quote(sale)
        flow = steps()
        flow.choose(*sales)
        with count_statements(22):  # of what is sent, and of the page that shows it
            flow.step("preview")
        assert flow.counts == {"ready": 180, "refused": 20}


class TestRun:
    @pytest.mark.parametrize(("verb", "state"), [("close-as-won", State.WON), ("close-as-lost", State.LOST)])
    def test_each_is_closed_with_its_own_default(self, steps, rep, verb, state):
        sales = [make_opportunity(rep, estimated_revenue=Decimal(amount)) for amount in (100, 200)]
        flow = steps(verb)
        flow.choose(*sales)
        flow.step("preview")
        flow.step("run")
        assert flow.counts == {"done": 2}
        assert states(sales) == [state, state]
        revenues = [OpportunityClose.objects.get(opportunity=sale).actual_revenue for sale in sales]
        assert revenues == ([100, 200] if state == State.WON else [None, None])

    def test_reopening_closing_quotes_and_assigning_go_the_same_way(self, steps, rep, teammate, manager):
        won = make_opportunity(rep, state="won", topic="Won")
        flow = steps("reopen")
        flow.choose(won, make_opportunity(rep, topic="Open"))
        flow.step("preview", reason="A mistake")
        assert flow.fates == {"Won": "ready", "Open": "already"}
        flow.step("run")
        assert flow.fates == {"Won": "done", "Open": "already"}
        assert OpportunityClose.objects.get(opportunity=won).reopen_reason == "A mistake"

        quote = make_quote(won)
        flow = steps("close-quotes")
        flow.choose(won, make_opportunity(rep, topic="None"))
        flow.step("preview", status_reason=str(QuoteStatusReason.LOST.value))
        assert flow.fates == {"Won": "ready", "None": "already"}
        flow.step("run")
        assert Quote.objects.get(pk=quote.pk).state == QuoteState.CLOSED

        hers = make_opportunity(teammate, topic="Hers")
        flow = steps("assign", manager)
        flow.choose(won, hers)
        flow.step("preview", owner=str(teammate.pk))
        assert flow.fates == {"Won": "ready", "Hers": "already"}
        flow.step("run")
        assert flow.fates == {"Won": "done", "Hers": "already"}
        assert Opportunity.objects.get(pk=won.pk).owner == teammate

    def test_sent_twice_it_closes_nothing_twice(self, steps, sales):
        flow = steps()
        flow.choose(*sales)
        preview = flow.step("preview")
        flow.step("run")
        flow.page = preview
        with nothing_changes():
            flow.step("run")
        assert flow.counts == {"already": 3}
        assert "closed this opportunity as won on" in text_of(flow.page)

    def test_more_than_one_call_takes_go_step_by_step(self, steps, sales, monkeypatch):
        monkeypatch.setattr(bulk_steps, "MAX_ROWS", 2)
        make_quote(sales[0])
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        page = flow.step("run")
        assert "Continue (2 of 3 processed)" in text_of(page)
        assert states(sales) == [State.OPEN, State.WON, State.OPEN]
        flow.step("run")
        assert flow.fates == {"One": "refused", "Two": "done", "Three": "done"}

    def test_a_run_can_be_stopped_and_taken_up(self, steps, sales, monkeypatch):
        monkeypatch.setattr(bulk_steps, "MAX_ROWS", 2)
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        flow.step("run")
        page = flow.step("result")
        assert flow.counts == {"done": 2, "ready": 1}
        assert "Not all were reached." in text_of(page)
        flow.step("preview")
        flow.step("run")
        assert states(sales) == [State.WON] * 3

    def test_a_step_answers_scripts_with_what_came_of_each(self, steps, sales, rep):
        make_quote(sales[1])
        flow = steps()
        flow.choose(*sales, make_opportunity(rep, state="won"))
        flow.step("preview")
        answer = flow.client.post(flow.url, flow.hidden() | {"bulk-step": "chunk"}).json()
        assert [each["fate"] for each in answer["results"]] == ["done", "refused", "done", "already"]
        assert "These quotes are still open" in answer["results"][1]["detail"]

    @pytest.mark.parametrize("verb", ["close-as-lost", "reopen"])
    def test_a_step_whose_rows_are_all_gone_tells_so_of_each(self, steps, sales, verb):
        flow = steps(verb)
        flow.choose(*sales)
        flow.step("preview")
        Opportunity.objects.all().delete()
        answer = flow.client.post(flow.url, flow.hidden() | _shown(flow.page) | {"bulk-step": "chunk"})
        assert [each["fate"] for each in answer.json()["results"]] == ["refused"] * 3

    @pytest.mark.parametrize("step", ["run", "chunk"])
    def test_the_way_back_after_signing_in_writes_nothing(self, steps, sales, step):
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        with nothing_changes():
            page = flow.step(step, unsent="1")
        assert flow.counts == {"ready": 3}
        assert "This has not been sent yet." in text_of(page)

    def test_the_rows_are_judged_anew(self, steps, sales, rep, browse):
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        close_won(sales[0])
        User.objects.filter(pk=rep.pk).update(role_id="sales_team_member")
        with nothing_changes():
            assert flow.step("run").status_code == 403


class TestGoingBack:
    def test_each_step_has_an_address_that_sends_nothing(self, steps, sales):
        flow = steps("close-as-lost")
        opened = flow.choose(*sales)
        preview = flow.step("preview", description="Too dear")
        result = flow.step("run")
        with nothing_changes():
            assert "All of it is done." in text_of(flow.go_back(result))
            assert flow.go_back(preview).context["counts"]["already"] == 3
            assert flow.go_back(opened).context["form"]["description"].value() == "Too dear"
        assert flow.go_back(opened).status_code == 200

    def test_what_was_wrong_is_still_there_and_what_mended_it_too(self, steps, sales):
        flow = steps("close-as-lost")
        flow.choose(*sales)
        wrong = flow.step("preview", close_date="2999-01-01", description="First")
        assert (wrong.status_code, flow.go_back(wrong).status_code) == (400, 400)
        flow.step("preview", close_date="2026-01-01", description="Second \0")
        assert flow.go_back(wrong).context["form"]["description"].value() == "Second \0"

    def test_nobody_else_comes_there_and_it_is_over_after_a_day(self, steps, sales, browse, teammate):
        flow = steps()
        page = flow.choose(*sales)
        address = page.wsgi_request.get_full_path()
        assert browse(teammate).get(address).url == "/opportunities/"
        with clock.at(clock.now() + timedelta(hours=25)):
            assert flow.client.get(address).url == "/opportunities/"
            maintenance()
        assert not KeptForm.objects.exists()


class TestResult:
    def test_what_was_refused_is_tried_again_with_the_form_kept(self, steps, sales):
        quote = make_quote(sales[1], "active")
        competitor = make_competitor("Rival")
        flow = steps("close-as-lost")
        flow.choose(*sales)
        flow.step("preview", description="Too dear", competitor=str(competitor.pk))
        page = flow.step("run")
        assert flow.counts == {"done": 2, "refused": 1}
        assert quote.number in text_of(page)
        assert elements(page, "a", href=sales[1].get_absolute_url())
        flow.step(None, **{"bulk-along": "lost"})
        assert flow.fates == {"Two": "ready"}
        flow.step("run")
        assert flow.counts == {"done": 1}
        closes = OpportunityClose.objects.all()
        assert {(close.description, close.competitor_name) for close in closes} == {("Too dear", "Rival")}
        assert len(closes) == 3

    def test_it_leads_back_to_the_list_as_it_was(self, steps, sales):
        flow = steps()
        flow.choose(*sales, **{"bulk-query": "view=my-open&search=o"})
        flow.step("preview")
        page = flow.step("run")
        assert elements(page, "a", href="/opportunities/?view=my-open&search=o", class_="button button--primary")
        assert "All of it is done." in text_of(page)

    def test_what_is_reported_done_is_shown_only_of_what_was_chosen(self, steps, sales, rep):
        other = make_opportunity(rep, topic="Other")
        flow = steps()
        flow.choose(*sales)
        flow.step("preview")
        flow.step("result", **{"bulk-done": f"{other.pk},{sales[0].pk}"})
        assert "Other" not in flow.fates


def test_danish_is_complete(steps, sales, rep):
    rep.language = "da"
    rep.save(update_fields=["language"])
    make_quote(sales[0])
    flow = steps()
    flow.choose(*sales)
    assert "3 salgsmuligheder er valgt." in text_of(flow.page)
    flow.step("preview")
    assert "1 salgsmulighed afvises på grund af sine åbne tilbud." in text_of(flow.page)
    flow.step("run")
    assert "Prøv disse igen" in text_of(flow.page)
    assert "Lukket som vundet" in text_of(flow.page)


def test_no_call_takes_more_rows_than_the_action_allows():
    assert bulk_steps.CHUNK <= MAX_ROWS <= selection.LIMIT
