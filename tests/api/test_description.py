"""The OpenAPI description and the page to browse it."""

import io
import json
import re

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from jsonschema_rs import is_valid

from crm.api.parsers import parse_object
from crm.errors import PROBLEMS
from opportunities.close_fields.kinds import KINDS, FieldType
from opportunities.models import ShownOn
from tests.api.forms import OPPORTUNITY, QUOTE
from tests.described import copy, judge
from tests.factories import make_close_field


@pytest.fixture(scope="module")
def description():
    return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))


def test_it_is_generated_without_a_warning_and_the_copy_is_of_today(db):
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    assert json.loads(out.getvalue()) == copy(), "Renew docs/openapi.json (docs/developing.md), and look at the change."


def test_it_describes_every_path(description):
    patterns = {
        re.sub(r"\^|\$|\\Z", "", re.sub(r"\(\?P<pk>[^)]*\)", "{id}", f"/{route}"))
        for route in _routes(get_resolver().url_patterns, "")
        if route.startswith("api/v1/")
    }
    assert set(description["paths"]) == patterns


def _routes(patterns, prefix):
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        yield from _routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]


def test_it_shows_the_forms(description):
    schemas = description["components"]["schemas"]
    assert description["openapi"].startswith("3.1")
    assert list(schemas["OpportunityAnswer"]["properties"]) == OPPORTUNITY
    assert list(schemas["QuoteAnswer"]["properties"]) == QUOTE
    assert set(schemas["OpportunityPage"]["properties"]) == {"next", "previous", "results", "count"}
    assert schemas["OpportunityBodyRequest"]["required"] == ["topic"]
    assert schemas["OpportunityAnswer"]["properties"]["state"]["enum"] == ["open", "won", "lost"]
    assert set(schemas["Problem"]["properties"]["code"]["enum"]) == set(PROBLEMS)


class TestRefusals:
    def test_every_operation_names_its_own(self, description):
        closing = description["paths"]["/api/v1/opportunities/{id}/close-as-won/"]["post"]["responses"]
        assert set(closing) == {
            "200", "400", "401", "403", "404", "406", "409", "412", "415", "422", "429", "500", "503",
        }  # fmt: skip
        reading = description["paths"]["/api/v1/users/"]["get"]["responses"]
        assert set(reading) == {"200", "400", "401", "403", "406", "429", "500", "503"}
        codes = description["components"]["responses"][closing["409"]["$ref"].rpartition("/")[2]]
        assert set(codes["content"]["application/problem+json"]["examples"]) == {
            "idempotency_in_progress",
            "opportunity_already_closed",
            "opportunity_has_open_quotes",
        }

    def test_every_example_is_as_described(self, description):
        examples = description["components"]["examples"]
        assert set(examples) == set(PROBLEMS)
        for code, example in examples.items():
            judge(f"the example of {code}", "#/components/schemas/Problem", example["value"])
            assert example["value"]["code"] == code


def test_no_operation_has_the_name_of_another(description):
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)


def test_each_names_the_scope_that_a_token_needs(description):
    assert description["paths"]["/api/v1/quotes/{id}/win/"]["post"]["security"] == [
        {"token": ["close"]},
        {"session": []},
    ]
    assert "`admin`" in description["components"]["securitySchemes"]["token"]["description"]


def test_lists_and_verbs_name_their_parameters(description):
    def names(path, method):
        return {parameter["name"] for parameter in description["paths"][f"/api/v1/{path}"][method]["parameters"]}

    assert {"view", "search", "owner", "created_after", "cursor"} <= names("opportunities/", "get")
    assert {"If-Match", "id"} <= names("opportunities/{id}/close-as-won/", "post")
    assert "If-None-Match" in names("quotes/{id}/", "get")
    assert "If-Match" not in names("users/{id}/", "get")
    parameters = description["paths"]["/api/v1/opportunities/"]["get"]["parameters"]
    owner = next(parameter for parameter in parameters if parameter["name"] == "owner")
    assert owner["explode"] is False
    assert owner["schema"] == {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1}


class TestCloseFields:
    """They are described as the installation that is asked defines them."""

    @pytest.fixture
    def schemas(self, rep, api):
        make_close_field("budget", "decimal", required=True, shown_on=ShownOn.WON, help_en="Of the buyer.")
        make_close_field("next_step", "choice", options=("call", "visit"), label_da="Næste skridt")
        make_close_field("gone", "whole_number", active=False)

        def read(language="en"):
            return api(rep).get("/api/schema/", accept_language=language).json()["components"]["schemas"]

        return read

    def test_with_type_label_help_and_choices(self, schemas):
        won, lost = (schemas()[name] for name in ("CustomOfWon", "CustomOfLost"))
        assert (won["required"], won["additionalProperties"]) == (["budget"], False)
        assert won["properties"]["budget"] | {"anyOf": []} == {
            "title": "Budget",
            "description": "Of the buyer.",
            "anyOf": [],
        }
        choices = {"oneOf": [{"const": "call", "title": "Call"}, {"const": "visit", "title": "Visit"}]}
        assert lost["properties"] == {"next_step": {"title": "Next step", "anyOf": [choices, {"enum": [None, ""]}]}}
        assert "required" not in lost

    def test_in_the_readers_language(self, schemas):
        assert schemas("da")["CustomOfLost"]["properties"]["next_step"]["title"] == "Næste skridt"

    def test_what_is_required_requires_the_whole(self, schemas):
        assert schemas()["CloseAsWonBodyRequest"]["required"] == ["custom"]
        assert "required" not in schemas()["CloseAsLostBodyRequest"]

    def test_records_keep_retired_ones_too(self, schemas):
        assert set(schemas()["CustomKept"]["properties"]) == {"budget", "next_step", "gone"}

    def test_every_kind_takes_and_keeps_what_it_says(self):
        taken = {
            FieldType.TEXT: ["a", "a" * 300],
            FieldType.WHOLE_NUMBER: [-5, 10**15 - 1],
            FieldType.DECIMAL: ["-1234.5", "1000000000000", 0, 1.5],
            FieldType.DATE: ["2026-11-21"],
            FieldType.YES_NO: [True],
            FieldType.CHOICE: ["call"],
        }
        assert set(taken) == set(KINDS)
        for kind, values in taken.items():
            for value in values:
                kept = KINDS[kind].read(parse_object(json.dumps({"value": value}).encode())["value"], ["call"])
                assert is_valid(KINDS[kind].schema(), value)
                assert is_valid(KINDS[kind].kept_schema(), kept)
        assert not is_valid(KINDS[FieldType.TEXT].schema(), "a" * 301)
        assert not is_valid(KINDS[FieldType.DECIMAL].schema(), "1,5")


def test_it_is_yaml_too(rep, api):
    answer = api(rep).get("/api/schema/", accept="application/vnd.oai.openapi")
    assert yaml.safe_load(answer.content)["openapi"].startswith("3.1")


def test_it_is_read_by_those_who_are_signed_in(rep, api, browse, description):
    assert browse(rep).get("/api/schema/").json()["paths"].keys() == description["paths"].keys()
    assert api(rep).get("/api/docs/").status_code == 200
    for path in ("/api/schema/", "/api/docs/"):
        answer = api(None).get(path, accept="text/html,*/*")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
        assert answer.json()["code"] == "unauthenticated"


def test_the_page_lives_with_the_content_security_policy(rep, browse):
    answer = browse(rep).get("/api/docs/")
    page = answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "style=" not in page
    assert "<style" not in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    assert re.findall(r"<script>", page) == []
