"""Accounts and competitors: read, create, edit, delete; who may not is told why."""

from __future__ import annotations

import pytest
from django.urls import reverse

from opportunities.models import Account, Competitor
from tests.factories import make_account, make_competitor, make_opportunity
from tests.pages.html import elements, text_of

pytestmark = pytest.mark.django_db
ROLES = ("member", "rep", "manager", "vp", "admin")
MAY_EDIT = {"account": {"rep", "manager", "vp", "admin"}, "competitor": {"manager", "vp", "admin"}}
KINDS = pytest.mark.parametrize("kind", ["account", "competitor"])


def make(kind, **values):
    return {"account": make_account, "competitor": make_competitor}[kind](**values)


def address(kind, record, deed=""):
    return reverse(f"{kind}-{deed}" if deed else kind, args=[record.pk])


@KINDS
@pytest.mark.parametrize("role", ROLES)
def test_the_role_decides_which_commands_are_offered(browse, people, kind, role):
    response = browse(people[role]).get(address(kind, make(kind)))
    disabled = {button["aria-describedby"] for button in elements(response, "button", aria_disabled="true")}
    expected = set() if role in MAY_EDIT[kind] else {"why-edit"}
    assert disabled == expected | (set() if role == "admin" else {"why-delete"})


@KINDS
@pytest.mark.parametrize("role", ROLES)
def test_what_is_disabled_is_refused_as_well(browse, people, kind, role):
    client, record = browse(people[role]), make(kind)
    allowed = role in MAY_EDIT[kind]
    assert client.get(reverse(f"{kind}-new")).status_code == (200 if allowed else 403)
    assert client.get(address(kind, record, "edit")).status_code == (200 if allowed else 403)
    assert client.post(address(kind, record, "edit"), {"name": "Other"}).status_code == (302 if allowed else 403)
    assert client.get(address(kind, record, "delete")).status_code == (200 if role == "admin" else 403)
    assert client.post(address(kind, record, "delete")).status_code == (302 if role == "admin" else 403)


@KINDS
def test_create_leads_to_the_new_record(browse, manager, kind):
    response = browse(manager).post(reverse(f"{kind}-new"), {"name": "  Contoso  "}, follow=True)
    assert response.status_code == 200
    assert "“Contoso” was created." in text_of(response)
    model = {"account": Account, "competitor": Competitor}[kind]
    assert model.objects.get().name == "Contoso"


@KINDS
def test_edit_shows_what_is_and_saves_what_is_typed(browse, manager, kind):
    record = make(kind, name="Before")
    client = browse(manager)
    form = client.get(address(kind, record, "edit"))
    assert elements(form, "input", name="name")[0]["value"] == "Before"
    version = elements(form, "input", name="version")[0]["value"]
    client.post(address(kind, record, "edit"), {"name": "After", "version": version})
    record.refresh_from_db()
    assert (record.name, record.version) == ("After", 2)


@KINDS
def test_what_someone_else_changed_is_not_overwritten_and_nothing_typed_is_lost(browse, manager, kind):
    record = make(kind, name="Before")
    client = browse(manager)
    client.post(address(kind, record, "edit"), {"name": "Theirs", "version": "1"})
    response = client.post(address(kind, record, "edit"), {"name": "Mine", "version": "1"})
    assert response.status_code == 412
    assert "Someone else changed this record" in text_of(response)
    assert "Theirs" in text_of(response)
    assert elements(response, "input", name="name")[0]["value"] == "Mine"
    assert elements(response, "input", name="version")[0]["value"] == "2"
    record.refresh_from_db()
    assert record.name == "Theirs"


@pytest.mark.parametrize("version", ["x", "-1", "", "٢", "1.0"])
def test_a_version_that_cannot_be_read_matches_none(browse, manager, version):
    record = make_account(name="Before")
    response = browse(manager).post(address("account", record, "edit"), {"name": "Mine", "version": version})
    assert response.status_code == 412


def test_an_error_stands_beside_its_field_and_above_the_form(browse, manager):
    make_competitor(name="Rival")
    values = {"name": "RIVAL", "strengths": "Typed at length", "website": "not a website"}
    response = browse(manager).post(reverse("competitor-new"), values)
    assert response.status_code == 400
    assert elements(response, "input", name="website", aria_invalid="true", value="not a website")
    assert elements(response, "a", href="#id_website")
    assert "Typed at length" in text_of(response)
    values["website"] = "https://rival.example/"
    response = browse(manager).post(reverse("competitor-new"), values)
    assert elements(response, "input", name="name", aria_invalid="true", value="RIVAL")
    assert "There is already a competitor with this name." in text_of(response)


def test_a_record_in_use_says_so_and_stays(browse, admin, rep):
    account = make_account()
    make_opportunity(rep, account=account)
    response = browse(admin).post(address("account", account, "delete"))
    assert response.status_code == 409
    assert "used by others" in text_of(response)
    assert Account.objects.exists()


def test_delete_asks_and_leads_to_the_list(browse, admin):
    account = make_account(name="Gone")
    client = browse(admin)
    assert "This cannot be undone." in text_of(client.get(address("account", account, "delete")))
    response = client.post(address("account", account, "delete"), {"version": "1"}, follow=True)
    assert "“Gone” was deleted." in text_of(response)
    assert not Account.objects.exists()


def test_the_dialog_is_a_part_for_htmx_and_sends_the_page_on(browse, admin):
    account = make_account()
    client, headers = browse(admin), {"HX-Request": "true", "HX-Target": "dialog"}
    response = client.get(address("account", account, "delete"), headers=headers)
    assert elements(response, "h2", id="dialog-title")
    assert not elements(response, "header")
    response = client.post(address("account", account, "delete"), headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/")


def test_a_record_that_is_not_there_is_a_page(browse, rep):
    response = browse(rep).get("/accounts/00000000-0000-7000-8000-000000000000/")
    assert response.status_code == 404
    assert elements(response, "a", href="/problems/not_found/")


@KINDS
def test_statements_do_not_grow_with_the_opportunities(browse, rep, manager, count_statements, kind):
    record = make(kind)
    link = {"account": record} if kind == "account" else {"competitors": [record]}
    client = browse(rep)
    make_opportunity(rep, **link)
    with count_statements(8) as one:
        client.get(address(kind, record))
    for owner in (rep, manager):
        make_opportunity(owner, **link)
    with count_statements(len(one.captured_queries)):
        assert client.get(address(kind, record)).status_code == 200
