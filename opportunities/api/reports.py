"""Figures over many deals."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer
from crm.api.fields import AmountField
from crm.api.schema.parameters import SEARCH, filter_parameters
from crm.api.views import ApiViewSet
from opportunities.filters import OpportunityFilters
from opportunities.win_loss import GROUPINGS, USUAL, Group, read_report


class WorthAnswer(Answer):
    currency = serializers.CharField(read_only=True)
    won = AmountField()
    lost = AmountField()
    win_rate_by_value = serializers.IntegerField(source="percent", read_only=True, allow_null=True)


class FiguresAnswer(Answer):
    """Rates are percent, null where there is no deal."""

    won = serializers.IntegerField(source="rate.won", read_only=True)
    lost = serializers.IntegerField(source="rate.lost", read_only=True)
    win_rate = serializers.IntegerField(source="rate.percent", read_only=True, allow_null=True)
    amounts = WorthAnswer(source="rate.worths", many=True, read_only=True)
    average_days_to_close = serializers.FloatField(source="rate.average_days", read_only=True, allow_null=True)


class GroupRef(Answer):
    """One of `id`, `code` and `month`, as the grouping has it; null for the deals without one."""

    id = serializers.UUIDField(required=False, allow_null=True)
    code = serializers.IntegerField(required=False)
    month = serializers.CharField(required=False)
    label = serializers.CharField()  # type: ignore[assignment]


class _Named(Answer):
    group = serializers.SerializerMethodField()

    @extend_schema_field(GroupRef)
    def get_group(self, group: Group) -> dict[str, Any]:
        match group.key:
            case int() as code:
                return {"code": code, "label": group.label}
            case date() as month:
                return {"month": f"{month:%Y-%m}", "label": group.label}
            case UUID() | None as pk:
                return {"id": pk, "label": group.label}


class GroupAnswer(_Named, FiguresAnswer):
    """What the deals have in common, then their figures."""


class WinLossAnswer(Answer):
    group_by = serializers.ChoiceField(list(GROUPINGS), read_only=True)
    results = GroupAnswer(source="groups", many=True, read_only=True)
    total = FiguresAnswer(read_only=True)


_PARAMETERS = [
    OpenApiParameter("group_by", str, enum=list(GROUPINGS), default=USUAL),
    SEARCH,
    *filter_parameters(OpportunityFilters),
]


class ReportViewSet(ApiViewSet):
    serializer_class = WinLossAnswer
    versioned = False

    @extend_schema(parameters=_PARAMETERS)
    @action(detail=False, methods=["get"], url_path="win-loss")
    def win_loss(self, request: Request) -> Response:
        """Won and lost deals, by the closings that count, of the closed opportunities that the filters find."""
        return self.answer(read_report(request.query_params, self.actor))
