"""Quotes and their close records, to look at."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from crm.admin_bases import ReadOnlyAdmin, amount
from quotes.models import Quote, QuoteClose

TOTAL_AMOUNT = amount("total_amount", _("total amount"))


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("number", "revision", "name", "opportunity", "state", TOTAL_AMOUNT, "page")
    list_filter = ("state", "status_reason", "currency")
    list_select_related = ("opportunity",)
    search_fields = ("number", "name", "opportunity__topic")
    ordering = ("-modified_at", "-id")
    shown_as = {"total_amount": TOTAL_AMOUNT, "open_guard": None}


@admin.register(QuoteClose)
class QuoteCloseAdmin(ReadOnlyAdmin):
    list_display = ("number", "revision", "quote", "outcome", TOTAL_AMOUNT, "close_date", "closed_by", "page")
    list_filter = ("outcome", "close_date")
    list_select_related = ("quote", "opportunity", "closed_by")
    search_fields = ("number", "quote__name")
    ordering = ("-closed_at", "-id")
    shown_as = {"total_amount": TOTAL_AMOUNT}
