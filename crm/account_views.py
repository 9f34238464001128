"""Signing in, the user's own password and what he prefers."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from crm.models import User
from crm.models.user import THEMES
from crm.preferences import set_preferences
from crm.time_zones import grouped_choices
from crm.unsent import UNSENT, kept_for, remember
from crm.views import FormPage, as_private, sign_in_first

# Each by its own name, so that whoever cannot read the page finds his.
LANGUAGES = [("", _("As the browser asks")), ("en", "English"), ("da", "Dansk")]


class SignInPage(LoginView):
    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A wrong password does not lose what travels along."""
        return super().get_context_data(**kwargs) | {UNSENT: self.request.POST.get(UNSENT, "")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who signed in by another tab meanwhile has no less to come back to."""
        if request.method == "POST" and request.user.is_authenticated:
            return self._go_on(HttpResponseRedirect(self.get_success_url()))
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = self._go_on(super().form_valid(form))
        remember(response, cast(User, self.request.user))
        return response

    def _go_on(self, onward: HttpResponse) -> HttpResponse:
        """To where the user wanted to, by way of what he had typed there."""
        typed = kept_for(cast(User, self.request.user), self.request.POST.get(UNSENT, ""))
        if not typed:
            return onward
        context = {"title": _("You are signed in again"), "typed": typed, "address": self.get_success_url()}
        return as_private(render(self.request, "registration/unsent.html", context))


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordChangePage(FormPage):
    keeps_typed = False
    title = _("Change password")
    submit_label = _("Change password")

    def get_form(self, data: Any = None) -> forms.Form:
        return PasswordChangeForm(self.actor, data)

    def submit(self, form: forms.Form, actor: User) -> str:
        assert isinstance(form, PasswordChangeForm)
        update_session_auth_hash(self.request, form.save())
        self.say(_("Your password was changed."))
        return "/"


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), required=False, choices=LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("It decides which day is today, and when a deed is shown to have happened."),
    )
    theme = forms.ChoiceField(
        label=_("Theme"), required=False, choices=[("", _("As the system")), *THEMES], widget=forms.RadioSelect
    )
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys do what is done most. Press ? to see them."),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, initial={name: getattr(user, name) for name in self.base_fields})
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("As the system: %(zone)s") % {"zone": settings.TIME_ZONE}),
            *grouped_choices(user.time_zone),
        ]


class PreferencesPage(FormPage):
    title = _("Preferences")

    def get_form(self, data: Any = None) -> forms.Form:
        return PreferencesForm(data, user=self.actor)

    def submit(self, form: forms.Form, actor: User) -> str:
        user = set_preferences(form.cleaned_data, actor=actor)
        with translation.override(user.language or translation.get_language()):
            self.say(_("Your settings were saved."))
        return reverse("preferences")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the session changed since the page was loaded, or another site sent it."""
    if cast(Any, request).htmx:
        # It stands there with what was typed, and goes through once its user has signed in beside it.
        return sign_in_first(request, keeps_typed=True)
    return render(request, "403_csrf.html", status=403)
