"""Every door keeps the table of rights: what it allows is done, and what it does not is refused and leaves no trace."""

from __future__ import annotations

import csv
import io
from itertools import product
from typing import Any

import pytest
from django.urls import reverse

from opportunities.bulk_commands import KEYS
from opportunities.commands import OFFERS
from opportunities.commands import URL_NAMES as OPPORTUNITY_URLS
from quotes.commands import OFFERS as QUOTE_OFFERS
from tests.commands.importing import run_import, write_folder
from tests.contracts.rights import CELLS, RECORDS, RELATIONS, ROLES, Organization, may, may_assign, taken_back
from tests.pages.reading import HTMX, text_of

pytestmark = pytest.mark.django_db

Found = dict[Any, Any]
ASSIGNMENTS = [(role, one, new) for role, one, new in product(ROLES, RELATIONS, RELATIONS) if one != new]
LOST = {"status_reason": "lost"}


def each_cell(answer: Any) -> Found:
    return {cell: answer(*cell) for cell in CELLS}


def expected(right: str, *, done: int = 200, unreadable: int = 404) -> Found:
    """The status for each cell; who may not read finds nothing."""
    return {(role, relation): _status(role, may(role, right, relation), done, unreadable) for role, relation in CELLS}


def _status(role: str, allowed: bool, done: int, unreadable: int = 404) -> int:
    if allowed:
        return done
    return 403 if role else unreadable


# ── The API ───────────────────────────────────────────────────────────────────────────────────────────────────

# the kind of the record, method, what follows its address, body, the right, the answer when done
OPPORTUNITY_DEEDS = {
    "read": ("open", "get", "", None, "read", 200),
    "timeline": ("open", "get", "timeline/", None, "read", 200),
    "activities": ("open", "get", "activities/", None, "read", 200),
    "close check": ("open", "get", "close-check/?outcome=won", None, "read", 200),
    "edit": ("open", "patch", "", {"topic": "x"}, "edit", 200),
    "close as won": ("open", "post", "close-as-won/", {}, "edit", 200),
    "close as lost": ("open", "post", "close-as-lost/", {}, "edit", 200),
    "close quotes": ("with draft", "post", "close-quotes/", LOST, "edit", 200),
    "delete": ("with draft", "delete", "", None, "edit", 204),
    "reopen": ("won", "post", "reopen/", {}, "reopen", 200),
}
QUOTE_DEEDS = {
    "read": ("with draft", "get", "", None, "read", 200),
    "edit": ("with draft", "patch", "", {"name": "x"}, "edit", 200),
    "delete": ("with draft", "delete", "", None, "edit", 204),
    "activate": ("with draft", "post", "activate/", {}, "edit", 200),
    "win": ("with active", "post", "win/", {}, "edit", 200),
    "close": ("with active", "post", "close/", LOST, "edit", 200),
    "revise": ("with active", "post", "revise/", {}, "edit", 201),
}


def ask(organization: Organization, role: str, method: str, path: str, body: Any) -> int:
    """The status. What was done, and only that, has an event."""
    send = getattr(organization.api(role), method)
    with taken_back() as block:
        status = (send(path) if body is None else send(path, body)).status_code
        assert block.wrote() == (status < 300 and method != "get"), (role, path)
        return int(status)


@pytest.mark.parametrize("deed", OPPORTUNITY_DEEDS)
def test_api_of_opportunities(organization: Organization, deed: str) -> None:
    kind, method, suffix, body, right, done = OPPORTUNITY_DEEDS[deed]

    def answer(role: str, relation: str) -> int:
        pk = organization.opportunity(role, relation, kind).pk
        return ask(organization, role, method, f"opportunities/{pk}/{suffix}", body)

    assert each_cell(answer) == expected(right, done=done)


@pytest.mark.parametrize("deed", QUOTE_DEEDS)
def test_api_of_quotes(organization: Organization, deed: str) -> None:
    kind, method, suffix, body, right, done = QUOTE_DEEDS[deed]

    def answer(role: str, relation: str) -> int:
        return ask(organization, role, method, f"quotes/{organization.quote(role, relation, kind).pk}/{suffix}", body)

    assert each_cell(answer) == expected(right, done=done)


def test_api_makes_opportunities_for_owners(organization: Organization) -> None:
    def answer(role: str, relation: str) -> int:
        body = {"topic": "x", "owner": str(organization.owners[role, relation].pk)}
        return ask(organization, role, "post", "opportunities/", body)

    assert each_cell(answer) == expected("create", done=201, unreadable=403)


