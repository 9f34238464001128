"""What was sent to webhooks, and what they answered."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.columns import Column
from crm.commands import Command
from crm.errors import NotFound
from crm.filter_fields import ChoiceFilter, words
from crm.list_pages import ListPage
from crm.models import Delivery, DeliveryState, User
from crm.types import Text
from crm.views import DialogPage, PageView
from crm.webhooks.actions import redeliver
from crm.webhooks.lists import DELIVERIES, deliveries_for, webhooks_for


class DeliveryListPage(ListPage):
    section, list_name = "webhooks", "deliveries"
    watched = False
    definition = DELIVERIES
    filters = {
        "webhook": ChoiceFilter(
            gettext_lazy("Webhook"), lambda user: [(str(webhook.pk), webhook.url) for webhook in webhooks_for(user)]
        ),
        "state": words(gettext_lazy("State"), DeliveryState),
    }
    columns = {
        "event": Column(
            gettext_lazy("Event"),
            lambda row: (row.event.type, partial(reverse, "webhook-delivery", args=[row.pk])),
            "link",
            style="is-wide",
        ),
        "state": Column(
            gettext_lazy("State"),
            lambda row: (row.get_state_display(), row.tone),
            "badge",
            raw=lambda row: DeliveryState(row.state),
        ),
        "webhook": Column(
            gettext_lazy("Webhook"),
            lambda row: (row.webhook.url, partial(reverse, "webhook", args=[row.webhook_id])),
            "link",
            style="is-name",
        ),
        "created_at": Column(gettext_lazy("Made at"), lambda row: row.created_at, "time", "created_at", "is-day"),
        "due_at": Column(gettext_lazy("Next attempt"), lambda row: row.next_attempt_at, "time", style="is-day"),
    }
    empty_title = gettext_lazy("No deliveries")
    empty_text = gettext_lazy("What is sent to webhooks stands here for 30 days.")

    def get_commands(self) -> list[Command]:
        return [Command("webhooks", gettext_lazy("Webhooks"), "activity", reverse("webhooks"), dialog=False)]


class DeliveryView(PageView):
    section = "webhooks"
    delivery: Delivery

    def load(self, pk: UUID) -> None:
        delivery = deliveries_for(self.actor).filter(pk=pk).first()
        if delivery is None:
            raise NotFound
        self.delivery = delivery


class DeliveryPage(DeliveryView):
    template_name = "webhooks/delivery.html"

    def get_title(self) -> Text:
        return self.delivery.event.type

    def get_context(self) -> dict[str, Any]:
        label = _("Send now") if self.delivery.next_attempt_at else _("Send again")
        url = reverse("webhook-delivery-redeliver", args=[self.delivery.pk])
        return {
            **super().get_context(),
            "kind": gettext_lazy("Delivery"),
            "delivery": self.delivery,
            "attempts": self.delivery.attempts.order_by("-id"),
            "commands": [Command("redeliver", label, "refresh", url)],
        }


class RedeliverPage(DeliveryView, DialogPage):
    title = gettext_lazy("Send again")
    submit_label = gettext_lazy("Send")
    question = gettext_lazy("It is sent within seconds. Later events of the same record wait for it.")

    def get_subject(self) -> Text:
        return self.delivery.event.type

    def get_cancel_url(self) -> str:
        return reverse("webhook-delivery", args=[self.delivery.pk])

    def submit(self, form: forms.Form, actor: User) -> str:
        redeliver(self.delivery.pk, actor=actor)
        self.say(_("It will be sent within seconds."))
        return self.get_cancel_url()
