"""Reading: the whole organization to each role, nothing without. Changing: tests/contracts/test_rights.py."""

import pytest

from tests.factories import close_won, make_account, make_competitor, make_opportunity, make_quote


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


def test_everyone_reads_himself_and_each_role_the_status_reasons(people, api):
    for name, user in people.items():
        assert api(user).get("users/me/").status_code == 200
        assert api(user).get("status-reasons/1/").status_code == (404 if name == "nobody" else 200)
