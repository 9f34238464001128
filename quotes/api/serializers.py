"""Quotes and their close records as the API shows and takes them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.answers import Answer, ReasonRef, UserRef
from crm.api.bodies import Body, VerbBody, limits_of
from crm.api.fields import (
    AmountField,
    CurrencyField,
    DayField,
    IdField,
    LineField,
    MoneyField,
    TextField,
    TimeField,
    WordField,
    YesNoField,
)
from quotes.models import Quote, QuoteClose
from quotes.states import CLOSE_REASONS, QuoteOutcome, QuoteState, QuoteStatusReason


class OpportunityRef(Answer):
    id = serializers.UUIDField(read_only=True)
    topic = serializers.CharField(read_only=True)


@extend_schema_field(ReasonRef)
class QuoteReasonField(serializers.Field[Any, Any, Any, Any]):
    def to_representation(self, value: int) -> dict[str, Any]:
        reason = QuoteStatusReason(value)
        return {"code": reason.value, "label": str(reason.label)}


class QuoteAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    revision = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    opportunity = OpportunityRef(read_only=True)
    currency = serializers.CharField(read_only=True)
    total_amount = AmountField()
    effective_from = serializers.DateField(read_only=True, allow_null=True)
    effective_to = serializers.DateField(read_only=True, allow_null=True)
    state = WordField(QuoteState, read_only=True)
    status_reason = QuoteReasonField(read_only=True)
    closed_on = serializers.DateField(read_only=True, allow_null=True)
    version = serializers.IntegerField(read_only=True)
    created_at = TimeField()
    modified_at = TimeField()


class QuoteRef(Answer):
    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class QuoteCloseAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    type = serializers.ChoiceField(["quote_close"], read_only=True)
    quote = QuoteRef(read_only=True)
    number = serializers.CharField(read_only=True)
    revision = serializers.IntegerField(read_only=True)
    opportunity = OpportunityRef(read_only=True)
    outcome = WordField(QuoteOutcome, read_only=True)
    status_reason = QuoteReasonField(read_only=True)
    currency = serializers.CharField(read_only=True)
    total_amount = AmountField()
    close_date = serializers.DateField(read_only=True)
    description = serializers.CharField(read_only=True)
    activity_status = serializers.ChoiceField(["completed"], read_only=True)
    closed_by = UserRef(read_only=True)
    closed_at = TimeField()


class QuoteEndAnswer(Answer):
    """What win and close answer: the quote, its close record and the other quotes closed along."""

    quote = QuoteAnswer(read_only=True)
    quote_close = QuoteCloseAnswer(read_only=True)
    closed_quotes = QuoteAnswer(read_only=True, many=True)


class QuoteRevisionAnswer(Answer):
    quote = QuoteAnswer(read_only=True)
    revised_quote = QuoteAnswer(read_only=True)


class QuotePatch(Body):
    missing_is_judged_later = ("name", "total_amount")
    limits = limits_of(Quote)

    name = LineField()
    total_amount = MoneyField()
    effective_from = DayField(required=False, allow_null=True)
    effective_to = DayField(required=False, allow_null=True)
    currency = CurrencyField(required=False)


class QuoteBody(QuotePatch):
    opportunity = IdField()


class QuoteWinBody(VerbBody):
    limits = limits_of(QuoteClose)

    close_other_quotes = YesNoField(required=False)
    close_date = DayField(required=False)
    description = TextField(required=False)


class QuoteCloseBody(VerbBody):
    limits = limits_of(QuoteClose)

    status_reason = WordField([QuoteStatusReason(reason) for reason in CLOSE_REASONS])
    close_date = DayField(required=False)
    description = TextField(required=False)
