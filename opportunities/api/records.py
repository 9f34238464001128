"""Accounts, competitors and status reasons."""

import re
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer
from crm.api.bodies import Body
from crm.api.fields import LineField, TextField, TimeField, WordField
from crm.api.views import ReadViewSet, found
from crm.keyset import OrderField
from crm.lists import ListDefinition, ListView
from crm.models import User
from crm.permissions import may_read_anything
from opportunities import lists
from opportunities.actions import create_record, delete_record, edit_record
from opportunities.filters import NoFilters
from opportunities.models import Account, Competitor, State, StatusReason

_CODE = re.compile(r"[0-9]{1,9}")


class VersionedAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = TimeField()
    modified_at = TimeField()


class AccountAnswer(VersionedAnswer):
    external_id = serializers.CharField(read_only=True, allow_null=True)


class CompetitorAnswer(VersionedAnswer):
    website = serializers.CharField(read_only=True)
    key_product = serializers.CharField(read_only=True)
    strengths = serializers.CharField(read_only=True)
    weaknesses = serializers.CharField(read_only=True)
    opportunities = serializers.CharField(read_only=True)
    threats = serializers.CharField(read_only=True)


class StatusReasonAnswer(Answer):
    code = serializers.IntegerField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    state = WordField(State, read_only=True)
    order = serializers.IntegerField(read_only=True)
    active = serializers.BooleanField(read_only=True)
    is_default = serializers.BooleanField(read_only=True)
    requires_competitor = serializers.BooleanField(read_only=True)
    requires_description = serializers.BooleanField(read_only=True)


class AccountBody(Body):
    missing_is_judged_later = ("name",)

    name = LineField()
    external_id = LineField(required=False, allow_null=True, allow_blank=False)


class CompetitorBody(Body):
    missing_is_judged_later = ("name",)

    name = LineField()
    website = LineField(required=False)
    key_product = LineField(required=False)
    strengths = TextField(required=False)
    weaknesses = TextField(required=False)
    opportunities = TextField(required=False)
    threats = TextField(required=False)


class OrganizationRecordViewSet(ReadViewSet):
    """Records of the organization: all alike but for their fields."""

    model: ClassVar[Any]

    def create(self, request: Request) -> Response:
        record = create_record(self.model, self.read(), actor=self.actor)
        return self.created(record.pk, self.answer(record))

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.read()
        record = edit_record(self.model, self.record_id, changes, actor=self.actor, expected=self.expected)
        return self.answer(record)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_record(self.model, self.record_id, actor=self.actor, expected=self.expected)
        return Response(status=204)


class AccountViewSet(OrganizationRecordViewSet):
    model, serializer_class, definition = Account, AccountAnswer, lists.ACCOUNTS
    bodies = {"create": AccountBody, "partial_update": AccountBody}


class CompetitorViewSet(OrganizationRecordViewSet):
    model, serializer_class, definition = Competitor, CompetitorAnswer, lists.COMPETITORS
    bodies = {"create": CompetitorBody, "partial_update": CompetitorBody}


def _readable_reasons(user: User) -> Any:
    reasons = StatusReason.objects.all()
    return reasons if may_read_anything(user) else reasons.none()


STATUS_REASONS = ListDefinition(
    rows=_readable_reasons,
    filters=NoFilters,
    views={"all": ListView(_("All Status Reasons"), "state,order")},
    order_fields={"state": OrderField(F("state")), "order": OrderField(F("order"))},
)


class StatusReasonViewSet(ReadViewSet):
    serializer_class = StatusReasonAnswer
    definition = STATUS_REASONS
    id_type = OpenApiTypes.INT
    versioned = False

    @property
    def record_id(self) -> int:
        code = self.kwargs["pk"]
        return int(found(code if _CODE.fullmatch(code) else None))
