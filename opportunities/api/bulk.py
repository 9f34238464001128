"""Many opportunities in one call: one form for all, one result for each."""

from collections.abc import Sequence

from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.api.answers import Answer
from crm.api.views import ApiViewSet
from crm.models import Scope
from crm.types import Values
from opportunities.actions import RowResult, bulk_assign, bulk_close, bulk_close_quotes, bulk_reopen
from opportunities.api.bodies import BulkAssignBody, BulkCloseBody, BulkCloseQuotesBody, BulkReopenBody
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.requests import QuoteCloseRequest


class RowResultAnswer(Answer):
    id = serializers.UUIDField()
    ok = serializers.BooleanField()
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)


class BulkClosedAnswer(Answer):
    closed = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowResultAnswer(many=True)


class BulkReopenedAnswer(Answer):
    reopened = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowResultAnswer(many=True)


class BulkAssignedAnswer(Answer):
    assigned = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowResultAnswer(many=True)


class OpportunityBulkViewSet(ApiViewSet):
    """One transaction a call. With `dry_run` nothing is written: the answer says what would come of each row."""

    serializer_class = BulkClosedAnswer
    versioned = False
    bodies = {
        "close": BulkCloseBody,
        "reopen": BulkReopenBody,
        "close_quotes": BulkCloseQuotesBody,
        "assign": BulkAssignBody,
    }
    scopes = dict.fromkeys(("close", "reopen", "close_quotes"), Scope.CLOSE)
    answers = {"reopen": BulkReopenedAnswer, "assign": BulkAssignedAnswer}

    @action(detail=False, methods=["post"], url_path="bulk-close")
    def close(self, request: Request) -> Response:
        """Close up to 1,000 opportunities as won or lost: each closed, or refused with the reason."""
        ids, dry_run, values = self._read()
        return self._results("closed", bulk_close(ids, CloseRequest(**values), actor=self.actor, dry_run=dry_run))

    @action(detail=False, methods=["post"], url_path="bulk-reopen")
    def reopen(self, request: Request) -> Response:
        """Reopen up to 1,000 opportunities: each reopened, or refused with the reason."""
        ids, dry_run, values = self._read()
        return self._results("reopened", bulk_reopen(ids, ReopenRequest(**values), actor=self.actor, dry_run=dry_run))

    @action(detail=False, methods=["post"], url_path="bulk-close-quotes")
    def close_quotes(self, request: Request) -> Response:
        """Close all draft and active quotes of up to 1,000 opportunities; `closed` counts the opportunities."""
        ids, dry_run, values = self._read()
        wanted = QuoteCloseRequest(**values)
        return self._results("closed", bulk_close_quotes(ids, wanted, actor=self.actor, dry_run=dry_run))

    @action(detail=False, methods=["post"], url_path="bulk-assign")
    def assign(self, request: Request) -> Response:
        """Give up to 1,000 open opportunities to another owner: each assigned, or refused with the reason."""
        ids, dry_run, values = self._read()
        return self._results("assigned", bulk_assign(ids, **values, actor=self.actor, dry_run=dry_run))

    def _read(self) -> tuple[list, bool, Values]:
        """The ids, whether nothing is to be written, and the form."""
        values = self.read()
        return values.pop("ids"), values.pop("dry_run", False), values

    def _results(self, deed: str, results: Sequence[RowResult]) -> Response:
        done = sum(result.ok for result in results)
        values = {deed: done, "refused": len(results) - done, "results": [_row(result) for result in results]}
        return self.answer(values)


def _row(result: RowResult) -> Values:
    if result.refusal is None:
        return {"id": result.id, "ok": True}
    return {"id": result.id, "ok": False, "code": result.refusal.code, "detail": result.detail}
