"""Opportunities and what belongs to them, to look at; status reasons and settings, to change through their actions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.admin_bases import ActionForm, AdministratorAdmin, ReadOnlyAdmin, amount, labelled
from crm.models import User
from crm.types import Values
from opportunities.actions import (
    change_settings,
    change_status_reason,
    create_status_reason,
    delete_status_reason,
)
from opportunities.models import (
    Account,
    Competitor,
    Opportunity,
    OpportunityClose,
    OpportunityCompetitor,
    Settings,
    StatusReason,
)

ACTUAL_REVENUE = amount("actual_revenue", _("actual revenue"))


class StatusReasonForm(ActionForm):
    order = forms.IntegerField(label=_("Order"), required=False, help_text=_("Left empty: the last of its state."))

    class Meta:
        model = StatusReason
        fields = (
            "state",
            "label_en",
            "label_da",
            "order",
            "active",
            "is_default",
            "requires_competitor",
            "requires_description",
        )
        help_texts = {
            "state": _("Chosen once; it cannot be changed afterwards."),
            "active": _("A retired one is offered no more; records that have it keep it."),
            "is_default": _("Instead of the present default of the state."),
        }


@admin.register(StatusReason)
class StatusReasonAdmin(AdministratorAdmin):
    """Codes are never typed: the next one is handed out."""

    form = StatusReasonForm
    create_action = staticmethod(create_status_reason)
    change_action = staticmethod(change_status_reason)
    delete_action = staticmethod(delete_status_reason)
    list_display = (
        "label_en",
        "label_da",
        "state",
        "code",
        "order",
        "active",
        "is_default",
        "requires_competitor",
        "requires_description",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", *self.form.Meta.fields) if obj else self.form.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "state") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"order": None, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request: HttpRequest, obj: StatusReason | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_built_in)


@admin.register(Settings)
class SettingsAdmin(AdministratorAdmin):
    """One row: its list is its page."""

    fields = ("reopen_reason_required",)

    @staticmethod
    def change_action(pk: int, changes: Values, *, actor: User) -> Settings:
        return change_settings(changes, actor=actor)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:opportunities_settings_change", args=[Settings.ROW]))


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

    def page_url(self, obj: OpportunityClose) -> str:
        return f"{obj.opportunity.get_absolute_url()}?tab=activities"

    @admin.display(description=_("status reason, as it was called"))
    def status_reason_then(self, obj: OpportunityClose) -> str:
        return f"{obj.status_reason_en} / {obj.status_reason_da}"

    @admin.display(description=_("custom values"))
    def custom_values(self, obj: OpportunityClose) -> SafeString | None:
        """One on each line, under the label that the field had."""
        label = f"label_{get_language()}"
        lines = ((field.get(label, name), field["value"]) for name, field in obj.custom.items())
        return format_html_join(SafeString("<br>"), "{}: {}", lines) or None


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