def test_api_makes_quotes_of_opportunities(organization: Organization) -> None:
    def answer(role: str, relation: str) -> int:
        body = {
            "opportunity": str(organization.opportunity(role, relation, "open").pk),
            "name": "x",
            "total_amount": "1",
        }
        return ask(organization, role, "post", "quotes/", body)

    # Who may not read the opportunity names one that does not exist for him.
    assert each_cell(answer) == expected("edit", done=201, unreadable=400)


def test_api_assigns(organization: Organization) -> None:
    def answer(role: str, relation: str, new: str) -> int:
        pk = organization.opportunity(role, relation, "open").pk
        body = {"owner": str(organization.owners[role, new].pk)}
        return ask(organization, role, "patch", f"opportunities/{pk}/", body)

    assert {cell: answer(*cell) for cell in ASSIGNMENTS} == {
        cell: _status(cell[0], may_assign(*cell), 200) for cell in ASSIGNMENTS
    }


@pytest.mark.parametrize(("records", "column"), [("accounts", 0), ("competitors", 1)])
def test_api_of_records_of_the_organization(organization: Organization, records: str, column: int) -> None:
    record: Any = (organization.account, organization.competitor)[column]
    deeds = {
        "read": ("get", f"{records}/{record.pk}/", None, 200),
        "create": ("post", f"{records}/", {"name": "x"}, 201),
        "edit": ("patch", f"{records}/{record.pk}/", {"name": "x"}, 200),
        "delete": ("delete", f"{records}/{record.pk}/", None, 204),
    }
    for role in ROLES:
        for deed, (method, path, body, done) in deeds.items():
            send = getattr(organization.api(role), method)
            with taken_back():
                status = (send(path) if body is None else send(path, body)).status_code
            allowed = deed in RECORDS[role][column]
            assert status == _status(role, allowed, done, 403 if deed == "create" else 404), (role, deed)


# ── The API for many ──────────────────────────────────────────────────────────────────────────────────────────

# the kind of the records, body, the right
BULK_DEEDS = {
    "bulk-close": ("open", {"outcome": "won"}, "edit"),
    "bulk-reopen": ("won", {}, "reopen"),
    "bulk-close-quotes": ("with draft", LOST, "edit"),
}
NOT_FOUND = dict.fromkeys(RELATIONS, "not_found")


def ask_for_rows(
    organization: Organization, role: str, verb: str, kind: str, body: dict[str, Any], *, same: str = ""
) -> Found:
    """The code of each row of one call that names a record of every relation; None for those that went.

    The row of the relation `same` is as it is to be already.
    """
    ids = [str(organization.opportunity(role, relation, kind).pk) for relation in RELATIONS]
    dry = organization.api(role).post(f"opportunities/{verb}/", {"ids": ids, "dry_run": True, **body}).json()
    with taken_back() as block:
        answer = organization.api(role).post(f"opportunities/{verb}/", {"ids": ids, **body}).json()
        codes = dict(zip(RELATIONS, [row.get("code") for row in answer["results"]], strict=True))
        assert block.wrote() == (None in (codes | {same: ""}).values())
    assert dry == answer
    return codes


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", BULK_DEEDS)
def test_bulk(organization: Organization, verb: str, role: str) -> None:
    kind, body, right = BULK_DEEDS[verb]
    allowed = {each: None if may(role, right, each) else "permission_denied" for each in RELATIONS}
    assert ask_for_rows(organization, role, verb, kind, body) == (allowed if role else NOT_FOUND)


@pytest.mark.parametrize("new", RELATIONS)
@pytest.mark.parametrize("role", ROLES)
def test_bulk_assigns(organization: Organization, role: str, new: str) -> None:
    body = {"owner": str(organization.owners[role, new].pk)}
    found = ask_for_rows(organization, role, "bulk-assign", "open", body, same=new)
    allowed = {each: None if may_assign(role, each, new) else "permission_denied" for each in RELATIONS}
    # What is his already needs no right to create.
    allowed[new] = None if may(role, "edit", new) else "permission_denied"
    assert found == (allowed if role else NOT_FOUND)


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────

