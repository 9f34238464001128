"""The lists of webhooks and deliveries, for administrators."""

from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.filters import ids, words
from crm.keyset import OrderField
from crm.lists import ListDefinition, ListView
from crm.models import Delivery, DeliveryState, User, Webhook
from crm.permissions import require_webhooks


class WebhookFilters(django_filters.FilterSet):
    pass


class DeliveryFilters(django_filters.FilterSet):
    webhook = ids("webhook")
    event = ids("event")
    state = words("state", DeliveryState)


def webhooks_for(user: User) -> QuerySet[Webhook]:
    """Raises: Denied."""
    require_webhooks(user)
    return Webhook.objects.all()


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """Without what was sent and answered. Raises: Denied."""
    require_webhooks(user)
    return Delivery.objects.select_related("webhook", "event").defer("event__before", "event__after", "event__data")


def _in_state(state: DeliveryState) -> Any:
    def rows_in_state(rows: QuerySet[Delivery], user: User) -> QuerySet[Delivery]:
        return rows.filter(state=state)

    return rows_in_state


_COLUMNS = ("event", "state", "webhook", "created_at", "due_at")

WEBHOOKS = ListDefinition(
    rows=webhooks_for,
    filters=WebhookFilters,
    views={"all": ListView(_("Webhooks"), "created_at", columns=("url", "active", "event_types", "created_at"))},
    order_fields={"created_at": OrderField(F("created_at")), "url": OrderField(F("url"))},
)
DELIVERIES = ListDefinition(
    rows=deliveries_for,
    filters=DeliveryFilters,
    views={
        "all": ListView(_("All Deliveries"), "-position", columns=_COLUMNS),
        **{
            state.name.lower(): ListView(label, "-position", _in_state(state), _COLUMNS)
            for state, label in [
                (DeliveryState.PENDING, _("Pending Deliveries")),
                (DeliveryState.DELIVERED, _("Delivered")),
                (DeliveryState.PARKED, _("Parked Deliveries")),
            ]
        },
    },
    order_fields={"position": OrderField(F("position")), "created_at": OrderField(F("created_at"))},
)
