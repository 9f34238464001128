"""Views of one's own: a list with its filters, search, order and columns, kept under a name."""

from __future__ import annotations

from uuid import UUID

import pytest

from crm import own_lists
from crm.models import SavedView
from crm.own_lists import SaveRequest, arrange_views, canonical, change_query, save_view, set_columns
from tests.expect import invalid, refused_by
from tests.factories import make_opportunity
from tests.pages.html import column_labels, elements, text_of, titles
from tests.pages.reading import errors_of

pytestmark = pytest.mark.django_db
LIST = "/opportunities/"


@pytest.fixture
def client(browse, rep):
    return browse(rep)


@pytest.fixture
def save(client):
    """`save("Hot", view="open", rating="hot")` saves the list of that address under the name."""

    def saved(name, *, replace=False, default=False, **query):
        typed = {"name": name} | ({"replace": "on"} if replace else {}) | ({"is_default": "on"} if default else {})
        query_string = "&".join(f"{key}={value}" for key, value in (query | {"edit": "save-view"}).items())
        return client.post(f"{LIST}?{query_string}", typed)

    return saved


@pytest.fixture
def kept(rep):
    """`kept("Hot", query="view=open&rating=hot")` without a page."""

    def keep(name, *, query="view=open", user=rep, **values):
        return save_view("opportunities", SaveRequest(name=name, query=query, **values), actor=user)

    return keep


def own_links(response):
    return {link.label: link.url for link in response.context["own_views"]}


def test_a_view_is_saved_with_all_that_the_list_shows(client, save, rep):
    set_columns("opportunities", "open", ["topic", "owner"], actor=rep)
    make_opportunity(rep, topic="Alpha", rating=1)
    make_opportunity(rep, topic="Beta alpha", rating=1)
    make_opportunity(rep, topic="Alpha too", rating=2)
    response = save("Hot alphas", rating="hot", search="alpha", ordering="-topic", cursor="")
    assert response.status_code == 302
    expected = "columns=topic,owner&ordering=-topic&rating=hot&search=alpha&view=open"
    assert response["Location"] == f"{LIST}?{expected}"
    set_columns("opportunities", "open", [], actor=rep)
    shown = client.get(response["Location"])
    assert titles(shown) == ["Beta alpha", "Alpha"]
    assert column_labels(shown) == ["Topic", "Owner"]
    assert "The view “Hot alphas” was saved." in text_of(shown)


def test_it_stands_among_the_views_and_names_the_list_that_it_shows(client, kept):
    view = kept("Hot ones", query="rating=hot&view=open")
    response = client.get(LIST, {"view": "open"})
    assert own_links(response) == {"Hot ones": f"{LIST}?{view.query}"}
    assert response.context["title"] == "Open Opportunities"
    shown = client.get(f"{LIST}?view=open&rating=hot&page_size=10")
    assert shown.context["title"] == "Hot ones"
    assert [link["href"] for link in elements(shown, "a", aria_current="true") if "rating" in link["href"]] == [
        f"{LIST}?{view.query}"
    ]


def test_views_are_the_users_own_and_the_lists_own(browse, client, kept, teammate):
    kept("Mine")
    assert own_links(browse(teammate).get(LIST)) == {}
    assert own_links(client.get("/quotes/")) == {}


def test_a_name_is_given_once_and_may_be_replaced(save, kept, rep):
    kept("Hot")
    response = save("  hot ", rating="hot")
    assert response.status_code == 400
    assert "You have a view of this name." in errors_of(response)["name"]
    assert save("HOT", rating="hot", replace=True).status_code == 302
    (view,) = SavedView.objects.filter(user=rep)
    assert view.name == "HOT"
    assert "rating=hot" in view.query


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_has_from_1_to_100_characters(save, name):
    response = save(name)
    assert response.status_code == 400
    assert list(errors_of(response)) == ["name"]
    assert not SavedView.objects.exists()


def test_a_list_that_cannot_be_shown_cannot_be_saved(client, save):
    assert save("Wrong", rating="lukewarm").status_code == 400
    assert client.get(LIST, {"rating": "lukewarm", "edit": "save-view"}).status_code == 400
    assert not SavedView.objects.exists()


def test_there_is_a_limit_but_not_for_replacing(save, kept, monkeypatch):
    monkeypatch.setattr(own_lists, "MOST_VIEWS", 2)
    kept("One")
    kept("Two")
    assert "You have 2 views" in errors_of(save("Three"))["name"]
    assert save("Two", replace=True).status_code == 302


def test_a_list_with_too_long_an_address_is_refused(save):
    competitors = ",".join([str(UUID(int=0))] * 120)
    assert "too many filters" in errors_of(save("Long", competitor=competitors))["name"]


def test_columns_do_not_make_it_too_long_either(kept, rep):
    view = kept("Mine")
    with invalid(name="too many filters"):
        change_query(view.pk, "x" * 4001, actor=rep)