END = {"status_reason": "5"}
# the kind of the record, what is typed, the right
OPPORTUNITY_COMMANDS = {
    "edit": (
        "open",
        {
            "topic": "x",
            "status_reason": "1",
            "currency": "USD",
            "rating": "1",
            "sales_stage": "1",
            "forecast_category": "1",
        },
        "edit",
    ),
    "close-as-won": ("open", {"status_reason": "3", "actual_revenue": "1"}, "edit"),
    "close-as-lost": ("open", {"status_reason": "4"}, "edit"),
    "reopen": ("won", {"status_reason": "1"}, "reopen"),
    "close-quotes": ("with draft", END, "edit"),
    "new-quote": ("open", {"name": "x", "total_amount": "1"}, "edit"),
    "delete": ("with draft", {}, "edit"),
}
QUOTE_COMMANDS = {
    "edit": ("with draft", {"name": "x", "total_amount": "1"}, "edit"),
    "activate": ("with draft", {}, "edit"),
    "win": ("with active", {}, "edit"),
    "close": ("with active", END, "edit"),
    "revise": ("with active", {}, "edit"),
    "delete": ("with draft", {}, "edit"),
}


def test_every_command_has_its_row() -> None:
    assert set(OPPORTUNITY_COMMANDS) | {"assign"} == set(OFFERS)
    assert set(QUOTE_COMMANDS) == set(QUOTE_OFFERS)


def assert_command(
    organization: Organization, role: str, record: Any, key: str, url: str, typed: dict[str, str], *, allowed: bool
) -> None:
    """Offered and done; or disabled, and neither its page nor what is sent around it does any more."""
    client, reason = organization.browser(role), organization.commands(role, record)[key]
    assert bool(reason) == (not allowed)
    with taken_back() as block:
        sent = client.post(url, typed)
        assert sent.status_code == (302 if allowed else 403), text_of(sent)
        assert block.wrote() == allowed
    if not allowed:
        opened = client.get(url, headers=HTMX)
        assert opened.status_code == 403
        assert reason in text_of(opened)


@pytest.mark.parametrize("role", ROLES[:-1])
@pytest.mark.parametrize("key", OPPORTUNITY_COMMANDS)
def test_pages_of_opportunities(organization: Organization, key: str, role: str) -> None:
    kind, typed, right = OPPORTUNITY_COMMANDS[key]
    for relation in RELATIONS:
        opportunity = organization.opportunity(role, relation, kind)
        url = reverse(OPPORTUNITY_URLS[key], args=[opportunity.pk])
        values = typed | ({"owner": str(opportunity.owner_id)} if key == "edit" else {})
        assert_command(organization, role, opportunity, key, url, values, allowed=may(role, right, relation))


@pytest.mark.parametrize("role", ROLES[:-1])
@pytest.mark.parametrize("key", QUOTE_COMMANDS)
def test_pages_of_quotes(organization: Organization, key: str, role: str) -> None:
    kind, typed, right = QUOTE_COMMANDS[key]
    for relation in RELATIONS:
        quote = organization.quote(role, relation, kind)
        url = reverse(f"quote-{key}", args=[quote.pk])
        assert_command(organization, role, quote, key, url, typed, allowed=may(role, right, relation))


@pytest.mark.parametrize("role", ROLES[:-1])
def test_pages_assign(organization: Organization, role: str) -> None:
    """The command is offered where there is somebody to assign to; others are no choice of the form."""
    client = organization.browser(role)
    for relation in RELATIONS:
        opportunity = organization.opportunity(role, relation, "open")
        choices = {new: may_assign(role, relation, new) for new in RELATIONS if new != relation}
        reason = organization.commands(role, opportunity)["assign"]
        assert bool(reason) == (not any(choices.values()))
        for new, allowed in choices.items():
            with taken_back() as block:
                url = reverse("opportunity-assign", args=[opportunity.pk])
                sent = client.post(url, {"owner": str(organization.owners[role, new].pk)})
                assert (sent.status_code == 302) == allowed, (relation, new)
                assert block.wrote() == allowed


@pytest.mark.parametrize("role", ROLES[:-1])
def test_pages_make_opportunities_for_owners(organization: Organization, role: str) -> None:
    client = organization.browser(role)
    may_create = any(may(role, "create", relation) for relation in RELATIONS)
    assert client.get(reverse("opportunity-new")).status_code == (200 if may_create else 403)
    for relation in RELATIONS:
        typed = OPPORTUNITY_COMMANDS["edit"][1] | {"owner": str(organization.owners[role, relation].pk)}
        with taken_back() as block:
            sent = client.post(reverse("opportunity-new"), typed)
            assert (sent.status_code == 302) == may(role, "create", relation)
            assert block.wrote() == may(role, "create", relation)


