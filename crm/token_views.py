"""The user's access tokens, and for administrators the service tokens of all."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.commands import Command
from crm.models import Scope, Token, User
from crm.permissions import may_administer
from crm.tokens import MAX_NAME, TokenRequest, create_token, find_token, revoke_token
from crm.types import Text
from crm.views import DialogPage, FormPage, PageView

_DAYS: list[tuple[str, Text]] = [
    ("30", _("In 30 days")),
    ("90", _("In 90 days")),
    ("365", _("In a year")),
    ("", _("Never")),
]


class TokensPage(PageView):
    template_name = "tokens/list.html"
    title = _("Access tokens")

    def get_context(self) -> dict[str, Any]:
        tokens = Token.objects.in_use()
        service = tokens.filter(is_service=True).exclude(user=self.actor) if may_administer(self.actor) else []
        return {
            **super().get_context(),
            "tokens": tokens.filter(user=self.actor),
            "service_tokens": service,
            "commands": [Command("new", _("New token"), "add", reverse("token-new"), dialog=False)],
        }


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME, help_text=_("What it is for, so that you know it again.")
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Acts as"),
        required=False,
        empty_label=_("Myself"),
        help_text=_("For another user it is a service token: administrators see and revoke it too."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May be used to"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
        help_text=_("Never for more than what the user may do."),
    )
    expires_days = forms.TypedChoiceField(
        label=_("Expires"), choices=_DAYS, coerce=int, empty_value=None, required=False, initial="90"
    )

    def __init__(self, data: Any, *, actor: User) -> None:
        super().__init__(data)
        if not may_administer(actor):
            del self.fields["user"]
            self.fields["scopes"].choices = [  # type: ignore[attr-defined]
                (scope, label) for scope, label in Scope.choices if scope != Scope.ADMIN
            ]
            return
        others = User.objects.filter(is_active=True).exclude(pk=actor.pk)
        self.fields["user"].queryset = others  # type: ignore[attr-defined]


class NewTokenPage(FormPage):
    title = _("New token")
    submit_label = _("Make token")
    back_label = _("Back to the access tokens")

    def get_form(self, data: Any = None) -> forms.Form:
        return TokenForm(data, actor=self.actor)

    def get_cancel_url(self) -> str:
        return reverse("tokens")

    def submit(self, form: forms.Form, actor: User) -> str:
        values = dict(form.cleaned_data)
        user = values.pop("user", None) or actor
        self.token, self.secret = create_token(user, TokenRequest(**values), actor=actor)
        return self.get_cancel_url()

    def go_to(self, url: str) -> HttpResponse:
        """Instead of going on: the token is stored nowhere, and so shown here or never."""
        self.template_name = "tokens/created.html"
        return self.show({"title": _("Your new token"), "token": self.token, "secret": self.secret}, status=201)


class RevokeTokenPage(DialogPage):
    title = _("Revoke token")
    submit_label = _("Revoke")
    danger = True
    question = _("Whatever uses it is refused from now on. This cannot be undone.")
    token: Token

    def load(self, pk: UUID) -> None:
        self.token = find_token(pk, actor=self.actor)

    def get_subject(self) -> Text:
        return self.token.name

    def get_cancel_url(self) -> str:
        return reverse("tokens")

    def submit(self, form: forms.Form, actor: User) -> str:
        revoke_token(self.token.pk, actor=actor)
        self.say(_("The token was revoked."))
        return reverse("tokens")
