"""The pages of webhooks, for administrators."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.columns import Column
from crm.commands import Command
from crm.errors import NotFound
from crm.event_types import event_types
from crm.list_pages import ListPage
from crm.models import User, Webhook
from crm.permissions import require_webhooks
from crm.types import Text
from crm.views import DeletePage, DialogPage, FormPage, PageView
from crm.webhooks.actions import change_webhook, create_webhook, delete_webhook, rotate_secret, send_test
from crm.webhooks.lists import WEBHOOKS, deliveries_for, webhooks_for

SHOWN = 10


class WebhookListPage(ListPage):
    section = list_name = "webhooks"
    watched = False
    definition = WEBHOOKS
    columns = {
        "url": Column(
            gettext_lazy("Address"),
            lambda row: (row.url, partial(reverse, "webhook", args=[row.pk])),
            "link",
            "url",
            "is-wide",
        ),
        "active": Column(
            gettext_lazy("State"),
            lambda row: (_("Active"), "open") if row.active else (_("Paused"), "neutral"),
            "badge",
        ),
        "event_types": Column(gettext_lazy("Event types"), lambda row: ", ".join(row.event_types), style="is-wide"),
        "created_at": Column(gettext_lazy("Created on"), lambda row: row.created_at, "day", "created_at", "is-day"),
    }
    empty_title = gettext_lazy("No webhooks")
    empty_text = gettext_lazy("A webhook tells another system at once what happens here.")

    def get_commands(self) -> list[Command]:
        return [
            Command("new", gettext_lazy("New webhook"), "add", reverse("webhook-new"), dialog=False),
            Command("deliveries", gettext_lazy("Deliveries"), "activity", reverse("webhook-deliveries"), dialog=False),
            Command(
                "guide", gettext_lazy("Guide"), "help", reverse("help-article", args=["api-webhooks"]), dialog=False
            ),
        ]


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        help_text=gettext_lazy("It begins with https:// and leads to a public server."),
    )
    event_types = forms.MultipleChoiceField(label=gettext_lazy("Event types"), widget=forms.CheckboxSelectMultiple)
    active = forms.BooleanField(
        label=gettext_lazy("Active"),
        required=False,
        help_text=gettext_lazy("A paused webhook keeps its place: active again, it is sent what it missed."),
    )

    def __init__(self, data: Any, *, webhook: Webhook | None = None) -> None:
        initial = {name: getattr(webhook, name) for name in self.base_fields} if webhook else {"active": True}
        super().__init__(data, initial=initial)
        self.fields["event_types"].choices = [(name, name) for name in event_types()]  # type: ignore[attr-defined]


class WebhookView(PageView):
    """Finds the webhook, for whoever may set them up."""

    section = "webhooks"
    webhook: Webhook

    def load(self, pk: UUID) -> None:
        webhook = webhooks_for(self.actor).filter(pk=pk).first()
        if webhook is None:
            raise NotFound
        self.webhook = webhook

    def address(self, deed: str = "") -> str:
        return reverse(f"webhook-{deed}" if deed else "webhook", args=[self.webhook.pk])


class WebhookPage(WebhookView):
    template_name = "webhooks/webhook.html"

    def get_title(self) -> Text:
        return self.webhook.url

    def get_context(self) -> dict[str, Any]:
        deliveries = deliveries_for(self.actor).filter(webhook=self.webhook).order_by("-position")
        return {
            **super().get_context(),
            "kind": gettext_lazy("Webhook"),
            "webhook": self.webhook,
            "deliveries": deliveries[:SHOWN],
            "deliveries_url": f"{reverse('webhook-deliveries')}?webhook={self.webhook.pk}",
            "commands": [
                Command("edit", gettext_lazy("Edit"), "edit", self.address("edit"), dialog=False),
                Command("test", gettext_lazy("Send a test"), "activate", self.address("test")),
                Command("rotate", gettext_lazy("New secret"), "key", self.address("rotate-secret")),
                Command("delete", gettext_lazy("Delete"), "delete", self.address("delete")),
                Command("webhooks", gettext_lazy("Webhooks"), "activity", reverse("webhooks"), dialog=False),
            ],
        }


class SecretShown(FormPage):
    """Instead of going on: the one page that shows the secret."""

    webhook: Webhook

    def go_to(self, url: str) -> HttpResponse:
        self.template_name = "webhooks/secret.html"
        return self.show({"title": _("The secret of the webhook"), "webhook": self.webhook, "url": url})


class WebhookCreatePage(SecretShown):
    section = "webhooks"
    title = gettext_lazy("New webhook")
    submit_label = gettext_lazy("Create")
    back_label = gettext_lazy("Back to the list")

    def load(self) -> None:
        require_webhooks(self.actor)

    def get_form(self, data: Any = None) -> forms.Form:
        return WebhookForm(data)

    def get_cancel_url(self) -> str:
        return reverse("webhooks")

    def submit(self, form: forms.Form, actor: User) -> str:
        self.webhook = create_webhook(form.cleaned_data, actor=actor)
        return reverse("webhook", args=[self.webhook.pk])


class WebhookFormPage(WebhookView, FormPage):
    back_label = gettext_lazy("Back to the webhook")

    def get_cancel_url(self) -> str:
        return self.address()


class WebhookEditPage(WebhookFormPage):
    title = gettext_lazy("Edit webhook")

    def get_form(self, data: Any = None) -> forms.Form:
        return WebhookForm(data, webhook=self.webhook)

    def submit(self, form: forms.Form, actor: User) -> str:
        change_webhook(self.webhook.pk, form.cleaned_data, actor=actor)
        self.say(_("The webhook was saved."))
        return self.address()


class WebhookDialog(WebhookFormPage, DialogPage):
    def get_subject(self) -> Text:
        return self.webhook.url


class RotateSecretPage(WebhookDialog, SecretShown):
    title = gettext_lazy("New secret")
    submit_label = gettext_lazy("Make a new secret")
    question = gettext_lazy(
        "Everything is signed with the old secret too for 24 hours, so that the receiver can change in peace."
    )

    def submit(self, form: forms.Form, actor: User) -> str:
        self.webhook = rotate_secret(self.webhook.pk, actor=actor)
        return self.address()


class TestPage(WebhookDialog):
    __test__ = False  # pytest: it is none
    title = gettext_lazy("Send a test")
    submit_label = gettext_lazy("Send")
    question = gettext_lazy("An event of the type webhook.test is sent at once.")

    def submit(self, form: forms.Form, actor: User) -> str:
        self.attempt = send_test(self.webhook.pk, actor=actor)
        return self.address()

    def go_to(self, url: str) -> HttpResponse:
        """Instead of going on: what came back."""
        self.template_name = "webhooks/tested.html"
        return self.show({**self.get_context(), "attempt": self.attempt, "url": url})


class WebhookDeletePage(WebhookDialog, DeletePage):
    title = gettext_lazy("Delete webhook")
    question = gettext_lazy("What was not sent yet is not sent any more. This cannot be undone.")

    def delete(self, actor: User) -> str:
        delete_webhook(self.webhook.pk, actor=actor)
        self.say(_("The webhook was deleted."))
        return reverse("webhooks")
