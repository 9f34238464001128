"""The people that records name, and what each may set for himself."""

from django.conf import settings
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer, RecordRef
from crm.api.bodies import Body
from crm.api.fields import LineField
from crm.api.views import ReadViewSet
from crm.preferences import set_preferences
from opportunities import lists


class UserAnswer(Answer):
    id = serializers.UUIDField(read_only=True)
    username = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    role = serializers.CharField(source="role_id", read_only=True, allow_null=True)
    business_unit = RecordRef(read_only=True, allow_null=True)


class MeAnswer(UserAnswer):
    language = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True)


class PreferencesBody(Body):
    limits = {"language": {"enum": ["", *dict(settings.LANGUAGES)]}}

    language = LineField(required=False)
    time_zone = LineField(required=False)


class UserViewSet(ReadViewSet):
    serializer_class = UserAnswer
    definition = lists.USERS
    versioned = False
    bodies = {"change_me": PreferencesBody}
    answers = {"me": MeAnswer, "change_me": MeAnswer}

    @action(detail=False, methods=["get"])
    def me(self, request: Request) -> Response:
        """The caller."""
        return self.answer(self.actor)

    @me.mapping.patch
    def change_me(self, request: Request) -> Response:
        """Set the caller's language and time zone; empty leaves the choice to browser or system."""
        return self.answer(set_preferences(self.read(), actor=self.actor))
