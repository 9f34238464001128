"""What administrators set up: status reasons and custom close fields; to read."""

import re
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.answers import Answer
from crm.api.fields import WordField
from crm.api.views import ReadViewSet, found
from crm.keyset import OrderField
from crm.lists import ListDefinition, ListView
from crm.querysets import readable
from opportunities.close_fields.kinds import FieldType
from opportunities.filters import NoFilters
from opportunities.models import CloseField, ShownOn, State, StatusReason

_CODE = re.compile(r"[0-9]{1,9}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class StatusReasonAnswer(Answer):
    code = serializers.IntegerField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    state = WordField(State, read_only=True)
    order = serializers.IntegerField(read_only=True)
    active = serializers.BooleanField(read_only=True)
    is_default = serializers.BooleanField(read_only=True)
    requires_competitor = serializers.BooleanField(read_only=True)
    requires_description = serializers.BooleanField(read_only=True)


class ChoiceAnswer(Answer):
    value = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]


class CloseFieldAnswer(Answer):
    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    help = serializers.CharField(read_only=True)
    type = serializers.ChoiceField(FieldType.values, read_only=True)
    choices = serializers.SerializerMethodField()
    shown_on = WordField(ShownOn, read_only=True)
    required = serializers.BooleanField(read_only=True)  # type: ignore[assignment]
    order = serializers.IntegerField(read_only=True)
    active = serializers.BooleanField(read_only=True)

    @extend_schema_field(ChoiceAnswer(many=True, allow_null=True))
    def get_choices(self, field: CloseField) -> list[dict[str, Any]] | None:
        return field.offered_choices()


class StatusReasonViewSet(ReadViewSet):
    serializer_class = StatusReasonAnswer
    definition = ListDefinition(
        rows=lambda user: readable(StatusReason.objects.all(), user),
        filters=NoFilters,
        views={"all": ListView(_("All Status Reasons"), "state,order")},
        order_fields={"state": OrderField(F("state")), "order": OrderField(F("order"))},
    )
    id_type = OpenApiTypes.INT
    versioned = False

    @property
    def record_id(self) -> int:
        code = self.kwargs["pk"]
        return int(found(code if _CODE.fullmatch(code) else None))


class CloseFieldViewSet(ReadViewSet):
    serializer_class = CloseFieldAnswer
    definition = ListDefinition(
        rows=lambda user: readable(CloseField.objects.all(), user),
        filters=NoFilters,
        views={"all": ListView(_("All Close Fields"), "order")},
        order_fields={"order": OrderField(F("order"))},
    )
    id_type = OpenApiTypes.STR
    versioned = False

    @property
    def record_id(self) -> str:
        name = self.kwargs["pk"]
        return str(found(name if _NAME.fullmatch(name) else None))
