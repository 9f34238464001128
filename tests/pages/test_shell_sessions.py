"""A session that ends while a form is open: nothing typed is lost."""

from __future__ import annotations

import pytest
from django.test import Client

from opportunities.models import Account, Opportunity
from tests.factories import PASSWORD, make_account, make_opportunity, make_user
from tests.pages.html import elements, text_of

pytestmark = pytest.mark.django_db
TYPED = {"topic": "Forty machines", "description": "Two lines,\r\nboth kept.", "csrfmiddlewaretoken": "old"}


@pytest.fixture
def anna(units):
    return make_user("anna", "salesperson", units.north, password=PASSWORD)


def sign_in(client, page, password=PASSWORD):
    """As the browser would from the page: with all that it carries."""
    hidden = {field["name"]: field["value"] for field in elements(page, "input", type="hidden")}
    return client.post("/sign-in/", hidden | {"username": "anna", "password": password})


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


def test_a_password_is_not_carried_along(anna):
    response = Client().post("/password/", {"old_password": PASSWORD, "new_password1": "x"})
    assert response["Location"] == "/sign-in/?next=/password/"


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