def test_the_list_begins_with_the_default_view(client, save, rep):
    make_opportunity(rep, topic="Cold one", rating=3)
    make_opportunity(rep, topic="Hot one", rating=1)
    address = save("Hot", rating="hot", default=True)["Location"]
    assert client.get(LIST)["Location"] == address
    assert titles(client.get(LIST, follow=True)) == ["Hot one"]
    everything = client.get(address).context["clear_url"]
    assert set(titles(client.get(everything))) == {"Cold one", "Hot one"}


def test_one_view_at_most_is_the_default(save, rep):
    save("First", rating="hot", default=True)
    save("Second", rating="cold", default=True)
    assert [view.name for view in SavedView.objects.filter(is_default=True)] == ["Second"]
    save("Second", rating="cold", replace=True)
    assert not SavedView.objects.filter(is_default=True).exists()


def test_editing_columns_changes_the_saved_view_that_is_shown(client, kept, rep):
    view = kept("Mine", query="columns=topic,owner&view=open")
    response = client.post(f"{LIST}?{view.query}&edit=columns", {"order": ["owner", "topic"], "shown": ["owner"]})
    view.refresh_from_db()
    assert view.query == "columns=owner,topic&view=open"
    assert client.get(response["Location"]).context["title"] == "Mine"


class TestManaging:
    @pytest.fixture
    def views(self, kept):
        return [kept("One"), kept("Two", query="view=won", is_default=True), kept("Three", query="view=lost")]

    @pytest.fixture
    def send(self, client, views):
        """The form as it is shown, with changes by field."""

        def sent(**changes):
            form = {f"name-{view.pk}": view.name for view in views} | {"default": str(views[1].pk)}
            return client.post(f"{LIST}?edit=views", form | changes)

        return sent

    def names(self):
        return {view.name for view in SavedView.objects.all()}

    def test_views_are_renamed_and_deleted(self, send, views):
        response = send(**{f"name-{views[0].pk}": " Uno ", f"delete-{views[2].pk}": "on"})
        assert response["Location"] == f"{LIST}?view=open"
        assert self.names() == {"Uno", "Two"}

    def test_two_may_exchange_their_names(self, send, views):
        assert send(**{f"name-{views[0].pk}": "Two", f"name-{views[1].pk}": "One"}).status_code == 302
        assert SavedView.objects.get(name="One").pk == views[1].pk

    def test_no_two_get_the_same_name(self, send, views):
        response = send(**{f"name-{views[0].pk}": "two"})
        assert response.status_code == 400
        assert set(errors_of(response)) == {f"name-{view.pk}" for view in views[:2]}
        assert self.names() == {"One", "Two", "Three"}

    def test_the_name_of_a_deleted_one_is_free(self, send, views):
        assert send(**{f"name-{views[0].pk}": "Two", f"delete-{views[1].pk}": "on"}).status_code == 302
        assert self.names() == {"Two", "Three"}

    def test_the_default_is_chosen_and_taken_back(self, client, send, views):
        send(default=str(views[2].pk))
        assert client.get(LIST)["Location"] == f"{LIST}?view=lost"
        send(default="")
        assert client.get(LIST).status_code == 200

    def test_a_deleted_default_is_none(self, client, send, views):
        send(**{f"delete-{views[1].pk}": "on"})
        assert client.get(LIST).status_code == 200

    def test_nobody_manages_those_of_others(self, views, kept, teammate):
        theirs = kept("Theirs", user=teammate)
        arrange_views(
            "opportunities", {views[0].pk: "Stolen"}, deleted={views[1].pk}, default=views[2].pk, actor=teammate
        )
        assert self.names() == {"One", "Two", "Three", "Theirs"}
        assert SavedView.objects.get(is_default=True) == views[1]
        assert not SavedView.objects.get(pk=theirs.pk).is_default


def test_the_database_holds_one_name_and_one_default(rep, kept):
    kept("One", is_default=True)
    with refused_by("saved_view_name"):
        SavedView.objects.create(user=rep, list_name="opportunities", name="ONE", query="view=won")
    with refused_by("saved_view_one_default"):
        SavedView.objects.create(user=rep, list_name="opportunities", name="Two", query="view=won", is_default=True)


def test_a_list_is_known_again_however_its_address_is_written(rf):
    one = rf.get("/?rating=hot&cursor=x&search=a+b&columns=a%2Cb").GET
    other = rf.get("/?columns=a,b&search=a%20b&rating=hot&view=open&page_size=3&count=true").GET
    assert canonical(one, "open") == canonical(other, "open") == "columns=a,b&rating=hot&search=a%20b&view=open"


def test_the_editors_work_in_danish(browse, rep, kept):
    kept("Mine")
    rep.language = "da"
    rep.save(update_fields=["language"])
    for dialog, word in (
        ("save-view", "Gem visning som"),
        ("views", "Mine visninger"),
        ("columns", "Rediger kolonner"),
    ):
        assert word in text_of(browse(rep).get(LIST, {"edit": dialog}))


def test_an_unknown_editor_is_refused(client):
    assert client.get(LIST, {"edit": "nonsense"}).status_code == 400
