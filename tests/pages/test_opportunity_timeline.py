"""The timeline tells what happened in sentences, newest first, in names and labels instead of ids and codes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm import clock
from crm.models import Event, User
from opportunities import timeline
from opportunities.actions import create_status_reason, edit_opportunity
from opportunities.models import Rating, SalesStage, State
from quotes.actions import delete_quote, edit_quote
from tests.factories import close_lost, close_won, make_account, make_competitor, make_opportunity, make_quote, reopen
from tests.pages.html import elements
from tests.pages.reading import text_of


def told(client, opportunity, **query):
    response = client.get(opportunity.get_absolute_url(), {"tab": "timeline", **query})
    assert response.status_code == 200
    return response.context["timeline"].entries


def changes(entry):
    return {str(change.label): (str(change.before), str(change.after)) for change in entry.changes}


def test_the_story_is_told_newest_first(rep, manager, browse):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity, "active")
    make_quote(opportunity, "lost", actor=manager)
    entries = told(browse(rep), opportunity)
    number = quote.number
    assert [entry.sentence for entry in entries][-3:] == [
        f"Rep activated the quote {number}.",
        f"Rep created the quote {number}.",
        "Rep created the opportunity.",
    ]
    assert entries[0].sentence.startswith("Manager closed the quote QUO-")
    assert entries[0].sentence.endswith(" as lost.")


def test_changes_are_told_in_labels_from_before_to_after(rep, browse):
    account, competitor = make_account("Contoso"), make_competitor("Northwind")
    opportunity = make_opportunity(rep, estimated_revenue=Decimal(1000), currency="EUR")
    edit_opportunity(
        opportunity.pk,
        {
            "rating": Rating.HOT,
            "sales_stage": SalesStage.PROPOSE,
            "estimated_revenue": Decimal("2500.5"),
            "estimated_close_date": date(2026, 12, 24),
            "account": account.pk,
            "competitors": [competitor.pk],
            "probability": 70,
            "status_reason": 2,
        },
        actor=rep,
    )
    entry = told(browse(rep), opportunity)[0]
    assert entry.sentence == "Rep changed the opportunity."
    assert changes(entry) == {
        "Account": ("", "Contoso"),
        "Estimated revenue": ("€\xa01,000.00", "€\xa02,500.50"),
        "Estimated close date": ("", "12/24/2026"),
        "Probability": ("", "70 %"),
        "Rating": ("Warm", "Hot"),
        "Sales stage": ("Qualify", "Propose"),
        "Status reason": ("In Progress", "On Hold"),
        "Competitors": ("", "Northwind"),
    }


def test_closing_and_reopening_are_told_with_the_reason(rep, browse):
    opportunity = make_opportunity(rep, probability=40)
    close_lost(opportunity, status_reason=5)
    reopen(opportunity, reason="They <i>called</i> back")
    close_won(opportunity)
    won, reopened, lost, *__ = told(browse(rep), opportunity)
    assert [entry.sentence for entry in (won, reopened, lost)] == [
        "Rep closed the opportunity as won.",
        "Rep reopened the opportunity.",
        "Rep closed the opportunity as lost.",
    ]
    assert reopened.note == "They <i>called</i> back"
    assert changes(reopened)["Probability"] == ("0 %", "40 %")
    assert changes(lost)["Status reason"] == ("In Progress", "Out-Sold")
    assert changes(won)["Forecast category"] == ("Pipeline", "Won")


def test_a_status_reason_of_ones_own_is_told_by_its_name(rep, admin, browse):
    reason = create_status_reason(
        {"state": State.LOST, "label_en": "Too dear", "label_da": "For dyrt", "active": True}, actor=admin
    )
    opportunity = make_opportunity(rep)
    close_lost(opportunity, status_reason=reason.code)
    assert changes(told(browse(rep), opportunity)[0])["Status reason"] == ("In Progress", "Too dear")


def test_a_new_owner_is_named(rep, teammate, manager, browse):
    opportunity = make_opportunity(rep)
    edit_opportunity(opportunity.pk, {"owner": teammate.pk}, actor=manager)
    entry = told(browse(rep), opportunity)[0]
    assert entry.sentence == "Manager assigned the opportunity to Teammate."
    assert changes(entry) == {"Owner": ("Rep", "Teammate")}


def test_what_is_gone_is_still_told(rep, browse):
    account, competitor = make_account("Contoso"), make_competitor("Northwind")
    opportunity = make_opportunity(rep, account=account, competitors=[competitor])
    edit_opportunity(opportunity.pk, {"account": None, "competitors": []}, actor=rep)
    quote = make_quote(opportunity)
    edit_quote(quote.pk, {"name": "Renamed"}, actor=rep)
    delete_quote(quote.pk, actor=rep)
    account.delete()
    competitor.delete()
    entries = told(browse(rep), opportunity)
    assert [entry.sentence for entry in entries[:2]] == [
        f"Rep deleted the quote {quote.number}.",
        f"Rep changed the quote {quote.number}.",
    ]
    assert changes(entries[3]) == {"Account": ("(deleted)", ""), "Competitors": ("(deleted)", "")}


def test_the_second_revision_is_called_so(rep, browse):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity, "revised")
    sentences = [entry.sentence for entry in told(browse(rep), opportunity)]
    assert f"Rep created the quote {quote.number}/1." in sentences
    assert f"Rep revised the quote {quote.number}." in sentences


def test_an_unknown_type_of_event_is_told_too(rep, browse):
    opportunity = make_opportunity(rep)
    Event.objects.create(
        type="opportunity.praised",
        record_type="opportunity",
        record_id=opportunity.pk,
        group_id=opportunity.pk,
        version=9,
        actor_id=rep.pk,
        origin="command",
    )
    assert told(browse(rep), opportunity)[0].sentence == "Rep did: opportunity.praised."


def test_older_entries_are_a_link_away(rep, browse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timeline, "PAGE_SIZE", 2)
    opportunity = make_opportunity(rep)
    for topic in ("Second", "Third", "Fourth"):
        edit_opportunity(opportunity.pk, {"topic": topic}, actor=rep)
    client = browse(rep)
    first = client.get(opportunity.get_absolute_url(), {"tab": "timeline"})
    older = first.context["timeline"].older_than
    assert "Show older entries" in text_of(first)
    assert [entry.sentence for entry in told(client, opportunity, before=older)] == [
        "Rep changed the opportunity.",
        "Rep created the opportunity.",
    ]
    assert client.get(opportunity.get_absolute_url(), {"tab": "timeline", "before": "x"}).status_code == 200


def test_the_page_shows_both_values_to_eye_and_ear(rep, browse):
    opportunity = make_opportunity(rep, topic="Before")
    edit_opportunity(opportunity.pk, {"topic": "After"}, actor=rep)
    shown = text_of(browse(rep).get(opportunity.get_absolute_url(), {"tab": "timeline"}))
    assert "Topic from Before → to After" in shown


def test_amounts_have_the_currency_of_their_time(rep, browse):
    opportunity = make_opportunity(rep, estimated_revenue=Decimal(1000), currency="EUR")
    edit_opportunity(opportunity.pk, {"estimated_revenue": Decimal(2000)}, actor=rep)
    edit_opportunity(opportunity.pk, {"currency": "JPY", "estimated_revenue": Decimal(3000)}, actor=rep)
    edit_opportunity(opportunity.pk, {"estimated_revenue": Decimal(4000)}, actor=rep)
    entries = told(browse(rep), opportunity)
    assert [changes(entry)["Estimated revenue"] for entry in entries] == [
        ("¥\xa03,000", "¥\xa04,000"),
        ("€\xa02,000.00", "¥\xa03,000"),
        ("€\xa01,000.00", "€\xa02,000.00"),
        ("", "€\xa01,000.00"),
    ]


def test_entries_stand_under_the_days_of_the_reader(rep, browse):
    User.objects.filter(pk=rep.pk).update(time_zone="Pacific/Auckland")
    with clock.at(datetime(2026, 3, 1, 10, tzinfo=UTC)):
        opportunity = make_opportunity(rep)
    with clock.at(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        edit_opportunity(opportunity.pk, {"topic": "After"}, actor=rep)
    response = browse(rep).get(opportunity.get_absolute_url(), {"tab": "timeline"})
    shown = text_of(response)
    assert "Monday 03/02/2026 Rep changed the opportunity. 1 a.m." in shown
    assert "Sunday 03/01/2026 Rep created the opportunity. 11 p.m." in shown


def test_an_entry_has_an_address_of_its_own(rep, browse, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timeline, "PAGE_SIZE", 2)
    opportunity = make_opportunity(rep)
    for topic in ("Second", "Third", "Fourth"):
        edit_opportunity(opportunity.pk, {"topic": topic}, actor=rep)
    event = Event.objects.get(type="opportunity.created")
    response = browse(rep).get(opportunity.get_absolute_url(), {"tab": "timeline", "event": event.pk})
    assert elements(response, "li", id=f"event-{event.pk}")
    assert "Show the newest entries" in text_of(response)


def test_long_texts_are_folded(rep, browse):
    opportunity = make_opportunity(rep, description="Short")
    edit_opportunity(opportunity.pk, {"description": "Long " * 100}, actor=rep)
    response = browse(rep).get(opportunity.get_absolute_url(), {"tab": "timeline"})
    assert len(elements(response, "details", class_="folded")) == 1
    assert "Long " * 100 in text_of(response)


def test_what_an_entry_is_about_is_a_link_away(rep, browse):
    opportunity = make_opportunity(rep)
    quote = make_quote(opportunity, "lost")
    close = close_won(opportunity).opportunity_close
    won, lost, *__ = told(browse(rep), opportunity)
    assert [url for __, url in won.links] == [close.get_absolute_url()]
    assert [url for __, url in lost.links] == [quote.get_absolute_url(), quote.quote_close.get_absolute_url()]
