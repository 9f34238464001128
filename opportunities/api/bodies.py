"""What the API takes to write opportunities and what stands around them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.bodies import Body, CustomField, VerbBody
from crm.api.fields import (
    DayField,
    IdField,
    LineField,
    MoneyField,
    TextField,
    WholeNumberField,
    WordField,
    YesNoField,
)
from opportunities.actions import MAX_ROWS
from opportunities.models import ForecastCategory, Outcome, Rating, SalesStage
from quotes.api.serializers import QuoteCloseBody
from quotes.states import CLOSE_REASONS, QuoteStatusReason


class OpportunityBody(Body):
    missing_is_judged_later = ("topic",)

    topic = LineField()
    account = IdField(required=False, allow_null=True)
    owner = IdField(required=False)
    currency = LineField(required=False)
    estimated_revenue = MoneyField(required=False, allow_null=True)
    estimated_close_date = DayField(required=False, allow_null=True)
    probability = WholeNumberField(required=False, allow_null=True)
    rating = WordField(Rating, required=False)
    sales_stage = WordField(SalesStage, required=False)
    description = TextField(required=False)
    competitors = serializers.ListField(child=IdField(), required=False)
    forecast_category = WordField(ForecastCategory, required=False)
    status_reason = WholeNumberField(required=False)


class CloseBody(VerbBody):
    status_reason = WholeNumberField(required=False, allow_null=True)
    actual_revenue = MoneyField(required=False, allow_null=True)
    currency = LineField(required=False, allow_null=True)
    close_date = DayField(required=False, allow_null=True)
    description = TextField(required=False, allow_null=True)
    competitor = IdField(required=False, allow_null=True)
    custom = CustomField(required=False, allow_null=True)
    close_quotes = WordField([QuoteStatusReason(reason) for reason in CLOSE_REASONS], required=False, allow_null=True)


class ReopenBody(VerbBody):
    status_reason = WholeNumberField(required=False, allow_null=True)
    reason = TextField(required=False, allow_null=True)


@extend_schema_field(
    {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": MAX_ROWS}
)
class IdsField(serializers.ListField):
    """How many they may be, the action judges."""

    child = IdField()


class BulkBody(VerbBody):
    ids = IdsField()
    dry_run = YesNoField(required=False, allow_null=True)


class BulkCloseBody(BulkBody, CloseBody):
    outcome = WordField(Outcome)


class BulkReopenBody(BulkBody, ReopenBody):
    pass


class BulkCloseQuotesBody(BulkBody, QuoteCloseBody):
    pass


class BulkAssignBody(BulkBody):
    owner = IdField()
