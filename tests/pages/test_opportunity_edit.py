"""Creating and editing opportunities: every writable field, errors beside their fields, nothing typed lost."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.models import Event, User
from opportunities.actions import edit_opportunity
from opportunities.models import ForecastCategory, Opportunity, Rating, SalesStage, StatusReason
from tests.expect import nothing_changes
from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote, make_user
from tests.pages.reading import errors_of, form_of, send, text_of

NEW = "/opportunities/new/"


def url(opportunity):
    return reverse("opportunity-edit", args=[opportunity.pk])


def typed_fully(account, competitors):
    return {
        "topic": "  Forty machines ",
        "account": str(account.pk),
        "status_reason": "2",
        "currency": "EUR",
        "estimated_revenue": "128,400.50",
        "estimated_close_date": "2026-12-04",
        "probability": "60",
        "rating": "1",
        "sales_stage": "2",
        "forecast_category": "3",
        "competitors": [str(each.pk) for each in competitors],
        "description": "One\r\nTwo ",
    }


def test_a_new_one_has_everything_that_was_typed(rep, browse):
    account, competitors = make_account(), [make_competitor("A"), make_competitor("B")]
    client = browse(rep)
    response = send(client, NEW, **typed_fully(account, competitors))
    made = Opportunity.objects.for_record().get()
    assert response.url == made.get_absolute_url()
    assert "“Forty machines” was created." in text_of(client.get(response.url))
    assert (made.topic, made.account, made.owner, made.status_reason_id) == ("Forty machines", account, rep, 2)
    assert (made.currency, made.estimated_revenue) == ("EUR", Decimal("128400.50"))
    assert (made.estimated_close_date, made.probability) == (date(2026, 12, 4), 60)
    assert (made.rating, made.sales_stage) == (Rating.HOT, SalesStage.PROPOSE)
    assert (made.forecast_category, made.description) == (ForecastCategory.COMMITTED, "One\nTwo ")
    assert [ref["name"] for ref in made.competitor_refs] == ["A", "B"]


def test_a_topic_is_enough(rep, browse):
    send(browse(rep), NEW, topic="Just a topic")
    made = Opportunity.objects.get()
    assert (made.owner, made.currency, made.rating, made.status_reason_id) == (rep, "USD", Rating.WARM, 1)
    assert made.estimated_revenue is None


def test_saving_what_was_not_changed_writes_nothing(rep, browse):
    account, competitors = make_account(), [make_competitor("A"), make_competitor("B")]
    client = browse(rep)
    send(client, NEW, **typed_fully(account, competitors))
    with nothing_changes():
        assert send(client, url(Opportunity.objects.get())).status_code == 302


def test_a_change_is_saved_and_told(rep, browse):
    opportunity = make_opportunity(rep, topic="Before")
    client = browse(rep)
    response = send(client, url(opportunity), topic="After")
    assert response.url == opportunity.get_absolute_url()
    assert "“After” was saved." in text_of(client.get(response.url))
    assert Event.objects.newest_first().first().origin == "page"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"topic": ""}, "topic", "required"),
        ({"topic": "   "}, "topic", "required"),
        ({"topic": "x" * 301}, "topic", "300"),
        ({"topic": "a\x00b"}, "topic", "Null characters"),
        ({"estimated_revenue": "1e400"}, "estimated_revenue", "Enter an amount"),
        ({"estimated_revenue": "1.500", "currency": "EUR"}, "estimated_revenue", "Do you mean 1,500.00?"),
        ({"estimated_revenue": "-5"}, "estimated_revenue", "from 0 to"),
        ({"estimated_revenue": "9" * 30}, "estimated_revenue", "from 0 to"),
        ({"estimated_close_date": "2026-02-30"}, "estimated_close_date", "valid date"),
        ({"estimated_close_date": "1000-01-01"}, "estimated_close_date", "1900-01-01"),
        ({"probability": "101"}, "probability", "0 to 100"),
        ({"probability": "half"}, "probability", "whole number"),
        ({"probability": "9" * 5000}, "probability", ""),
        ({"rating": ""}, "rating", "required"),
        ({"rating": "7"}, "rating", "valid choice"),
        ({"forecast_category": "5"}, "forecast_category", "valid choice"),
        ({"status_reason": "3"}, "status_reason", "valid choice"),
        ({"currency": "ZZZ"}, "currency", "valid choice"),
        ({"account": "not-an-id"}, "account", "valid choice"),
        ({"competitors": ["not-an-id"]}, "competitors", "valid choice"),
        ({"owner": "01900000-0000-7000-8000-000000000000"}, "owner", "valid choice"),
        ({"description": "x" * 2001}, "description", "2000"),
    ],
)
@pytest.mark.parametrize("new", [True, False])
def test_wrong_values_are_told_beside_their_field_and_nothing_is_lost(rep, browse, typed, field, said, new):
    address = NEW if new else url(make_opportunity(rep))
    values = {"topic": "Typed", "description": "Typed with care"} | typed
    with nothing_changes():
        response = send(browse(rep), address, **values)
    assert response.status_code == 400
    assert said in errors_of(response)[field]
    for name, value in values.items():
        assert response.context["form"][name].value() == value


def test_the_rules_are_told_all_at_once(rep, browse):
    response = send(browse(rep), NEW, topic="x" * 301, probability="-1", estimated_revenue="-1", currency="EUR")
    assert set(errors_of(response)) == {"topic", "probability", "estimated_revenue"}


def test_the_currency_is_fixed_once_a_quote_exists(rep, browse):
    opportunity = make_opportunity(rep, currency="EUR")
    make_quote(opportunity)
    client = browse(rep)
    form = client.get(url(opportunity)).context["form"]
    assert form.fields["currency"].disabled
    send(client, url(opportunity), currency="USD", topic="After")
    assert Opportunity.objects.get().currency == "EUR"
    assert Opportunity.objects.get().topic == "After"


def test_a_stale_form_shows_what_changed_and_keeps_what_was_typed(rep, teammate, browse):
    account, competitor = make_account("Contoso"), make_competitor("Northwind")
    opportunity = make_opportunity(rep, topic="Before", currency="EUR", estimated_revenue=Decimal(1000))
    client = browse(rep)
    typed = form_of(client, url(opportunity)) | {"topic": "Mine", "description": "Typed with care"}
    changes = {"estimated_revenue": Decimal("2500"), "account": account.pk, "competitors": [competitor.pk]}
    edit_opportunity(opportunity.pk, changes | {"topic": "Theirs", "rating": Rating.COLD}, actor=teammate)
    typed = {name: value for name, value in typed.items() if value is not None}
    with nothing_changes():
        response = client.post(url(opportunity), typed)
    assert response.status_code == 412
    clashes, taken = response.context["clashes"], response.context["taken"]
    assert [(str(each.label), each.present, each.typed) for each in clashes] == [("Topic", "Theirs", "Mine")]
    assert {(str(each.label), str(each.present)) for each in taken} == {
        ("Account", "Contoso"),
        ("Estimated revenue", "€\xa02,500.00"),
        ("Rating", "Cold"),
        ("Competitors", "Northwind"),
    }
    assert "Teammate changed this record after you opened it" in text_of(response)
    assert "theirs: Theirs · yours: Mine" in text_of(response)


def test_saving_again_after_a_merge_keeps_what_the_other_one_wrote(rep, teammate, browse):
    account, kept, added = make_account("Contoso"), make_competitor("Kept"), make_competitor("Added")
    opportunity = make_opportunity(rep, topic="Before", description="One\nTwo", competitors=[kept])
    client = browse(rep)
    typed = form_of(client, url(opportunity)) | {"topic": "Mine", "description": "One\r\nTwo"}
    changes = {"estimated_revenue": Decimal("2500.50"), "account": account.pk, "competitors": [kept.pk, added.pk]}
    edit_opportunity(opportunity.pk, changes | {"topic": "Theirs", "description": "Three"}, actor=teammate)
    refused = client.post(url(opportunity), typed)
    merged = refused.context["form"]
    again = dict(merged.data.lists()) | {"version": refused.context["version"]}
    assert client.post(url(opportunity), again).status_code == 302
    saved = Opportunity.objects.for_record().get()
    assert (saved.topic, saved.description, saved.account) == ("Mine", "Three", account)
    assert saved.estimated_revenue == Decimal("2500.50")
    assert len(saved.competitor_refs) == 2


def test_saving_without_a_change_says_so(rep, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    assert "Nothing was changed." in text_of(client.get(send(client, url(opportunity)).url))


def test_it_was_closed_while_the_form_was_open(rep, teammate, browse):
    opportunity = make_opportunity(rep)
    client = browse(rep)
    typed = form_of(client, url(opportunity)) | {"topic": "Typed"}
    close_won(opportunity, actor=teammate)
    response = client.post(url(opportunity), typed)
    assert response.status_code == 409
    assert "A closed opportunity" in errors_of(response)["form"]
    assert "Save" not in text_of(response)
    assert "Back to the opportunity" in text_of(response)
    again = client.post(url(opportunity), typed | {"version": response.context["version"]})
    assert again.status_code == 409
    assert "A closed opportunity" in errors_of(again)["form"]
    assert again.context["form"]["topic"].value() == "Typed"


def test_what_can_no_longer_be_chosen_may_stay(rep, units, vp, browse):
    left = make_user("left", "salesperson", units.north)
    opportunity = make_opportunity(left, actor=vp, status_reason=2)
    User.objects.filter(pk=left.pk).update(is_active=False)
    StatusReason.objects.filter(pk=2).update(active=False)
    client = browse(rep)
    assert send(client, url(opportunity), topic="After").status_code == 302
    assert Opportunity.objects.get().owner == left


def test_only_owners_within_reach_are_offered(rep, teammate, manager, stranger, browse):
    labels = {user: _owners(browse(user)) for user in (rep, manager)}
    assert labels == {rep: ["Rep"], manager: ["Manager", "Rep", "Teammate"]}


def _owners(client):
    return [label for __, label in client.get(NEW).context["form"].fields["owner"].choices]


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("nobody", 403), ("rep", 200)])
def test_who_may_create(people, browse, username, status):
    assert browse(people[username]).get(NEW).status_code == status


@pytest.mark.parametrize(("username", "status"), [("member", 403), ("stranger", 403), ("nobody", 404)])
def test_who_may_not_edit_cannot(rep, people, browse, username, status):
    opportunity = make_opportunity(rep)
    form = form_of(browse(rep), url(opportunity))
    values = {name: value for name, value in form.items() if value is not None}
    if username != "nobody":
        values["owner"] = str(rep.pk)
    with nothing_changes():
        assert browse(people[username]).post(url(opportunity), values).status_code == status


def test_opening_the_forms_changes_nothing(rep, browse):
    opportunity = make_opportunity(rep)
    with nothing_changes():
        browse(rep).get(url(opportunity))
        browse(rep).get(NEW)
