"""The platform in Django's administration: people, units and roles for administrators, the rest for superusers to see.

Business records change through the actions alone, so none can be added, changed or deleted here; each links to
its page, where the actions are.
"""

from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm import audit, business_units
from crm.admin_bases import (
    ActionForm,
    AdministratorAdmin,
    AdministratorForm,
    ReadOnlyAdmin,
    is_superuser,
    labelled,
)
from crm.models import (
    Attempt,
    BusinessUnit,
    Delivery,
    Event,
    ListLayout,
    Role,
    SavedView,
    Token,
    User,
    Webhook,
)
from crm.people import OF_OTHERS_ALONE, change_role, change_user, create_role, create_user
from crm.types import Values

admin.site.unregister(Group)  # the role is the one table of rights


class UserForm(AdministratorForm, UserChangeForm):
    time_zone = forms.ChoiceField(
        label=_("time zone"),
        required=False,
        choices=lambda: [("", gettext("The system's")), *((zone, zone) for zone in sorted(available_timezones()))],
    )

    class Meta(UserChangeForm.Meta):
        model = User

    def clean(self) -> dict[str, Any]:
        """Without the password, which the page only speaks of."""
        super().clean()
        self.cleaned_data.pop("password", None)
        return self.cleaned_data


class NewUserForm(ActionForm, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User

    def _post_clean(self) -> None:
        super()._post_clean()
        cast(Any, self).validate_password_for_user(self.instance)

    def save(self, commit: bool = True) -> User:
        """The action sets the password, a slow thing to do twice."""
        return forms.ModelForm.save(self, commit)


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        """Of the row the password alone: nothing else that was changed meanwhile is undone."""
        user: User = super().save(commit=False)
        user.save(update_fields=["password"])
        return user


@admin.register(User)
class UserAdmin(AdministratorAdmin, DjangoUserAdmin):
    """Never deleted: records name their people. Who leaves is deactivated.

    What the action refuses is not offered: superusers are made and changed by superusers alone.
    """

    form = UserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    change_action = staticmethod(change_user)
    list_display = ("username", "name", "role", "business_unit", "is_active", "is_superuser")
    list_filter = ("is_active", "role", "business_unit", "is_superuser")
    list_select_related = ("role", "business_unit")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "password1", "password2")}),
        (_("Rights"), {"fields": ("role", "business_unit")}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("role", "business_unit", "is_active")}),
        (_("Preferences"), {"fields": ("language", "time_zone", "theme", "shortcuts")}),
        (_("This administration"), {"fields": ("is_superuser",)}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_change = super().has_change_permission(request, obj)
        return may_change and (obj is None or not obj.is_superuser or is_superuser(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody locks himself out: his own entry to the administration is another one's to close."""
        own = OF_OTHERS_ALONE if obj and obj.pk == request.user.pk else ()
        above = () if is_superuser(request) else ("is_superuser",)
        return tuple(dict.fromkeys(("last_login", "date_joined", *own, *above)))

    @staticmethod
    def create_action(values: Values, *, actor: User) -> User:
        facts = {name: value for name, value in values.items() if name not in ("password1", "password2")}
        return create_user(facts, password=values["password1"], actor=actor)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Of a new password the log tells that it was set; of all else the action has told."""
        if request.resolver_match and request.resolver_match.url_name == "auth_user_password_change":
            return admin.ModelAdmin.log_change(self, request, obj, message)
        return None


@admin.register(BusinessUnit)
class BusinessUnitAdmin(AdministratorAdmin):
    fields = ("name", "parent")
    change_action = staticmethod(business_units.change_unit)
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)

    @staticmethod
    def create_action(values: Values, *, actor: User) -> BusinessUnit:
        parent = values["parent"]
        return business_units.create_unit(values["name"], parent=parent.pk if parent else None, actor=actor)


@admin.register(Role)
class RoleAdmin(AdministratorAdmin):
    """The table of rights. A code is for good: users, imports and the demo name roles by it."""

    create_action = staticmethod(create_role)
    change_action = staticmethod(change_role)
    list_display = (
        "label_en",
        "label_da",
        "read",
        "create",
        "edit",
        "reopen",
        "accounts",
        "competitors",
        "administer",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> tuple[str, ...]:
        """Nobody takes the right to administer from his own role: there would soon be nobody left."""
        own = ("administer",) if obj and obj.pk == getattr(request.user, "role_id", None) else ()
        return ("code", *own) if obj else ()


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """Made by its user under *Access tokens*, or by `manage.py create_token`; deleting one revokes it."""

    list_display = ("name", "user", "is_service", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("is_service",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    shown_as = {"digest": None}

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_superuser(request)


@admin.register(ListLayout)
class ListLayoutAdmin(ReadOnlyAdmin):
    list_display = ("user", "list_name", "view")
    list_select_related = ("user",)
    search_fields = ("user__username", "list_name")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "list_name", "is_default")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    shown_as = {
        "occurred_at": labelled("occurred_at", _("time")),
        "record_type": labelled("record_type", _("record type")),
        "record_id": labelled("record_id", _("record")),
        "group_id": labelled("group_id", _("timeline")),
        "actor_id": labelled("actor_id", _("user")),
        "before": labelled("before", _("before")),
        "after": labelled("after", _("after")),
        "data": labelled("data", _("details")),
        "sequence": "",
    }
    list_display = (shown_as["occurred_at"], "type", shown_as["record_id"], "version", shown_as["actor_id"], "origin")
    list_filter = ("type", "origin", "occurred_at")
    search_fields = ("=record_id", "=group_id")
    ordering = ("-id",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Set on pages of its own; its secrets are shown nowhere."""

    shown_as = {"secret": "", "old_secret": ""}
    list_display = ("url", "active", "created_at", "page")

    def page_url(self, obj: Webhook) -> str:
        return reverse("webhook", args=[obj.pk])


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    shown_as = {"group_id": labelled("group_id", _("timeline"))}
    list_display = ("position", "webhook", "event", "state", "created_at", "page")
    list_filter = ("state",)
    list_select_related = ("webhook", "event")
    ordering = ("-id",)

    def page_url(self, obj: Delivery) -> str:
        return reverse("webhook-delivery", args=[obj.pk])


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("at", "delivery", "status", "error", "milliseconds")
    ordering = ("-id",)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What administrators changed, also of what they deleted since."""

    list_display = ("action_time", "user", "content_type", "object_repr", "action_flag", "told")
    list_filter = ("action_flag", "content_type", "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
    shown_as = {"change_message": "told"}

    @admin.display(description=_("changes"))
    def told(self, obj: LogEntry) -> str:
        return audit.told(obj)
