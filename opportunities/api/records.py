"""Accounts and competitors."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer
from crm.api.bodies import Body, limits_of
from crm.api.fields import LineField, TextField, TimeField
from crm.api.views import ReadViewSet
from opportunities import lists
from opportunities.actions import create_record, delete_record, edit_record
from opportunities.models import Account, Competitor


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


class AccountBody(Body):
    missing_is_judged_later = ("name",)
    limits = limits_of(Account)

    name = LineField()
    external_id = LineField(required=False, allow_null=True, allow_blank=False)


class CompetitorBody(Body):
    missing_is_judged_later = ("name",)
    limits = limits_of(Competitor)

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
    refusals = {"destroy": ("in_use",)}

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
