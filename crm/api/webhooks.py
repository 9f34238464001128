"""Webhooks and their deliveries, for administrators."""

from functools import cached_property

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from crm.api.answers import Answer
from crm.api.bodies import Body, VerbBody, limits_of
from crm.api.fields import LineField, ShownOnceField, TimeField, WordField, YesNoField
from crm.api.views import ReadViewSet
from crm.event_types import event_types
from crm.models import Attempt, Delivery, DeliveryState, Scope, Webhook
from crm.webhooks.actions import (
    change_webhook,
    delete_webhook,
    judge_webhook,
    note_test,
    redeliver,
    rotate_secret,
    store_webhook,
    try_out,
)
from crm.webhooks.lists import DELIVERIES, WEBHOOKS
from crm.webhooks.sign import PREFIX


class WebhookAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    url = serializers.CharField(read_only=True)
    event_types = serializers.ListField(child=serializers.CharField(), read_only=True)
    active = serializers.BooleanField(read_only=True)
    secret_set_at = TimeField()
    created_at = TimeField()


class WebhookSecretAnswer(WebhookAnswer):
    """The one answer that shows the secret; given again for an Idempotency-Key it has null in its place."""

    secret = ShownOnceField()


class AttemptAnswer(Answer):
    """What was sent, and what came back: `status` is null where nothing did, and `error` says why."""

    at = TimeField()
    milliseconds = serializers.IntegerField(read_only=True)
    status = serializers.IntegerField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True)
    headers = extend_schema_field(OpenApiTypes.OBJECT)(serializers.JSONField)(read_only=True)
    body = serializers.CharField(read_only=True)
    answer = serializers.CharField(read_only=True)


class DeliveredEventRef(Answer):
    id = serializers.UUIDField(read_only=True)
    type = serializers.CharField(read_only=True)
    position = serializers.IntegerField(read_only=True)


class DeliveryAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    webhook = serializers.UUIDField(source="webhook_id", read_only=True)
    event = DeliveredEventRef(read_only=True)
    state = WordField(DeliveryState, read_only=True)
    created_at = TimeField()
    next_attempt_at = TimeField(allow_null=True)


class DeliveryWithAttemptsAnswer(DeliveryAnswer):
    attempts = serializers.SerializerMethodField()

    @extend_schema_field(AttemptAnswer(many=True))
    def get_attempts(self, delivery: Delivery) -> object:
        return AttemptAnswer(delivery.attempts.order_by("id"), many=True).data


_SECRET = {"pattern": rf"^({PREFIX}[A-Za-z0-9+/]+={{0,2}})?$", "maxLength": 100}


class WebhookBody(Body):
    limits = limits_of(Webhook) | {
        "url": {"maxLength": 2000, "pattern": r"^https?://[!-~]+$"},
        "event_types": {"items": {"type": "string", "enum": event_types()}, "minItems": 1},
        "secret": _SECRET,
    }

    url = LineField()
    event_types = serializers.ListField(child=LineField())
    active = YesNoField(required=False)
    secret = LineField(required=False, allow_null=True)


class SecretBody(VerbBody):
    limits = {"secret": _SECRET}

    secret = LineField(required=False, allow_null=True)


class WebhookViewSet(ReadViewSet):
    serializer_class = WebhookAnswer
    definition = WEBHOOKS
    scope = Scope.ADMIN
    versioned = False
    bodies = {"create": WebhookBody, "partial_update": WebhookBody, "rotate_secret": SecretBody}
    waits = {"create": "judged", "test": "attempt"}
    answers = {"create": WebhookSecretAnswer, "rotate_secret": WebhookSecretAnswer, "test": AttemptAnswer}

    @cached_property
    def judged(self) -> Webhook:
        return judge_webhook(self.read(), actor=self.actor)

    @cached_property
    def attempt(self) -> Attempt:
        self.read()
        return try_out(self.record_id, actor=self.actor)

    def create(self, request: Request) -> Response:
        """A secret that is left out is made. It is shown in this answer and never again."""
        webhook = store_webhook(self.judged, actor=self.actor)
        return self.created(webhook.pk, self.answer(webhook))

    def partial_update(self, request: Request, pk: str) -> Response:
        """A new secret is valid beside the old one for a day. A paused webhook keeps its place."""
        changes = self.read()
        return self.answer(change_webhook(self.record_id, changes, actor=self.actor))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete it with its deliveries, those not sent yet too."""
        delete_webhook(self.record_id, actor=self.actor)
        return Response(status=204)

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """A new secret, made unless given, shown in this answer alone. For a day both sign."""
        body = self.read()
        return self.answer(rotate_secret(self.record_id, body.get("secret"), actor=self.actor))

    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send an event of the type `webhook.test` at once, and tell what came back."""
        note_test(self.record_id, self.attempt, actor=self.actor)
        return self.answer(self.attempt)


class DeliveryViewSet(ReadViewSet):
    serializer_class = DeliveryAnswer
    definition = DELIVERIES
    scope = Scope.ADMIN
    versioned = False
    answers = {"retrieve": DeliveryWithAttemptsAnswer}

    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, pk: str) -> Response:
        """Send it once more, or now if it is still pending."""
        self.read()
        redeliver(self.record_id, actor=self.actor)
        return self.answer(self.find())


router = SimpleRouter()
router.register("webhooks", WebhookViewSet, basename="api-webhook")
router.register("webhook-deliveries", DeliveryViewSet, basename="api-webhook-delivery")
