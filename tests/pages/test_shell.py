"""The shell around every page, signing in and out, and what is told when something is refused."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from crm.models import User
from tests.factories import PASSWORD, make_account, make_competitor, make_opportunity, make_quote, make_user
from tests.pages.html import elements, inline_code, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone(units):
    return make_user("someone", "salesperson", units.north, password=PASSWORD)


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back():
    response = Client().get("/opportunities/?view=won")
    assert (response.status_code, response["Location"]) == (302, "/sign-in/?next=/opportunities/%3Fview%3Dwon")


def test_a_dialog_of_who_was_signed_out_sends_the_page_to_sign_in():
    headers = {"HX-Request": "true", "HX-Target": "dialog", "HX-Current-URL": "http://testserver/accounts/"}
    response = Client().get("/accounts/", headers=headers)
    assert response["HX-Redirect"] == "/sign-in/?next=/accounts/"


def test_signing_in_leads_to_where_one_wanted(someone):
    response = Client().post(
        "/sign-in/", {"username": "someone", "password": PASSWORD, "next": "/opportunities/?view=won"}
    )
    assert (response.status_code, response["Location"]) == (302, "/opportunities/?view=won")


def test_a_wrong_password_is_told_and_the_name_stays(someone):
    response = Client().post("/sign-in/", {"username": "someone", "password": "wrong"})
    assert "enter a correct username and password" in text_of(response)
    assert elements(response, "input", name="username")[0]["value"] == "someone"


def test_too_many_attempts_lock_out_with_a_page(someone):
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/sign-in/", {"username": "someone", "password": "wrong"})
    assert response.status_code == 429
    assert "Too many attempts" in text_of(response)


def test_behind_a_proxy_it_locks_out_the_caller_and_not_the_user(someone, settings):
    settings.BEHIND_PROXY = True
    right, wrong = ({"username": "someone", "password": each} for each in (PASSWORD, "wrong"))
    for __ in range(settings.AXES_FAILURE_LIMIT):
        response = Client().post("/sign-in/", wrong, headers={"X-Forwarded-For": "203.0.113.5"})
    assert response.status_code == 429
    # Who writes other addresses before his own is the same caller; a network of version 6 is one.
    assert Client().post("/sign-in/", right, headers={"X-Forwarded-For": "8.8.8.8, 203.0.113.5"}).status_code == 429
    for address in ("198.51.100.7", "2001:db8::1"):
        assert Client().post("/sign-in/", right, headers={"X-Forwarded-For": address}).status_code == 302
    for last in range(settings.AXES_FAILURE_LIMIT):
        response = Client().post("/sign-in/", wrong, headers={"X-Forwarded-For": f"2001:db8::{last}"})
    assert response.status_code == 429


def test_signing_out_takes_a_post(browse, rep):
    client = browse(rep)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/opportunities/").status_code == 302


def test_changing_the_password_keeps_the_session(someone):
    client = Client()
    client.force_login(someone, backend="crm.authentication.UserBackend")
    new = "a much longer pass phrase"
    values = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/password/", values).status_code == 302
    assert client.get("/opportunities/").status_code == 200
    assert User.objects.get(pk=someone.pk).check_password(new)


def test_a_wrong_old_password_stands_beside_its_field(someone, browse):
    response = browse(someone).post("/password/", {"old_password": "x", "new_password1": "y", "new_password2": "z"})
    assert response.status_code == 400
    assert elements(response, "input", name="old_password", aria_invalid="true")


def test_language_and_time_zone_are_the_users_own(browse, rep):
    client = browse(rep)
    languages = client.get("/preferences/").context["form"].fields["language"].choices
    assert [code for code, __ in languages] == ["", "en", "da"]
    assert client.post("/preferences/", {"language": "da", "time_zone": "Europe/Copenhagen"}).status_code == 302
    assert elements(client.get("/opportunities/"), "html")[0]["lang"] == "da"
    response = client.post("/preferences/", {"language": "da", "time_zone": "Nowhere"})
    assert response.status_code == 400
    assert elements(response, "select", name="time_zone", aria_invalid="true")


def test_the_shell_names_organization_user_and_where_one_is(browse, rep):
    response = browse(rep).get("/opportunities/?view=closed")
    assert settings.ORGANIZATION_NAME in text_of(response)
    assert "Salesperson · North" in text_of(response)
    current = {link["href"] for link in elements(response, "a", aria_current="page")}
    assert current == {"/opportunities/?view=closed"}
    for landmark in ("header", "nav", "main"):
        assert elements(response, landmark)
    assert elements(response, "a", class_="skip-link")[0]["href"] == "#main"


def test_one_begins_with_ones_own_work(browse, rep):
    assert browse(rep).get("/")["Location"] == "/home/"


def test_htmx_is_told_to_run_no_code(browse, rep):
    meta = elements(browse(rep).get("/opportunities/"), "meta", name="htmx-config")[0]
    config = json.loads(meta["content"])
    assert config["allowEval"] is config["includeIndicatorStyles"] is config["allowScriptTags"] is False


def test_pages_are_not_kept_by_caches_and_differ_for_htmx(browse, rep):
    response = browse(rep).get("/opportunities/")
    assert "no-store" in response["Cache-Control"]
    assert "HX-Target" in response["Vary"]


def test_no_page_holds_code_or_style(browse, admin):
    client = browse(admin)
    account, competitor = make_account(), make_competitor()
    opportunity = make_opportunity(admin, account=account)
    quote = make_quote(opportunity)
    addresses = [
        *map(reverse, ("sign-in", "preferences", "opportunities", "quotes", "accounts", "competitors")),
        *map(reverse, ("account-new", "competitor-new", "opportunity-new")),
        *(reverse(f"account{deed}", args=[account.pk]) for deed in ("", "-edit", "-delete")),
        *(reverse(f"competitor{deed}", args=[competitor.pk]) for deed in ("", "-edit", "-delete")),
        opportunity.get_absolute_url(),
        quote.get_absolute_url(),
        "/nowhere/",
        "/problems/in_use/",
    ]
    for address in addresses:
        response = client.get(address)
        assert inline_code(response) == [], address


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("address", ["/nowhere/", "/opportunities/123/", "/problems/nope/", "/problems/in_use/x/"])
def test_an_unknown_address_is_a_page_that_helps(browse, rep, settings, debug, address):
    settings.DEBUG = debug
    response = browse(rep).get(address)
    assert response.status_code == 404
    assert "There is no such page" in text_of(response)
    assert "Go to my work" in text_of(response)


def test_a_forgotten_slash_is_added(browse, rep):
    assert browse(rep).get("/opportunities")["Location"] == "/opportunities/"


def test_browsers_that_ask_for_an_icon_get_one(browse, rep):
    assert browse(rep).get("/favicon.ico")["Location"].endswith("favicon.svg")


def test_a_form_without_its_token_is_told_so(rep):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"username": "rep", "password": "x"})
    assert response.status_code == 403
    assert "The page was too old" in text_of(response)


def test_a_user_without_a_role_reads_nothing(browse, nobody, rep):
    make_opportunity(rep)
    response = browse(nobody).get("/opportunities/")
    assert "No opportunities in this view" in text_of(response)
