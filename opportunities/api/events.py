"""Events as the API shows them, each with its actor's name."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.api.answers import Answer, UserRef
from crm.api.events import FeedViewSet
from crm.api.fields import TimeField
from crm.models import Event, User
from crm.models.event import Origin


class EventRecordRef(Answer):
    type = serializers.CharField(source="record_type", read_only=True)
    id = serializers.UUIDField(source="record_id", read_only=True)


@extend_schema_field(OpenApiTypes.OBJECT)
class ValuesField(serializers.JSONField):
    pass


class EventAnswer(Answer):
    position = serializers.IntegerField(read_only=True, allow_null=True)
    id = serializers.UUIDField(read_only=True)
    type = serializers.CharField(read_only=True)
    occurred_at = TimeField()
    actor = serializers.SerializerMethodField()
    record = EventRecordRef(source="*", read_only=True)
    opportunity = serializers.UUIDField(source="group_id", read_only=True)
    version = serializers.IntegerField(read_only=True)
    before = ValuesField(read_only=True)
    after = ValuesField(read_only=True)
    data = ValuesField(read_only=True)  # type: ignore[assignment]
    origin = serializers.ChoiceField(Origin.values, read_only=True)

    @extend_schema_field(UserRef(allow_null=True))
    def get_actor(self, event: Event) -> Any:
        return self.context["actors"].get(event.actor_id)


def event_values(events: Iterable[Event]) -> Any:
    """One query more, for the actors of all of them."""
    rows = list(events)
    users = User.objects.in_bulk({event.actor_id for event in rows})
    actors = {pk: UserRef(user).data for pk, user in users.items()}
    return EventAnswer(rows, many=True, context={"actors": actors}).data


class FeedAnswer(Answer):
    results = EventAnswer(many=True, read_only=True)
    position = serializers.IntegerField(read_only=True)


class EventFeedViewSet(FeedViewSet):
    serializer_class = FeedAnswer