# the kind of the records, what is typed, the right
BULK_PAGES = {
    "close-as-won": ("open", {"status_reason": "3", "actual_revenue": "1"}, "edit"),
    "close-as-lost": ("open", {"status_reason": "4"}, "edit"),
    "reopen": ("won", {"status_reason": "1"}, "reopen"),
    "close-quotes": ("with draft", END, "edit"),
}


def assert_run(organization: Organization, role: str, key: str, ids: dict[str, Any], typed: Any, allowed: Any) -> None:
    """A run that was sent around the page of its commands does what is allowed of each row, and no more."""
    sent = {"bulk-step": "run", "bulk-ids": ",".join(map(str, ids.values())), **typed}
    with taken_back() as block:
        page: Any = organization.browser(role).post(reverse(f"opportunities-bulk-{key}"), sent, follow=True)
        assert block.wrote() == bool(allowed)
    if not allowed:
        assert page.status_code == 403
        return
    done = {row.pk for row in page.context["rows"] if row.fate == "done"}
    assert done == {ids[relation] for relation in allowed}


def test_every_verb_on_many_has_its_row() -> None:
    assert {*BULK_PAGES, "assign"} == set(KEYS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("key", BULK_PAGES)
def test_pages_of_many(organization: Organization, key: str, role: str) -> None:
    kind, typed, right = BULK_PAGES[key]
    ids = {each: organization.opportunity(role, each, kind).pk for each in RELATIONS}
    assert_run(organization, role, key, ids, typed, [each for each in RELATIONS if may(role, right, each)])


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_many_assign(organization: Organization, role: str) -> None:
    """To the actor himself, whom each role that assigns may choose."""
    others = [each for each in RELATIONS if each != "own"]
    ids = {each: organization.opportunity(role, each, "open").pk for each in others}
    typed = {"owner": str(organization.actors[role].pk)}
    assert_run(organization, role, "assign", ids, typed, [each for each in others if may_assign(role, each, "own")])


@pytest.mark.parametrize("role", ROLES)
def test_exports_hold_what_may_be_read(organization: Organization, role: str) -> None:
    answer: Any = organization.browser(role).get(reverse("opportunities"), {"view": "all", "export": "raw"})
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    owners = {line["owner"] for line in lines}
    shown = [each for each in RELATIONS if organization.owners[role, each].username in owners]
    assert shown == [each for each in RELATIONS if may(role, "read", each)]


@pytest.mark.parametrize("role", ROLES)
def test_the_search_finds_what_may_be_read(organization: Organization, role: str) -> None:
    record: Any = organization.account
    told = organization.browser(role).get(reverse("search"), {"q": "contoso"}).content.decode()
    assert (f'href="{reverse("account", args=[record.pk])}"' in told) == ("read" in RECORDS[role][0])


@pytest.mark.parametrize("kind", ["open", "with draft"])
def test_pages_show_nothing_to_whom_has_no_role(organization: Organization, kind: str) -> None:
    client = organization.browser("")
    for relation in RELATIONS:
        opportunity = organization.opportunity("", relation, kind)
        assert client.get(opportunity.get_absolute_url()).status_code == 404
        assert client.post(reverse("opportunity-close-as-lost", args=[opportunity.pk])).status_code == 404


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("deal", [{"deal_stage": "Engaging"}, {"deal_stage": "Won", "close_date": "2026-01-05"}])
def test_files_bring_deals_of_owners(
    organization: Organization, tmp_path: Any, role: str, deal: dict[str, str]
) -> None:
    """A closed deal is made and closed, each with its own right."""
    rights = ("create",) if deal["deal_stage"] == "Engaging" else ("create", "edit")
    blank = {"product": "x", "account": "", "engage_date": "", "close_date": "", "close_value": ""}
    value = {"close_value": "1"} if "close_date" in deal else {}
    rows = [
        {"opportunity_id": each, "sales_agent": organization.owners[role, each].name, **blank, **deal, **value}
        for each in RELATIONS
    ]
    folder = write_folder(tmp_path, *rows, sales_teams="", accounts="", products="")
    allowed = [each for each in RELATIONS if all(may(role, right, each) for right in rights)]
    with taken_back() as block:
        told = run_import(folder, "--actor", organization.actors[role].username)
        assert block.wrote() == bool(allowed)
    if any(may(role, "create", each) for each in RELATIONS):
        assert len(told.bad) == len(RELATIONS) - len(allowed)
    assert (told.error == "") == (allowed == [*RELATIONS])
