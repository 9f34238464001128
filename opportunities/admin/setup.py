"""What administrators set: status reasons, custom close fields, settings; changed through their actions alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.admin_bases import AdministratorAdmin, AdministratorForm
from crm.models import User
from crm.types import Values
from opportunities.actions import (
    change_close_field,
    change_settings,
    change_status_reason,
    create_close_field,
    create_status_reason,
    delete_close_field,
    delete_status_reason,
)
from opportunities.models import CloseField, Settings, StatusReason


class StatusReasonForm(AdministratorForm):
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


class ChoicesField(forms.CharField):
    """Choices as lines: the value, its label in English and in Danish, with bars between them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6, "cols": 60}), **options)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(" | ".join((each["value"], each["label_en"], each["label_da"])) for each in value)

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = super().clean(value).splitlines()
        return [self._choice(number, line) for number, line in enumerate(lines, start=1) if line.strip()]

    def _choice(self, number: int, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split("|")]
        # One with a comma and no bar was meant to have labels: its value could never be corrected.
        if not 1 <= len(parts) <= 3 or (len(parts) == 1 and "," in line):
            raise forms.ValidationError(
                _("Line %(line)d: write the value, its English and its Danish label, with a | between them."),
                params={"line": number},
            )
        value, english, danish = (*parts, "", "")[:3]
        return {"value": value, "label_en": english or value, "label_da": danish}


class CloseFieldForm(AdministratorForm):
    choices = ChoicesField(
        label=_("Choices"),
        required=False,
        help_text=_("One on each line: the value, its English and its Danish label, as in “price | Price | Pris”."),
    )

    class Meta:
        model = CloseField
        fields = (
            "name", "type", "label_en", "label_da", "help_en", "help_da", "choices", "shown_on", "required", "order",
            "active",
        )  # fmt: skip


@admin.register(CloseField)
class CloseFieldAdmin(AdministratorAdmin):
    """Retired rather than deleted, once a closing was given a value."""

    form = CloseFieldForm
    create_action = staticmethod(create_close_field)
    change_action = staticmethod(change_close_field)
    delete_action = staticmethod(delete_close_field)
    list_display = ("label_en", "label_da", "name", "type", "shown_on", "required", "order", "active")
    list_filter = ("active", "shown_on", "type")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "type") if obj else ()


@admin.register(Settings)
class SettingsAdmin(AdministratorAdmin):
    """One row: its list is its page."""

    fields = ("reopen_reason_required",)

    @staticmethod
    def change_action(pk: int, changes: Values, *, actor: User, expected: Values | None) -> Settings:
        return change_settings(changes, actor=actor, expected=expected)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:opportunities_settings_change", args=[Settings.ROW]))
