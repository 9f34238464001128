"""Opportunities and what belongs to them, to look at."""

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.admin_bases import ReadOnlyAdmin, amount, labelled
from opportunities.models import Account, Competitor, Opportunity, OpportunityClose, OpportunityCompetitor

ACTUAL_REVENUE = amount("actual_revenue", _("actual revenue"))


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    list_display = ("topic", "account", "owner", "state", "status_reason", "estimated_close_date", "currency", "page")
    list_filter = ("state", "status_reason", "forecast_category", "currency", "owner")
    list_select_related = ("account", "owner", "status_reason")
    search_fields = ("topic", "account__name", "external_id")
    date_hierarchy = "created_at"
    ordering = ("-modified_at", "-id")
    shown_as = {
        "estimated_revenue": amount("estimated_revenue", _("estimated revenue")),
        "actual_revenue": ACTUAL_REVENUE,
        "close": labelled("close", OpportunityClose._meta.verbose_name),
    }


@admin.register(OpportunityClose)
class OpportunityCloseAdmin(ReadOnlyAdmin):
    list_display = ("subject", "opportunity", "outcome", "activity_status", "close_date", "closed_by", "page")
    list_filter = ("outcome", "activity_status", "close_date", "competitor")
    list_select_related = ("opportunity", "closed_by")
    search_fields = ("subject", "opportunity__topic")
    ordering = ("-closed_at", "-id")
    shown_as = {
        "status_reason_en": "status_reason_then",
        "status_reason_da": None,
        "actual_revenue": ACTUAL_REVENUE,
        "competitor_name": labelled("competitor_name", _("competitor, as it was called")),
        "custom": "custom_values",
        "overwritten": labelled("overwritten", _("overwritten by closing")),
        "completed_outcome": None,
    }

    @admin.display(description=_("status reason, as it was called"))
    def status_reason_then(self, obj: OpportunityClose) -> str:
        return f"{obj.status_reason_en} / {obj.status_reason_da}"

    @admin.display(description=_("custom values"))
    def custom_values(self, obj: OpportunityClose) -> SafeString | None:
        """One on each line, under the label that the field had."""
        return format_html_join(SafeString("<br>"), "{}: {}", obj.custom_facts()) or None


@admin.register(OpportunityCompetitor)
class OpportunityCompetitorAdmin(ReadOnlyAdmin):
    list_display = ("opportunity", "competitor", "page")
    list_filter = ("competitor",)
    list_select_related = ("opportunity", "competitor")
    search_fields = ("opportunity__topic", "competitor__name")

    def page_url(self, obj: OpportunityCompetitor) -> str:
        return obj.opportunity.get_absolute_url()


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("name", "external_id", "created_at", "modified_at", "page")
    search_fields = ("name", "external_id")

    def page_url(self, obj: Account) -> str:
        return reverse("account", args=[obj.pk])


@admin.register(Competitor)
class CompetitorAdmin(ReadOnlyAdmin):
    list_display = ("name", "website", "key_product", "modified_at", "page")
    search_fields = ("name", "key_product")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def page_url(self, obj: Competitor) -> str:
        return reverse("competitor", args=[obj.pk])
