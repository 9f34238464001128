"""Signing in, the user's own password, his language and his time zone."""

from typing import Any

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from crm.models import User
from crm.preferences import set_preferences
from crm.views import FormPage

# Each by its own name, so that whoever cannot read the page finds his.
LANGUAGES = [("", _("As the browser asks")), ("en", "English"), ("da", "Dansk")]


class SignInPage(LoginView):
    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True


@method_decorator(sensitive_post_parameters(), name="dispatch")
class PasswordChangePage(FormPage):
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
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        help_text=_("Such as Europe/Copenhagen. It decides which day is today. Left empty it is the system's."),
    )


class PreferencesPage(FormPage):
    title = _("Language and time zone")

    def get_form(self, data: Any = None) -> forms.Form:
        return PreferencesForm(data, initial={"language": self.actor.language, "time_zone": self.actor.time_zone})

    def submit(self, form: forms.Form, actor: User) -> str:
        user = set_preferences(form.cleaned_data, actor=actor)
        with translation.override(user.language or translation.get_language()):
            self.say(_("Your settings were saved."))
        return "/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the session changed since the page was loaded, or another site sent it."""
    return render(request, "403_csrf.html", status=403)
