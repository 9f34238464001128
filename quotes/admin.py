"""Quotes and their close records, to look at."""

from django.contrib import admin

from crm.admin import ReadOnlyAdmin
from quotes.models import Quote, QuoteClose


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("number", "revision", "name", "opportunity", "state", "total_amount", "currency", "page")
    list_filter = ("state", "status_reason", "currency")
    list_select_related = ("opportunity",)
    search_fields = ("number", "name", "opportunity__topic")
    ordering = ("-modified_at", "-id")


@admin.register(QuoteClose)
class QuoteCloseAdmin(ReadOnlyAdmin):
    list_display = ("number", "revision", "quote", "outcome", "total_amount", "currency", "close_date", "closed_by")
    list_filter = ("outcome", "close_date")
    list_select_related = ("quote", "closed_by")
    search_fields = ("number", "quote__name")
    ordering = ("-closed_at", "-id")
