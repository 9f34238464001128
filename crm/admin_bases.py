"""What the pages of Django's administration have in common, for each kind of model."""

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.forms.models import construct_instance
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from crm import audit
from crm.currencies import amount_with_code
from crm.errors import Refusal
from crm.models import User
from crm.permissions import may_administer
from crm.types import Values
from crm.views import add_errors


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


class SuperuserAdmin(admin.ModelAdmin):
    """For superusers, whatever Django's own permissions say; nothing is ever deleted."""

    save_on_top = True
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(SuperuserAdmin):
    """To look at. `page` is a column with a link to where the record stands in the product: `page_url`.

    Every column is shown, also those that no form may write, unless `fields` names some; `shown_as` gives some another
    form, or none at all.
    """

    shown_as: Mapping[str, Any] = {}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        if self.fields:
            return list(self.fields)
        columns = [self.shown_as.get(field.name, field.name) for field in self.opts.concrete_fields]
        return [column for column in columns if column]

    def page_url(self, obj: Any) -> str | None:
        address = getattr(obj, "get_absolute_url", None)
        return address() if address else None

    def view_on_site(self, obj: models.Model) -> str | None:
        return self.page_url(obj)

    @admin.display(description=_("page"))
    def page(self, obj: models.Model) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.page_url(obj), pgettext("command", "Open"))


def labelled(column: str, label: Any) -> Callable[[Any], Any]:
    """A column that has no name for people."""

    @admin.display(description=label, ordering=column)
    def shown(record: Any) -> Any:
        value = getattr(record, column)
        if isinstance(value, dict):
            return json.dumps(value, ensure_ascii=False)
        return None if value == "" else value

    return shown


def amount(column: str, label: Any) -> Callable[[Any], str]:
    """A column of money, with the decimals of the record's currency and its code."""

    @admin.display(description=label, ordering=column)
    def shown(record: Any) -> str:
        return amount_with_code(getattr(record, column), record.currency)

    return shown


class ActionForm(forms.ModelForm):
    """Parses what was typed. An action judges it; what it refuses stands beside the fields, with everything typed."""

    refusal: Refusal | None = None

    def _post_clean(self) -> None:
        # In place of Django's, which judges too, and asks the constraints before the action has made room.
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        if self.refusal:
            add_errors(self, self.refusal)


class AdministratorForm(ActionForm):
    """Carries the facts that its record had when it was opened: what others changed meanwhile is not undone unseen."""

    opened_with = forms.JSONField(required=False, encoder=DjangoJSONEncoder, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        present = audit.facts(self.instance)
        self.initial["opened_with"] = present
        if self.refusal and self.refusal.code == "stale":
            # Now that this was told, what was typed may be sent once more.
            data = cast(QueryDict, self.data).copy()
            data["opened_with"] = json.dumps(present, cls=DjangoJSONEncoder)
            self.data = data


class ActionAdmin(admin.ModelAdmin):
    """Whatever an action refuses when the form is saved becomes errors of the form, never a server error."""

    form = ActionForm
    actions = None

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)  # a new class with every call
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            # Everything is rolled back. The same form once more, which now knows what stands against it.
            cast(Any, request).refusal = refusal
            return super().changeform_view(request, *args, **kwargs)


class AdministratorAdmin(ActionAdmin):
    """For whoever may administer. The actions write, judge and keep the audit; a model without one has no such page.

    Hooks, each `staticmethod(action)`: `create_action(values, *, actor)`, `change_action(pk, values, *, actor,
    expected)`, both return the record; `delete_action(pk, *, actor)`. `values` are the form's, by field, `expected` the
    facts that it was opened with.
    """

    form = AdministratorForm

    create_action: ClassVar[Callable[..., models.Model] | None] = None
    change_action: ClassVar[Callable[..., models.Model] | None] = None
    delete_action: ClassVar[Callable[..., None] | None] = None

    save_on_top = False
    show_full_result_count = False
    view_on_site = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_administer(request.user)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_administer(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request.user) and self.create_action is not None

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_administer(request.user) and self.change_action is not None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request.user) and self.delete_action is not None

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        parts: list[Any] = [
            (title, options | {"fields": [name for name in options["fields"] if name != "opened_with"]})
            for title, options in super().get_fieldsets(request, obj)
        ]
        if obj and self.has_change_permission(request, obj):
            parts[0][1]["fields"].append("opened_with")
        return parts

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        saved = self.store(obj.pk if change else None, form.cleaned_data, actor=cast(User, request.user))
        obj.pk = saved.pk
        obj._state.adding = False

    def store(self, pk: Any, values: Values, *, actor: User) -> models.Model:
        """Raises: Refusal."""
        values = dict(values)
        expected = values.pop("opened_with", None)
        if pk is None:
            assert self.create_action
            return self.create_action(values, actor=actor)
        assert self.change_action
        return self.change_action(pk, values, actor=actor, expected=expected)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        assert self.delete_action
        self.delete_action(obj.pk, actor=cast(User, request.user))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
            )

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The action judges what stands against it; the page need not gather every record that does."""
        return [str(obj) for obj in objs], {}, set(), []

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        response: Any = super().history_view(request, object_id, extra_context)
        for entry in (getattr(response, "context_data", None) or {}).get("action_list", ()):
            entry.change_message = audit.told(entry)
        return response

    # The action wrote the entry, with what was before and after.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None
