"""Opportunities and their close records as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.answers import Answer, ReasonRef, RecordRef, UserRef
from crm.api.fields import AmountField, TimeField, WordField
from crm.api.schema.refusals import FACT_SCHEMAS
from opportunities.api.custom import KeptValuesField
from opportunities.models import (
    ActivityStatus,
    ForecastCategory,
    Opportunity,
    OpportunityClose,
    Outcome,
    Rating,
    SalesStage,
    State,
)
from quotes.api.serializers import OpportunityRef, QuoteAnswer
from quotes.states import OPEN_STATES

FACT_SCHEMAS |= {
    "blocking_quotes": {"type": "array", "items": {"$ref": "#/components/schemas/BlockingQuoteAnswer"}},
    "closed_by": {"$ref": "#/components/schemas/UserRef"},
    "closed_at": {"type": "string", "format": "date-time"},
    "outcome": {"type": "string", "enum": [outcome.name.lower() for outcome in Outcome]},
}


class OpportunityAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    topic = serializers.CharField(read_only=True)
    account = RecordRef(read_only=True, allow_null=True)
    owner = UserRef(read_only=True)
    currency = serializers.CharField(read_only=True)
    estimated_revenue = AmountField(allow_null=True)
    estimated_close_date = serializers.DateField(read_only=True, allow_null=True)
    probability = serializers.IntegerField(read_only=True, allow_null=True)
    rating = WordField(Rating, read_only=True)
    sales_stage = WordField(SalesStage, read_only=True)
    description = serializers.CharField(read_only=True)
    state = WordField(State, read_only=True)
    status_reason = ReasonRef(read_only=True)
    forecast_category = WordField(ForecastCategory, read_only=True)
    actual_revenue = AmountField(allow_null=True)
    actual_close_date = serializers.DateField(read_only=True, allow_null=True)
    competitors = RecordRef(source="competitor_refs", read_only=True, many=True)
    open_quotes = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = TimeField()
    modified_at = TimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, opportunity: Opportunity) -> str:
        return self.context["request"].build_absolute_uri(opportunity.get_absolute_url())


class OpportunityCloseAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    type = serializers.ChoiceField(["opportunity_close"], read_only=True)
    opportunity = OpportunityRef(read_only=True)
    subject = serializers.CharField(read_only=True)
    outcome = WordField(Outcome, read_only=True)
    status_reason = serializers.SerializerMethodField()
    actual_revenue = AmountField(allow_null=True)
    currency = serializers.CharField(read_only=True)
    close_date = serializers.DateField(read_only=True)
    competitor = serializers.SerializerMethodField()
    description = serializers.CharField(read_only=True)
    custom = KeptValuesField(source="custom_values", read_only=True)
    activity_status = WordField(ActivityStatus, read_only=True)
    closed_by = UserRef(read_only=True)
    closed_at = TimeField()
    reopened_by = UserRef(read_only=True, allow_null=True)
    reopened_at = TimeField(allow_null=True)
    reopen_reason = serializers.CharField(read_only=True)

    @extend_schema_field(ReasonRef)
    def get_status_reason(self, close: OpportunityClose) -> dict[str, Any]:
        """As it was called when the opportunity was closed."""
        return {"code": close.status_reason_id, "label": close.status_reason_label}

    @extend_schema_field(RecordRef(allow_null=True))
    def get_competitor(self, close: OpportunityClose) -> dict[str, Any] | None:
        """As it was called when the opportunity was closed."""
        if close.competitor_id is None:
            return None
        return {"id": str(close.competitor_id), "name": close.competitor_name}


class ReopeningAnswer(Answer):
    opportunity = OpportunityAnswer(read_only=True)
    opportunity_close = OpportunityCloseAnswer(read_only=True)


class ClosingAnswer(ReopeningAnswer):
    closed_quotes = QuoteAnswer(read_only=True, many=True)


class ClosedQuotesAnswer(Answer):
    opportunity = OpportunityAnswer(read_only=True)
    closed_quotes = QuoteAnswer(source="quotes", read_only=True, many=True)


class RefusalAnswer(Answer):
    code = serializers.CharField(read_only=True)
    detail = serializers.CharField(read_only=True)


class BlockingQuoteAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    revision = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    state = serializers.ChoiceField([state.name.lower() for state in OPEN_STATES], read_only=True)
    total_amount = serializers.CharField(read_only=True)
    currency = serializers.CharField(read_only=True)


class FormFieldAnswer(Answer):
    name = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    help = serializers.CharField(read_only=True)
    type = serializers.CharField(read_only=True)
    required = serializers.BooleanField(read_only=True)  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.DictField(), read_only=True, allow_null=True)
    max_length = serializers.IntegerField(read_only=True, allow_null=True)
    custom = serializers.BooleanField(required=False)


class CloseDefaultsAnswer(Answer):
    status_reason = serializers.IntegerField(read_only=True)
    actual_revenue = serializers.CharField(read_only=True, allow_null=True)
    currency = serializers.CharField(read_only=True)
    close_date = serializers.DateField(read_only=True)


class CloseCheckAnswer(Answer):
    allowed = serializers.BooleanField(read_only=True)
    refusals = RefusalAnswer(read_only=True, many=True)
    blocking_quotes = BlockingQuoteAnswer(source="blocking_values", read_only=True, many=True)
    defaults = CloseDefaultsAnswer(read_only=True)
    fields = FormFieldAnswer(read_only=True, many=True)  # type: ignore[assignment]
