"""A session that ends while a form is open: nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from crm import clock
from opportunities.models import Account, Opportunity
from tests.factories import PASSWORD, make_account, make_opportunity, make_user
from tests.pages.html import elements, text_of

pytestmark = pytest.mark.django_db
TYPED = {"topic": "Forty machines", "description": "Two lines,\r\nboth kept.", "csrfmiddlewaretoken": "old"}


@pytest.fixture
def anna(units):
    return make_user("anna", "salesperson", units.north, password=PASSWORD)


def sign_in(client, page, password=PASSWORD, name="anna"):
    """As the browser would from the page: with all that it carries."""
    hidden = {field["name"]: field["value"] for field in elements(page, "input", type="hidden")}
    return client.post("/sign-in/", hidden | {"username": name, "password": password})


def go_on(client, page):
    (form,) = (form for form in elements(page, "form", method="post") if form["action"] != "/sign-out/")
    hidden = {field["name"]: field["value"] for field in elements(page, "input", type="hidden")}
    return client.post(form["action"], hidden)


def test_a_form_comes_back_filled_after_signing_in(anna):
    client = Client()
    page = client.post("/opportunities/new/?at=home", TYPED)
    assert page.status_code == 401
    assert "What you typed is kept" in text_of(page)
    assert "no-store" in page["Cache-Control"]
    page = sign_in(client, page, "wrong")
    page = go_on(client, sign_in(client, page))
    assert page.status_code == 200
    assert elements(page, "input", name="topic")[0]["value"] == "Forty machines"
    assert "This has not been sent yet." in text_of(page)
    assert "Two lines,\r\nboth kept." in page.content.decode()
    assert not Opportunity.objects.exists()


def test_a_dialog_as_a_page_comes_back_filled_too(anna):
    opportunity = make_opportunity(anna)
    client = Client()
    page = client.post(f"{opportunity.get_absolute_url()}close-as-won/", {"actual_revenue": "12.50", "version": "1"})
    page = go_on(client, sign_in(client, page))
    assert elements(page, "input", name="actual_revenue")[0]["value"] == "12.50"
    assert elements(page, "input", name="version")[0]["value"] == "1"
    assert Opportunity.objects.get().is_open


def test_a_dialog_keeps_what_was_typed_and_tells_how_to_go_on(anna):
    account = make_account()
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    response = Client().post(f"/accounts/{account.pk}/delete/", {}, headers=headers)
    assert response.status_code == 401
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#dialog-notice", "innerHTML")
    assert elements(response, "a", href="/sign-in/", target="_blank")
    assert Account.objects.exists()


def test_so_does_one_whose_cookies_are_all_gone(anna):
    account = make_account()
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    response = Client(enforce_csrf_checks=True).post(f"/accounts/{account.pk}/delete/", {}, headers=headers)
    assert response.status_code == 401
    assert response["HX-Retarget"] == "#dialog-notice"
    assert "What you typed is still here" in text_of(response)
    assert Account.objects.exists()


def test_a_form_in_the_page_keeps_it_too_and_tells_it_there(anna):
    address = f"{make_opportunity(anna).get_absolute_url()}edit/sale/"
    response = Client().post(address, TYPED, headers={"HX-Request": "true", "HX-Target": "main"})
    assert (response.status_code, response["HX-Retarget"], response["HX-Reselect"]) == (401, "#notice", "unset")


def test_a_password_is_not_carried_along(anna):
    response = Client().post("/password/", {"old_password": PASSWORD, "new_password1": "x"})
    assert response["Location"] == "/sign-in/?next=/password/"


def test_what_was_typed_comes_back_though_one_signed_in_by_another_tab(anna):
    client = Client()
    page = client.post("/opportunities/new/", TYPED)
    client.force_login(anna)
    page = go_on(client, sign_in(client, page))
    assert elements(page, "input", name="topic")[0]["value"] == "Forty machines"


def test_who_is_signed_in_and_typed_nothing_goes_on(anna, browse):
    assert browse(anna).post("/sign-in/", {"next": "/accounts/"})["Location"] == "/accounts/"


@pytest.mark.parametrize(("name", "comes_back"), [("anna", True), ("bert", False)])
def test_what_one_typed_is_no_other_users_to_see(anna, units, name, comes_back):
    make_user("bert", "salesperson", units.north, password=PASSWORD)
    client = Client()
    client.post("/sign-in/", {"username": "anna", "password": PASSWORD})
    client.post("/sign-out/")
    page = client.post("/opportunities/new/", TYPED)
    assert "Forty machines" not in page.content.decode()
    page = sign_in(client, page, name=name)
    assert ("Forty machines" in page.content.decode()) == comes_back


def test_what_was_typed_waits_for_a_day(anna):
    client = Client()
    with time_machine.travel(clock.now() - timedelta(hours=25), tick=False):
        page = client.post("/opportunities/new/", TYPED)
    assert "Forty machines" not in sign_in(client, page).content.decode()


@pytest.mark.parametrize("kept", ["", "forged", '[["topic", "x"]]'])
def test_only_what_this_site_kept_is_taken(anna, kept):
    values = {"username": "anna", "password": PASSWORD, "next": "/accounts/", "unsent": kept}
    assert Client().post("/sign-in/", values)["Location"] == "/accounts/"


def test_what_was_kept_is_never_sent_to_another_site(anna):
    client = Client()
    page = client.post("/opportunities/new/", TYPED)
    hidden = {field["name"]: field["value"] for field in elements(page, "input", type="hidden")}
    away = hidden | {"username": "anna", "password": PASSWORD, "next": "https://elsewhere.example/"}
    page = client.post("/sign-in/", away)
    assert "elsewhere.example" not in page.content.decode()
