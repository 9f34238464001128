"""The columns of a list: chosen and ordered by each user for each view, on the page and in the file."""

from __future__ import annotations

import csv
import io

import pytest

from crm.models import ListLayout
from crm.own_lists import columns_of, set_columns
from crm.selection import ids_in_list
from opportunities.list_views import OPPORTUNITY_COLUMNS
from opportunities.lists import OPPORTUNITIES
from tests.factories import make_account, make_opportunity, make_quote
from tests.pages.html import column_labels, elements, text_of

pytestmark = pytest.mark.django_db
LIST = "/opportunities/"
EDITOR = f"{LIST}?view=won&edit=columns"


@pytest.fixture
def page(browse, rep):
    client = browse(rep)
    return lambda address=LIST, **query: client.get(address, query)


@pytest.fixture
def send(browse, rep):
    """`send(shown=["owner"], order=["owner", "topic"])` sends the form of the editor."""
    client = browse(rep)
    return lambda address=EDITOR, **typed: client.post(address, typed)


@pytest.fixture
def won(rep):
    return make_opportunity(rep, topic="Won one", state="won")


def orders(response):
    """The columns in the order of the form, and those that are ticked."""
    ticked = [box["value"] for box in elements(response, "input", name="shown") if "checked" in box]
    return [field["value"] for field in elements(response, "input", name="order")], ticked


def test_the_editor_offers_every_column_and_begins_with_those_of_the_view(page):
    order, ticked = orders(page(view="won", edit="columns"))
    assert ticked == list(OPPORTUNITIES.views["won"].columns)
    assert order[: len(ticked)] == ticked
    assert set(order) == set(OPPORTUNITY_COLUMNS)


def test_it_keeps_columns_and_order_for_the_view(page, send, won):
    response = send(shown=["owner", "currency"], order=["currency", "topic", "owner", "account"])
    assert response["Location"] == f"{LIST}?view=won"
    assert column_labels(page(view="won")) == ["Currency", "Topic", "Owner"]
    assert "Account" in column_labels(page(view="all"))


def test_they_are_the_users_own(browse, send, teammate, won):
    send(shown=["owner"], order=["topic", "owner"])
    assert len(column_labels(browse(teammate).get(LIST, {"view": "won"}))) == len(OPPORTUNITIES.views["won"].columns)


def test_the_file_has_them_too(page, send, won):
    send(shown=["owner", "forecast_category"], order=["owner", "topic", "forecast_category"])
    text = page(view="won", export="raw").getvalue().decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text))) == ["id", "owner", "topic", "forecast_category"]


def test_reset_shows_those_of_the_view_again(page, send, won):
    send(shown=["owner"], order=["topic", "owner"])
    send(shown=["owner"], order=["topic", "owner"], reset="1")
    assert not ListLayout.objects.exists()
    assert len(column_labels(page(view="won"))) == len(OPPORTUNITIES.views["won"].columns)


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ("up:owner", ["owner", "topic", "account"]),
        ("down:topic", ["owner", "topic", "account"]),
        ("up:topic", ["topic", "owner", "account"]),
        ("sideways:owner", ["topic", "owner", "account"]),
        ("up:nonsense", ["topic", "owner", "account"]),
    ],
)
def test_moving_shows_the_form_anew_and_stores_nothing(send, move, expected):
    order, ticked = orders(send(shown=["owner"], order=["topic", "owner", "account"], move=move))
    assert order[:3] == expected
    assert set(ticked) == {"topic", "owner"}
    assert not ListLayout.objects.exists()


def test_the_column_that_leads_to_the_record_is_always_there(page, send, won):
    assert elements(page(view="won", edit="columns"), "input", name="shown", value="topic", disabled="")
    send(shown=["owner"], order=["owner", "account"])
    assert column_labels(page(view="won")) == ["Owner", "Topic"]


def test_what_is_no_column_is_left_out(page, send, won):
    send(shown=["owner", "secret"], order=["secret", "owner", "owner", "topic"])
    assert column_labels(page(view="won")) == ["Owner", "Topic"]


def test_a_column_that_is_gone_since_is_left_out(page, rep, won):
    set_columns("opportunities", "won", ["topic", "abolished"], actor=rep)
    assert column_labels(page(view="won")) == ["Topic"]


def test_an_address_may_name_the_columns(page, send, won):
    set_columns_address = f"{LIST}?view=won&columns=owner,topic"
    response = page(set_columns_address)
    assert column_labels(response) == ["Owner", "Topic"]
    assert elements(response, "a", href=f"{LIST}?view=won&columns=owner,topic&ordering=owner")
    changed = send(f"{set_columns_address}&edit=columns", shown=["owner"], order=["topic", "owner"])
    assert changed["Location"] == f"{LIST}?view=won&columns=topic,owner"
    assert not ListLayout.objects.exists()


@pytest.mark.parametrize("columns", ["nonsense", "topic,topic", "topic,", ["topic", "owner"]])
def test_columns_that_do_not_exist_are_refused(page, won, columns):
    response = page(view="won", columns=columns)
    assert response.status_code == 400
    assert "Enter some of these" in text_of(response)


def test_chosen_rows_do_not_depend_on_columns(page, rep, won):
    response = page(view="won", columns="topic,owner")
    (shown,) = elements(response, "section", id="list")
    assert shown["data-scope"] == f"{rep.pk} {LIST}?view=won"
    (query,) = elements(response, "input", name="bulk-query")
    assert query["value"] == "view=won&columns=topic%2Cowner"
    assert ids_in_list(OPPORTUNITIES, "view=won&columns=topic%2Cowner", rep, default_view="open") == [won.pk]


@pytest.mark.parametrize("address", ["/quotes/", "/accounts/", "/competitors/"])
def test_every_list_has_its_editor(browse, rep, address):
    client = browse(rep)
    order, __ = orders(client.get(address, {"edit": "columns"}))
    client.post(f"{address}?edit=columns", {"order": order[::-1], "shown": order})
    assert columns_of(address.strip("/"), "all", rep) == order[::-1]
    make_quote(make_opportunity(rep, account=make_account()))
    for name in order:
        assert client.get(address, {"columns": name}).status_code == 200


def test_one_must_be_signed_in(client):
    assert client.get(EDITOR).status_code == 302
    assert client.post(EDITOR, {"order": ["topic"]}).status_code == 401
    assert not ListLayout.objects.exists()
