"""Defining custom close fields: who may, what is refused, and what the audit tells."""

from __future__ import annotations

import json

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry

from opportunities.actions import change_close_field, check_close, create_close_field, delete_close_field
from opportunities.close_fields.kinds import FieldType
from opportunities.models import CloseField, Outcome
from tests import expect
from tests.factories import close_won, make_opportunity

pytestmark = pytest.mark.django_db

PRICE = {"value": "price", "label_en": "Price", "label_da": "Pris"}
WHY = {"name": "why", "type": "choice", "label_en": "Why", "label_da": "Hvorfor", "choices": [PRICE]}


def test_a_new_field_is_asked_for_at_once(admin, rep):
    create_close_field(WHY | {"required": True, "label_en": " Why "}, actor=admin)
    field = check_close(make_opportunity(rep).pk, Outcome.WON, actor=rep).fields[-1]
    assert (field["name"], field["label"], field["required"]) == ("why", "Why", True)


@pytest.mark.parametrize("who", ["rep", "member", "manager", "vp"])
def test_only_administrators_define(people, admin, who):
    create_close_field(WHY, actor=admin)
    with expect.refused("permission_denied"):
        create_close_field(WHY | {"name": "other"}, actor=people[who])
    with expect.refused("permission_denied"):
        change_close_field("why", {"required": True}, actor=people[who])
    with expect.refused("permission_denied"):
        delete_close_field("why", actor=people[who])
    assert CloseField.objects.get().required is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Why"}, "name"), ({"name": "1st"}, "name"), ({"name": ""}, "name"), ({"name": "x" * 51}, "name"),
        ({"name": "why\n"}, "name"),
        ({"type": "money", "choices": []}, "type"), ({"label_en": " "}, "label_en"), ({"label_da": ""}, "label_da"),
        ({"help_en": "x" * 301}, "help_en"), ({"shown_on": 3}, "shown_on"), ({"order": 40_000}, "order"),
        ({"choices": []}, "choices"), ({"choices": [PRICE, PRICE]}, "choices"),
        ({"choices": [PRICE | {"value": ""}]}, "choices"), ({"choices": [PRICE | {"label_da": "x" * 101}]}, "choices"),
        ({"type": "text"}, "choices"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused(admin, wrong, field):
    with expect.invalid(**{field: 1}):
        create_close_field(WHY | wrong, actor=admin)


def test_a_name_is_given_once(admin):
    create_close_field(WHY, actor=admin)
    with expect.refused("invalid", nothing_changed=False) as caught:
        create_close_field(WHY, actor=admin)
    assert list(caught.value.errors) == ["name"]


@pytest.mark.parametrize("changes", [{"name": "other"}, {"type": "text", "choices": []}])
def test_name_and_type_stay(admin, changes):
    create_close_field(WHY, actor=admin)
    with expect.invalid(**{next(iter(changes)): 1}):
        change_close_field("why", changes, actor=admin)


def test_one_with_values_is_retired_and_not_deleted(admin, rep):
    create_close_field(WHY, actor=admin)
    create_close_field(WHY | {"name": "unused", "type": FieldType.DATE, "choices": []}, actor=admin)
    close_won(make_opportunity(rep), custom={"why": "price"})
    with expect.refused("in_use"):
        delete_close_field("why", actor=admin)
    delete_close_field("unused", actor=admin)
    change_close_field("why", {"active": False}, actor=admin)
    assert list(CloseField.objects.values_list("name", "active")) == [("why", False)]


def test_what_is_not_there_is_not_found(admin):
    with expect.refused("not_found"):
        change_close_field("other", {}, actor=admin)
    with expect.refused("not_found"):
        delete_close_field("other", actor=admin)


def test_each_deed_is_audited_with_before_and_after(admin):
    create_close_field(WHY, actor=admin)
    change_close_field("why", {"label_en": "Reason"}, actor=admin)
    change_close_field("why", {"label_en": "Reason"}, actor=admin)
    delete_close_field("why", actor=admin)
    entries = LogEntry.objects.order_by("pk")
    assert [(entry.user_id, entry.object_id, entry.action_flag) for entry in entries] == [
        (admin.pk, "why", flag) for flag in (ADDITION, CHANGE, DELETION)
    ]
    assert json.loads(entries[1].change_message) == {"label_en": ["Why", "Reason"]}
