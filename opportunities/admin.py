"""Opportunities and what belongs to them, to look at."""

from django.contrib import admin
from django.db import models

from crm.admin import ReadOnlyAdmin
from opportunities.models import (
    Account,
    Competitor,
    Opportunity,
    OpportunityClose,
    OpportunityCompetitor,
    StatusReason,
)


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    list_display = ("topic", "account", "owner", "state", "status_reason", "estimated_close_date", "currency", "page")
    list_filter = ("state", "status_reason", "forecast_category", "currency", "owner")
    list_select_related = ("account", "owner", "status_reason")
    search_fields = ("topic", "account__name", "external_id")
    date_hierarchy = "created_at"
    ordering = ("-modified_at", "-id")


@admin.register(OpportunityClose)
class OpportunityCloseAdmin(ReadOnlyAdmin):
    list_display = ("subject", "opportunity", "outcome", "activity_status", "close_date", "competitor", "closed_by")
    list_filter = ("outcome", "activity_status", "close_date", "competitor")
    list_select_related = ("opportunity", "competitor", "closed_by")
    search_fields = ("subject", "opportunity__topic")
    ordering = ("-closed_at", "-id")


@admin.register(OpportunityCompetitor)
class OpportunityCompetitorAdmin(ReadOnlyAdmin):
    list_display = ("opportunity", "competitor")
    list_filter = ("competitor",)
    list_select_related = ("opportunity", "competitor")
    search_fields = ("opportunity__topic", "competitor__name")


@admin.register(StatusReason)
class StatusReasonAdmin(ReadOnlyAdmin):
    list_display = ("code", "state", "label_en", "label_da", "order", "active", "is_default")
    list_filter = ("state", "active")


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("name", "external_id", "created_at", "modified_at")
    search_fields = ("name", "external_id")


@admin.register(Competitor)
class CompetitorAdmin(ReadOnlyAdmin):
    list_display = ("name", "website", "key_product", "modified_at")
    search_fields = ("name", "key_product")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
