"""The table of rights over the API: who may do what to a record of the rep, written out by hand."""

import pytest

from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote

PEOPLE = ("rep", "teammate", "member", "manager", "stranger", "vp", "admin", "nobody")
#               rep  teammate member manager stranger vp  admin nobody
READ = dict(zip(PEOPLE, (200, 200, 200, 200, 200, 200, 200, 404), strict=True))
CHANGE = dict(zip(PEOPLE, (200, 200, 403, 200, 403, 200, 200, 404), strict=True))
CREATE_OWN = dict(zip(PEOPLE, (201, 201, 403, 201, 201, 201, 201, 403), strict=True))
CREATE_FOR_REP = dict(zip(PEOPLE, (201, 403, 403, 201, 403, 201, 201, 403), strict=True))
ACCOUNTS = dict(zip(PEOPLE, (201, 201, 403, 201, 201, 201, 201, 403), strict=True))
EDIT_ACCOUNT = dict(zip(PEOPLE, (200, 200, 403, 200, 200, 200, 200, 404), strict=True))
COMPETITORS = dict(zip(PEOPLE, (403, 403, 403, 201, 403, 201, 201, 403), strict=True))
EDIT_COMPETITOR = dict(zip(PEOPLE, (403, 403, 403, 200, 403, 200, 200, 404), strict=True))
DELETE_EITHER = dict(zip(PEOPLE, (403, 403, 403, 403, 403, 403, 204, 404), strict=True))


def changing(done):
    return {name: done if status == 200 else status for name, status in CHANGE.items()}


def a_quote(state):
    return lambda rep: f"quotes/{make_quote(make_opportunity(rep), state).pk}/"


def an_opportunity(rep):
    return f"opportunities/{make_opportunity(rep).pk}/"


def a_closed_opportunity(rep):
    return f"opportunities/{close_won(make_opportunity(rep)).opportunity.pk}/"


def an_account(rep):
    return f"accounts/{make_account().pk}/"


def a_competitor(rep):
    return f"competitors/{make_competitor().pk}/"


LOST = {"status_reason": "lost"}
# what is made for the rep, the method, what follows its address, the body, who may
TABLE = {
    "read": (an_opportunity, "get", "", None, READ),
    "read timeline": (an_opportunity, "get", "timeline/", None, READ),
    "read activities": (an_opportunity, "get", "activities/", None, READ),
    "check": (an_opportunity, "get", "close-check/?outcome=won", None, READ),
    "edit": (an_opportunity, "patch", "", {"topic": "x"}, CHANGE),
    "close as won": (an_opportunity, "post", "close-as-won/", {}, CHANGE),
    "close as lost": (an_opportunity, "post", "close-as-lost/", {}, CHANGE),
    "reopen": (a_closed_opportunity, "post", "reopen/", {}, CHANGE),
    "close quotes": (an_opportunity, "post", "close-quotes/", LOST, CHANGE),
    "delete": (an_opportunity, "delete", "", None, changing(204)),
    "read quote": (a_quote("draft"), "get", "", None, READ),
    "edit quote": (a_quote("draft"), "patch", "", {"name": "x"}, CHANGE),
    "delete quote": (a_quote("draft"), "delete", "", None, changing(204)),
    "activate quote": (a_quote("draft"), "post", "activate/", {}, CHANGE),
    "win quote": (a_quote("active"), "post", "win/", {}, CHANGE),
    "close quote": (a_quote("active"), "post", "close/", LOST, CHANGE),
    "revise quote": (a_quote("active"), "post", "revise/", {}, changing(201)),
    "create": (lambda rep: "opportunities/", "post", "", {"topic": "x"}, CREATE_OWN),
    "create account": (lambda rep: "accounts/", "post", "", {"name": "x"}, ACCOUNTS),
    "read account": (an_account, "get", "", None, READ),
    "edit account": (an_account, "patch", "", {"name": "x"}, EDIT_ACCOUNT),
    "delete account": (an_account, "delete", "", None, DELETE_EITHER),
    "read competitor": (a_competitor, "get", "", None, READ),
    "edit competitor": (a_competitor, "patch", "", {"strengths": "x"}, EDIT_COMPETITOR),
    "delete competitor": (a_competitor, "delete", "", None, DELETE_EITHER),
    "read status reason": (lambda rep: "status-reasons/1/", "get", "", None, READ),
    "read me": (lambda rep: "users/me/", "get", "", None, dict.fromkeys(PEOPLE, 200)),
}


@pytest.mark.parametrize("deed", TABLE)
def test_the_table(deed, people, api):
    make, method, suffix, body, expected = TABLE[deed]
    found = {}
    for name in PEOPLE:
        path = make(people["rep"]) + suffix
        send = getattr(api(people[name]), method)
        answer = send(path) if body is None else send(path, body)
        found[name] = answer.status_code
    assert found == expected


def test_creating_for_another_owner(people, api):
    body = {"topic": "x", "owner": str(people["rep"].pk)}
    found = {name: api(people[name]).post("opportunities/", body).status_code for name in PEOPLE}
    assert found == CREATE_FOR_REP


def test_creating_competitors(people, api):
    found = {name: api(people[name]).post("competitors/", {"name": name}).status_code for name in PEOPLE}
    assert found == COMPETITORS


def test_assigning_needs_the_right_to_create_for_the_new_owner(people, api):
    def assign(name, owner):
        opportunity = make_opportunity(people["rep"])
        return api(people[name]).patch(f"opportunities/{opportunity.pk}/", {"owner": str(people[owner].pk)}).status_code

    assert assign("rep", "teammate") == 403
    assert assign("teammate", "teammate") == 200
    assert assign("manager", "teammate") == 200
    assert assign("manager", "stranger") == 403
    assert assign("vp", "stranger") == 200


def test_creating_quotes(people, api):
    def create(name):
        body = {"opportunity": str(make_opportunity(people["rep"]).pk), "name": "x", "total_amount": "1"}
        return api(people[name]).post("quotes/", body).status_code

    # Who may not read the opportunity names one that does not exist for him.
    assert {name: create(name) for name in PEOPLE} == changing(201) | {"nobody": 400}


@pytest.mark.parametrize(
    "records",
    [
        "opportunities",
        "quotes",
        "opportunity-closes",
        "quote-closes",
        "accounts",
        "competitors",
        "users",
        "status-reasons",
    ],
)
def test_lists_show_everything_to_a_role_and_nothing_without(people, api, records):
    close_won(make_opportunity(people["rep"], account=make_account(), competitors=[make_competitor().pk]))
    make_quote(make_opportunity(people["rep"]), "lost")
    assert api(people["member"]).get(f"{records}/").json()["results"]
    assert api(people["nobody"]).get(f"{records}/").json()["results"] == []
