"""What the API takes to write opportunities and what stands around them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.bodies import Body, VerbBody, limits_of
from crm.api.fields import (
    CurrencyField,
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
from opportunities.api.custom import CustomValuesField
from opportunities.models import ForecastCategory, Opportunity, OpportunityClose, Outcome, Rating, SalesStage, ShownOn
from opportunities.models.choices import OPEN_FORECASTS
from opportunities.requests import MAX_DESCRIPTION
from quotes.api.serializers import QuoteCloseBody
from quotes.states import CLOSE_REASONS, QuoteStatusReason


class OpportunityBody(Body):
    missing_is_judged_later = ("topic",)
    limits = limits_of(Opportunity) | {
        "probability": {"minimum": 0, "maximum": 100},
        "forecast_category": {"enum": [each.name.lower() for each in OPEN_FORECASTS]},
    }

    topic = LineField()
    account = IdField(required=False, allow_null=True)
    owner = IdField(required=False)
    currency = CurrencyField(required=False)
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
    limits = limits_of(OpportunityClose)

    status_reason = WholeNumberField(required=False)
    actual_revenue = MoneyField(required=False)
    currency = CurrencyField(required=False)
    close_date = DayField(required=False)
    description = TextField(required=False)
    competitor = IdField(required=False)
    custom = CustomValuesField(ShownOn.BOTH)
    close_quotes = WordField([QuoteStatusReason(reason) for reason in CLOSE_REASONS], required=False)


class CloseAsWonBody(CloseBody):
    custom = CustomValuesField(ShownOn.WON)


class CloseAsLostBody(CloseBody):
    custom = CustomValuesField(ShownOn.LOST)


class ReopenBody(VerbBody):
    limits = {"reason": {"maxLength": MAX_DESCRIPTION}}

    status_reason = WholeNumberField(required=False)
    reason = TextField(required=False)


@extend_schema_field(
    {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": MAX_ROWS}
)
class IdsField(serializers.ListField):
    """How many they may be, the action judges."""

    child = IdField()


class BulkBody(VerbBody):
    ids = IdsField()
    dry_run = YesNoField(required=False)


class BulkCloseBody(BulkBody, CloseBody):
    outcome = WordField(Outcome)


class BulkReopenBody(BulkBody, ReopenBody):
    pass


class BulkCloseQuotesBody(BulkBody, QuoteCloseBody):
    pass


class BulkAssignBody(BulkBody):
    owner = IdField()
