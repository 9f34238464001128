"""What a user prefers, stored with him and drawn by the server: no page shows another theme first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import translation

from crm.models import User
from crm.preferences import set_preferences
from crm.time_zones import grouped_choices
from tests.expect import count_statements, invalid
from tests.pages.html import elements, text_of

pytestmark = pytest.mark.django_db
SUMMER = "2026-07-01T12:00:00Z"


@pytest.fixture
def client(browse, rep):
    return browse(rep)


@pytest.mark.parametrize(("theme", "scheme"), [("light", "light"), ("dark", "dark"), ("", "light dark")])
def test_the_theme_is_the_users_own(client, theme, scheme):
    assert client.post("/preferences/", {"theme": theme})["Location"] == "/preferences/"
    page = client.get("/opportunities/")
    assert elements(page, "html")[0].get("data-theme", "") == theme
    assert elements(page, "meta", name="color-scheme")[0]["content"] == scheme


def test_shortcuts_that_are_switched_off_are_not_even_loaded(client):
    assert elements(client.get("/opportunities/"), "dialog", id="shortcuts")
    client.post("/preferences/", {"theme": ""})
    page = client.get("/opportunities/")
    assert not elements(page, "dialog", id="shortcuts")
    assert not [script for script in elements(page, "script") if "shortcuts" in script["src"]]
    assert "They are switched off" in text_of(client.get("/shortcuts/"))


def test_the_form_shows_what_is_set(client, rep):
    wanted = {"language": "da", "time_zone": "Europe/Copenhagen", "theme": "dark", "shortcuts": "on"}
    client.post("/preferences/", wanted)
    page = client.get("/preferences/")
    assert elements(page, "option", value="Europe/Copenhagen", selected="")
    assert elements(page, "input", name="theme", value="dark", checked="")
    assert elements(page, "input", name="shortcuts", checked="")
    assert "Personlige indstillinger" in text_of(page)


@pytest.mark.parametrize(
    "values", [{"theme": "sepia"}, {"time_zone": "Nowhere"}, {"time_zone": "../etc/passwd"}, {"language": "sv"}]
)
def test_what_is_not_offered_is_refused_and_nothing_is_stored(client, rep, values):
    page = client.post("/preferences/", {"theme": "dark"} | values)
    assert page.status_code == 400
    assert User.objects.get(pk=rep.pk).theme == ""


def test_the_rule_judges_every_field_at_once(rep):
    with invalid(theme="light, dark", time_zone="Europe/Copenhagen", language="en, da"):
        set_preferences({"theme": "sepia", "time_zone": "Mars/Base", "language": "sv"}, actor=rep)


@time_machine.travel(SUMMER)
def test_time_zones_stand_by_continent_with_their_distance_from_utc(rep):
    zones = {continent: dict(choices) for continent, choices in grouped_choices()}
    assert zones["Europe"]["Europe/Copenhagen"] == "Copenhagen (UTC+02:00)"
    assert zones["Asia"]["Asia/Kolkata"] == "Kolkata (UTC+05:30)"
    assert zones["America"]["America/Argentina/Buenos_Aires"] == "Argentina, Buenos Aires (UTC-03:00)"
    offered = [name for choices in zones.values() for name in choices]
    assert len(offered) == len(set(offered)) > 300
    assert all(ZoneInfo(name) for name in offered)
    with translation.override("da"):
        assert [str(continent) for continent, __ in grouped_choices()][-2:] == ["Det Indiske Ocean", "Stillehavet"]


def test_a_zone_by_an_older_name_is_kept(client, rep):
    set_preferences({"time_zone": "US/Pacific"}, actor=rep)
    assert elements(client.get("/preferences/"), "option", value="US/Pacific", selected="")
    assert client.post("/preferences/", {"time_zone": "US/Pacific"}).status_code == 302


def test_preferences_cost_no_query_on_other_pages(client):
    with count_statements(2):
        client.get("/shortcuts/")
