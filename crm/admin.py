"""Django's administration, for superusers: people, units and roles to edit, everything else to look at.

Business records change through the actions alone, so none can be added, changed or deleted here; each links to
its page, where the actions are.
"""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm import business_units
from crm.errors import Refusal
from crm.models import BusinessUnit, Event, Role, Token, User

admin.site.site_header = _("Administration")
admin.site.site_title = _("Administration")
admin.site.index_title = _("Users, business units and roles; all other records read-only")
admin.site.unregister(Group)  # the role is the one table of rights


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


class SuperuserAdmin(admin.ModelAdmin):
    """For superusers, whatever Django's own permissions say; nothing is ever deleted."""

    save_on_top = True
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(SuperuserAdmin):
    """To look at. `page` is a column with a link to the record's own page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def view_on_site(self, obj: models.Model) -> str | None:
        address = getattr(obj, "get_absolute_url", None)
        return address() if address else None

    @admin.display(description=_("page"))
    def page(self, obj: models.Model) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.view_on_site(obj), pgettext("command", "Open"))


class UserForm(UserChangeForm):
    """An unknown time zone would break every page of the user's."""

    time_zone = forms.ChoiceField(
        label=_("time zone"),
        required=False,
        choices=lambda: [("", gettext("The system's")), *((zone, zone) for zone in sorted(available_timezones()))],
    )

    class Meta(UserChangeForm.Meta):
        model = User


class NewUserForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(SuperuserAdmin, DjangoUserAdmin):
    """Never deleted: records name their people. Who leaves is deactivated."""

    form = UserForm
    add_form = NewUserForm
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
        (_("This administration"), {"fields": ("is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody locks himself out: his own entry to the administration is another superuser's to close."""
        own = ("is_active", "is_staff", "is_superuser") if obj and obj.pk == request.user.pk else ()
        return ("last_login", "date_joined", *own)


class BusinessUnitForm(forms.ModelForm):
    class Meta:
        model = BusinessUnit
        fields = ("name", "parent")

    def clean_parent(self) -> BusinessUnit | None:
        """The same look that the action takes again under its lock."""
        parent: BusinessUnit | None = self.cleaned_data["parent"]
        if parent and not self.instance._state.adding and parent.is_within(self.instance):
            raise forms.ValidationError(_("A business unit cannot be placed below itself."))
        return parent


@admin.register(BusinessUnit)
class BusinessUnitAdmin(SuperuserAdmin):
    form = BusinessUnitForm
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    search_fields = ("name",)

    def save_model(self, request: HttpRequest, obj: BusinessUnit, form: forms.ModelForm, change: bool) -> None:
        """Through the action, which writes the paths of the unit and of all below it."""
        parent = obj.parent.pk if obj.parent else None
        if not change:
            created = business_units.create_unit(obj.name, parent=parent)
            obj.pk, obj.path = created.pk, created.path
            obj._state.adding = False
            return
        if "parent" in form.changed_data:
            business_units.move_unit(obj.pk, parent=parent)
        if "name" in form.changed_data:
            business_units.rename_unit(obj.pk, obj.name)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal under the lock, of what the form still saw as possible, is a message and no server error."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            texts = [text for field in refusal.facts.get("errors", {}).values() for text in field]
            self.message_user(request, " ".join(map(str, texts)) or str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(Role)
class RoleAdmin(SuperuserAdmin):
    """The table of rights. A code is for good: users, imports and the demo name roles by it."""

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
        return ("code",) if obj else ()


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """Made by `manage.py create_token`; deleting one revokes it."""

    list_display = ("name", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return _is_superuser(request)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "type", "record_id", "version", "actor_id", "origin")
    list_filter = ("type", "origin", "occurred_at")
    search_fields = ("=record_id", "=group_id")
    ordering = ("-id",)
