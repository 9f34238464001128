from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.views import ReadViewSet
from crm.models import Scope
from quotes import lists
from quotes.actions import (
    ClosedQuotes,
    activate_quote,
    close_quote,
    create_quote,
    delete_quote,
    edit_quote,
    revise_quote,
    win_quote,
)
from quotes.api.serializers import (
    QuoteAnswer,
    QuoteBody,
    QuoteCloseAnswer,
    QuoteCloseBody,
    QuoteEndAnswer,
    QuotePatch,
    QuoteRevisionAnswer,
    QuoteWinBody,
)
from quotes.requests import QuoteCloseRequest, QuoteWinRequest


class QuoteViewSet(ReadViewSet):
    serializer_class = QuoteAnswer
    definition = lists.QUOTES
    bodies = {"create": QuoteBody, "partial_update": QuotePatch, "win": QuoteWinBody, "close": QuoteCloseBody}
    refusals = {
        "create": ("opportunity_closed", "currency_mismatch"),
        "partial_update": ("opportunity_closed", "quote_not_draft", "currency_mismatch"),
        "destroy": ("opportunity_closed", "quote_not_draft"),
        "activate": ("opportunity_closed", "quote_not_draft", "quote_open_revision_exists"),
        "win": ("opportunity_closed", "quote_not_active", "quote_not_open"),
        "close": ("opportunity_closed", "quote_not_open"),
        "revise": ("opportunity_closed", "quote_not_active", "quote_not_open", "quote_open_revision_exists"),
    }
    scopes = dict.fromkeys(("activate", "win", "close", "revise"), Scope.CLOSE)
    answers = {"win": QuoteEndAnswer, "close": QuoteEndAnswer, "revise": QuoteRevisionAnswer}

    def create(self, request: Request) -> Response:
        values = self.read()
        quote = create_quote(values.pop("opportunity"), values, actor=self.actor)
        return self.created(quote.pk, self.answer(quote))

    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.read()
        return self.answer(edit_quote(self.record_id, changes, actor=self.actor, expected=self.expected))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a draft."""
        delete_quote(self.record_id, actor=self.actor, expected=self.expected)
        return Response(status=204)

    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Draft to active."""
        self.read()
        return self.answer(activate_quote(self.record_id, actor=self.actor, expected=self.expected))

    @action(detail=True, methods=["post"])
    def win(self, request: Request, pk: str) -> Response:
        """Active to won; the other open quotes are closed as lost where asked for."""
        wanted = QuoteWinRequest(**self.read())
        return self._ended(win_quote(self.record_id, wanted, actor=self.actor, expected=self.expected))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Draft or active to closed."""
        wanted = QuoteCloseRequest(**self.read())
        return self._ended(close_quote(self.record_id, wanted, actor=self.actor, expected=self.expected))

    @action(detail=True, methods=["post"])
    def revise(self, request: Request, pk: str) -> Response:
        """Active to closed (revised), and a new draft with the same number and the next revision."""
        self.read()
        draft, revised = revise_quote(self.record_id, actor=self.actor, expected=self.expected)
        quotes = {"quote": draft, "revised_quote": revised}
        return self.created(draft.pk, self.answer(quotes, version=draft.version))

    def _ended(self, ended: ClosedQuotes) -> Response:
        quote, *others = ended.quotes
        values = {"quote": quote, "quote_close": ended.quote_closes[0], "closed_quotes": others}
        return self.answer(values, version=quote.version)


class QuoteCloseViewSet(ReadViewSet):
    serializer_class = QuoteCloseAnswer
    definition = lists.QUOTE_CLOSES
    versioned = False
