"""What is to go says so in each answer, long before: as integrators were promised."""

from datetime import date

import pytest
from drf_spectacular.generators import SchemaGenerator

from crm.api.deprecation import Deprecation
from opportunities.api.events import EventFeedViewSet

GOING = Deprecation(since=date(2026, 11, 21), sunset=date(2027, 11, 21))


@pytest.fixture
def going(monkeypatch):
    monkeypatch.setattr(EventFeedViewSet, "deprecations", {"read_events": GOING})


def test_each_answer_tells_since_when_and_until_when(rep, api, going):
    for query in ("", "?after=wrong"):
        answer = api(rep).get(f"events/{query}")
        assert answer["Deprecation"] == "@1795219200"
        assert answer["Sunset"] == "Sun, 21 Nov 2027 00:00:00 GMT"
        assert answer["Link"] == '</help/api-versions/>; rel="deprecation"; type="text/html"'


def test_others_do_not(rep, api, going):
    assert "Deprecation" not in api(rep).get("users/me/")


def test_the_description_marks_it(going):
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert [path for path, methods in paths.items() for each in methods.values() if each.get("deprecated")] == [
        "/api/v1/events/"
    ]


def test_nothing_goes_sooner_than_promised():
    with pytest.raises(ValueError, match="365 days"):
        Deprecation(since=date(2026, 11, 21), sunset=date(2027, 11, 20))
