"""Editing an opportunity where it stands: the stage by one click, each section with its own fields only."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.models import Event
from opportunities.actions import edit_opportunity
from opportunities.forms import OpportunityForm
from opportunities.models import Opportunity, SalesStage
from opportunities.sections import SECTIONS
from quotes.actions import create_quote
from tests.expect import nothing_changes
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote
from tests.pages.html import elements
from tests.pages.reading import commands_on, errors_of, form_of, send, text_of

PARTS = sorted(SECTIONS)


def url(opportunity, section, tab=""):
    address = reverse("opportunity-edit-section", args=[opportunity.pk, section])
    return f"{address}?tab={tab}" if tab else address


def moved_to(stage, opportunity, **more):
    """What the button of a step sends."""
    sent = {"sales_stage": stage.value, "initial-sales_stage": opportunity.sales_stage, "version": opportunity.version}
    return sent | more


def buttons(response):
    return [each["value"] for each in elements(response, "button", name="sales_stage")]


# The stage


def test_every_other_step_is_a_button(rep, browse):
    opportunity = make_opportunity(rep, sales_stage=SalesStage.DEVELOP)
    for tab in ("summary", "quotes", "activities", "timeline"):
        page = browse(rep).get(opportunity.get_absolute_url(), {"tab": tab})
        assert buttons(page) == ["0", "2", "3"]
        assert len(elements(page, "li", aria_current="step")) == 1


def test_one_click_moves_the_sale_and_stays_on_the_tab(rep, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    response = client.post(url(opportunity, "stage", "quotes"), moved_to(SalesStage.PROPOSE, opportunity))
    assert response.url == f"{opportunity.get_absolute_url()}?tab=quotes"
    assert "The sales stage is now Propose." in text_of(client.get(response.url))
    saved = Opportunity.objects.get()
    assert (saved.sales_stage, saved.version) == (SalesStage.PROPOSE, 2)
    assert Event.objects.newest_first().first().after == {"sales_stage": "propose"}


def test_a_step_that_someone_else_took_meanwhile_is_told(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    edit_opportunity(opportunity.pk, {"sales_stage": SalesStage.CLOSE, "topic": "Theirs"}, actor=teammate)
    client = browse(rep)
    with nothing_changes():
        refused = client.post(url(opportunity, "stage"), moved_to(SalesStage.DEVELOP, opportunity))
    assert refused.status_code == 412
    assert "Teammate changed this record after you opened it" in errors_of(refused)["form"]
    assert [(each.present, each.typed) for each in refused.context["clashes"]] == [("Close", "Develop")]
    again = dict(refused.context["form"].data.lists()) | {"version": refused.context["version"]}
    assert client.post(url(opportunity, "stage"), again).status_code == 302
    saved = Opportunity.objects.get()
    assert (saved.sales_stage, saved.topic) == (SalesStage.DEVELOP, "Theirs")


@pytest.mark.parametrize("sent", ["9", "", "x"])
def test_a_stage_that_does_not_exist_is_refused(rep, browse, sent):
    opportunity = make_opportunity(rep)
    values = moved_to(SalesStage.CLOSE, opportunity, sales_stage=sent)
    with nothing_changes():
        assert browse(rep).post(url(opportunity, "stage"), values).status_code == 400


def test_a_closed_sale_says_in_which_stage_and_moves_no_more(rep, browse):
    opportunity = make_opportunity(rep, state="won", sales_stage=SalesStage.PROPOSE)
    page = browse(rep).get(opportunity.get_absolute_url())
    assert buttons(page) == []
    assert "Closed in the stage Propose." in text_of(page)
    assert len(elements(page, "li", aria_current="step")) == 1
    with nothing_changes():
        assert browse(rep).post(url(opportunity, "stage"), moved_to(SalesStage.CLOSE, opportunity)).status_code == 409


def test_who_may_not_edit_sees_the_steps_and_the_reason(rep, member, browse):
    opportunity = make_opportunity(rep)
    page = browse(member).get(opportunity.get_absolute_url())
    assert buttons(page) == []
    assert f'id="stage-note">{commands_on(page)["edit"]}</p>' in page.content.decode()
    assert elements(page, "a", class_="section-edit") == []
    with nothing_changes():
        assert (
            browse(member).post(url(opportunity, "stage"), moved_to(SalesStage.CLOSE, opportunity)).status_code == 403
        )


# The sections


def test_each_section_leads_to_its_own_form(rep, browse):
    opportunity = make_opportunity(rep)
    links = elements(browse(rep).get(opportunity.get_absolute_url()), "a", class_="section-edit")
    assert [link["hx-get"] for link in links] == [
        url(opportunity, section) for section in ("sale", "estimate", "competitors", "description")
    ]


@pytest.mark.parametrize("section", PARTS)
def test_a_form_holds_the_fields_of_its_section_and_stands_in_its_place(rep, browse, section):
    page = browse(rep).get(url(make_opportunity(rep, topic="Forty machines"), section))
    assert tuple(page.context["form"].fields) == SECTIONS[section].fields
    assert elements(page, "section", id=f"section-{section}", data_part=section)
    # One thing is edited at a time, so that saving it loses nothing that was typed elsewhere.
    assert elements(page, "a", class_="section-edit") == []
    assert buttons(page) == []
    assert "Forty machines" in text_of(page)


def test_every_writable_field_stands_in_one_section():
    fields = [field for section in SECTIONS.values() for field in section.fields]
    assert sorted(fields) == sorted(OpportunityForm.base_fields)


def test_saving_writes_the_fields_of_the_section_only(rep, browse):
    account, rival = make_account(), make_competitor()
    opportunity = make_opportunity(rep, topic="Before", account=account, description="Kept", competitors=[rival])
    client = browse(rep)
    response = send(
        client, url(opportunity, "estimate"), estimated_revenue="2,500.50", estimated_close_date="2026-12-24"
    )
    assert response.url == opportunity.get_absolute_url()
    assert "“Before” was saved." in text_of(client.get(response.url))
    saved = Opportunity.objects.for_record().get()
    assert (saved.estimated_revenue, saved.estimated_close_date) == (Decimal("2500.50"), date(2026, 12, 24))
    assert (saved.account, saved.description, len(saved.competitor_refs)) == (account, "Kept", 1)


@pytest.mark.parametrize("section", PARTS)
def test_saving_what_was_not_changed_writes_nothing(rep, browse, section):
    opportunity = make_opportunity(rep, competitors=[make_competitor()])
    make_quote(opportunity)
    client = browse(rep)
    with nothing_changes():
        response = send(client, url(opportunity, section))
    assert "Nothing was changed." in text_of(client.get(response.url))


def test_errors_stand_beside_their_fields_and_nothing_is_lost(rep, browse):
    opportunity = make_opportunity(rep)
    with nothing_changes():
        response = send(browse(rep), url(opportunity, "estimate"), estimated_revenue="much", probability="101")
    assert response.status_code == 400
    assert "Enter an amount" in errors_of(response)["estimated_revenue"]
    form = response.context["form"]
    assert (form["estimated_revenue"].value(), form["probability"].value()) == ("much", "101")


def test_a_conflict_is_merged_field_by_field(rep, teammate, browse):
    opportunity = make_opportunity(rep, topic="Before")
    client = browse(rep)
    typed = form_of(client, url(opportunity, "sale")) | {"topic": "Mine"}
    edit_opportunity(opportunity.pk, {"topic": "Theirs", "rating": 1, "description": "Theirs"}, actor=teammate)
    refused = client.post(url(opportunity, "sale"), typed)
    assert refused.status_code == 412
    assert [(each.present, each.typed) for each in refused.context["clashes"]] == [("Theirs", "Mine")]
    taken = [(str(each.label), str(each.present)) for each in refused.context["taken"]]
    assert taken == [("Rating", "Hot"), ("Description", "Theirs")]
    again = dict(refused.context["form"].data.lists()) | {"version": refused.context["version"]}
    client.post(url(opportunity, "sale"), again)
    saved = Opportunity.objects.get()
    assert (saved.topic, saved.rating, saved.description) == ("Mine", 1, "Theirs")


def test_what_others_changed_elsewhere_is_named_with_its_values(rep, teammate, browse):
    opportunity = make_opportunity(rep, sales_stage=1, rating=1)
    client = browse(rep)
    typed = form_of(client, url(opportunity, "description")) | {"description": "Mine"}
    for values in ({"probability": 40, "rating": 2}, {"sales_stage": 2, "rating": 1, "estimated_revenue": Decimal(99)}):
        edit_opportunity(opportunity.pk, values, actor=teammate)
    refused = client.post(url(opportunity, "description"), typed)
    assert refused.status_code == 412
    assert "Teammate changed this record after you opened it" in text_of(refused)
    assert not refused.context["clashes"]
    taken = {str(each.label): str(each.present) for each in refused.context["taken"]}
    assert taken == {"Estimated revenue": "$\xa099.00", "Probability (%)": "40", "Sales stage": "Propose"}


class TestTwoSectionsOfOneUser:
    """Both open at once, in two windows: the first that is saved leaves the other as good as it was."""

    @pytest.fixture
    def opportunity(self, rep):
        return make_opportunity(rep, topic="Before")

    @pytest.fixture
    def client(self, rep, browse):
        return browse(rep)

    @pytest.fixture
    def typed(self, client, opportunity):
        return form_of(client, url(opportunity, "description")) | {"description": "Mine"}

    @pytest.fixture
    def save(self, client, opportunity, typed):
        return lambda: client.post(url(opportunity, "description"), typed).status_code

    def test_each_is_saved_once(self, client, opportunity, save):
        send(client, url(opportunity, "estimate"), probability="40")
        send(client, url(opportunity, "sale"), topic="After")
        assert save() == 302
        saved = Opportunity.objects.get()
        assert (saved.topic, saved.probability, saved.description) == ("After", 40, "Mine")

    def test_the_same_field_is_a_conflict(self, client, opportunity, save):
        send(client, url(opportunity, "description"), description="Mine, too")
        assert save() == 412

    @pytest.mark.parametrize("first", [True, False])
    def test_another_between_is_still_told(self, client, opportunity, save, teammate, first):
        if not first:
            send(client, url(opportunity, "estimate"), probability="40")
        edit_opportunity(opportunity.pk, {"rating": 1}, actor=teammate)
        if first:
            send(client, url(opportunity, "estimate"), probability="40")
        assert save() == 412

    def test_so_is_a_quote_that_another_made(self, client, opportunity, save, teammate):
        create_quote(opportunity.pk, {"name": "Offer", "total_amount": Decimal(5)}, actor=teammate)
        send(client, url(opportunity, "estimate"), probability="40")
        assert save() == 412


def test_who_made_a_quote_meanwhile_is_named(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    typed = form_of(client, url(opportunity, "description")) | {"description": "Mine"}
    values = {"name": "Offer", "total_amount": Decimal(5)}
    create_quote(opportunity.pk, values, actor=teammate)
    assert "Teammate changed this record" in text_of(client.post(url(opportunity, "description"), typed))


def test_it_was_closed_while_the_section_was_typed(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    typed = form_of(client, url(opportunity, "description")) | {"description": "Typed with care"}
    close_won(opportunity, actor=teammate)
    refused = client.post(url(opportunity, "description"), typed)
    assert refused.status_code == 409
    assert refused.context["form"]["description"].value() == "Typed with care"
    assert "Back to the opportunity" in text_of(refused)


def test_a_section_stands_on_the_summary_whatever_the_tab(rep, browse):
    page = browse(rep).get(url(make_opportunity(rep), "sale", "quotes"))
    assert elements(page, "section", id="section-sale")


def test_a_section_that_does_not_exist_is_not_found(rep, browse):
    assert browse(rep).get(url(make_opportunity(rep), "nonsense")).status_code == 404


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404), ("rep", 200)])
def test_who_may_open_a_section(rep, people, browse, username, status):
    assert browse(people[username]).get(url(make_opportunity(rep), "sale")).status_code == status


def test_opening_a_section_reads_its_own_choices_only(rep, browse, count_statements):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    client.get(url(opportunity, "description"))
    with count_statements(6):
        client.get(url(opportunity, "description"))
