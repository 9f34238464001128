from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer
from crm.api.views import ReadViewSet, found, read_parameters
from crm.models import Event, Scope
from opportunities import lists
from opportunities.actions import (
    Closing,
    check_close,
    close_opportunity,
    create_opportunity,
    delete_opportunity,
    edit_opportunity,
    reopen_opportunity,
)
from opportunities.activities import VIEWS, activities_of
from opportunities.api.bodies import CloseAsLostBody, CloseAsWonBody, OpportunityBody, ReopenBody
from opportunities.api.events import EventAnswer, event_values
from opportunities.api.serializers import (
    CloseCheckAnswer,
    ClosedQuotesAnswer,
    ClosingAnswer,
    OpportunityAnswer,
    OpportunityCloseAnswer,
    ReopeningAnswer,
)
from opportunities.models import Opportunity, OpportunityClose, Outcome
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions import close_open_quotes
from quotes.api.serializers import QuoteCloseAnswer, QuoteCloseBody
from quotes.models import QuoteClose
from quotes.requests import QuoteCloseRequest

CLOSE_REFUSALS = ("opportunity_already_closed", "opportunity_has_open_quotes", "currency_mismatch")
_OUTCOMES = {"won": Outcome.WON, "lost": Outcome.LOST}
_ACTIVITY_ANSWERS: dict[str, type[Answer]] = {
    OpportunityClose.type: OpportunityCloseAnswer,
    QuoteClose.type: QuoteCloseAnswer,
}
_ACTIVITIES = PolymorphicProxySerializer(
    component_name="Activity",
    serializers=dict(_ACTIVITY_ANSWERS),
    resource_type_field_name="type",
    many=True,
)


class OpportunityViewSet(ReadViewSet):
    serializer_class = OpportunityAnswer
    definition = lists.OPPORTUNITIES
    bodies = {
        "create": OpportunityBody,
        "partial_update": OpportunityBody,
        "close_as_won": CloseAsWonBody,
        "close_as_lost": CloseAsLostBody,
        "reopen": ReopenBody,
        "close_quotes": QuoteCloseBody,
    }
    refusals = {
        "partial_update": ("opportunity_closed",),
        "destroy": ("opportunity_not_deletable",),
        "close_as_won": CLOSE_REFUSALS,
        "close_as_lost": CLOSE_REFUSALS,
        "reopen": ("opportunity_already_open",),
        "close_quotes": ("opportunity_closed",),
        "timeline": ("invalid",),
    }
    scopes = dict.fromkeys(("close_as_won", "close_as_lost", "reopen", "close_quotes"), Scope.CLOSE)
    answers = {
        "close_as_won": ClosingAnswer,
        "close_as_lost": ClosingAnswer,
        "close_check": CloseCheckAnswer,
        "reopen": ReopeningAnswer,
        "close_quotes": ClosedQuotesAnswer,
    }

    def create(self, request: Request) -> Response:
        opportunity = create_opportunity(self.read(), actor=self.actor)
        return self.created(opportunity.pk, self.answer(opportunity))

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.read()
        return self.answer(edit_opportunity(self.record_id, changes, actor=self.actor, expected=self.expected))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete an open opportunity that nothing was ever closed on, with its draft quotes."""
        delete_opportunity(self.record_id, actor=self.actor, expected=self.expected)
        return Response(status=204)

    @action(detail=True, methods=["post"], url_path="close-as-won")
    def close_as_won(self, request: Request, pk: str) -> Response:
        """Close as won. What is left out takes its default; open quotes refuse unless closed along."""
        return self._close(Outcome.WON)

    @action(detail=True, methods=["post"], url_path="close-as-lost")
    def close_as_lost(self, request: Request, pk: str) -> Response:
        """Close as lost. What is left out takes its default; open quotes refuse unless closed along."""
        return self._close(Outcome.LOST)

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open it again. The close record becomes canceled and keeps everything; quotes stay as they are."""
        wanted = ReopenRequest(**self.read())
        return self._closing(reopen_opportunity(self.record_id, wanted, actor=self.actor, expected=self.expected))

    @action(detail=True, methods=["post"], url_path="close-quotes")
    def close_quotes(self, request: Request, pk: str) -> Response:
        """Close all draft and active quotes at once."""
        wanted = QuoteCloseRequest(**self.read())
        closed = close_open_quotes(self.record_id, wanted, actor=self.actor, expected=self.expected)
        return self.answer(closed, version=closed.opportunity.version)

    @extend_schema(parameters=[OpenApiParameter("outcome", str, required=True, enum=list(_OUTCOMES))])
    @action(detail=True, methods=["get"], url_path="close-check")
    def close_check(self, request: Request, pk: str) -> Response:
        """Could the caller close it now, and what would the form hold?"""
        asked = read_parameters(request.query_params, {"outcome": list(_OUTCOMES)}, required=["outcome"])
        check = check_close(self.record_id, _OUTCOMES[asked["outcome"]], actor=self.actor)
        return self.answer(check, version=check.opportunity.version)

    @extend_schema(parameters=[OpenApiParameter("view", str, enum=list(VIEWS))], responses=_ACTIVITIES)
    @action(detail=True, methods=["get"])
    def activities(self, request: Request, pk: str) -> Response:
        """Opportunity closes and quote closes, newest first."""
        # The two views list the same as long as closings are the only activities.
        read_parameters(request.query_params, {"view": list(VIEWS)})
        activities = activities_of(self._readable().pk)
        return Response([_ACTIVITY_ANSWERS[activity.type](activity).data for activity in activities])

    @extend_schema(responses=EventAnswer(many=True))
    @action(detail=True, methods=["get"])
    def timeline(self, request: Request, pk: str) -> Response:
        """The events of the opportunity and its quotes, newest first."""
        read_parameters(request.query_params, {})
        events = Event.objects.filter(group_id=self._readable().pk).newest_first()
        return Response(event_values(events))

    def _close(self, outcome: Outcome) -> Response:
        wanted = CloseRequest(outcome=outcome, **self.read())
        return self._closing(close_opportunity(self.record_id, wanted, actor=self.actor, expected=self.expected))

    def _closing(self, closing: Closing) -> Response:
        return self.answer(closing, version=closing.opportunity.version)

    def _readable(self) -> Opportunity:
        return found(Opportunity.objects.visible_to(self.actor).filter(pk=self.record_id).only("pk").first())


class OpportunityCloseViewSet(ReadViewSet):
    serializer_class = OpportunityCloseAnswer
    definition = lists.OPPORTUNITY_CLOSES
    versioned = False
