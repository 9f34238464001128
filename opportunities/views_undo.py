"""Undo a closing, for a moment after it: a reopening like any other, of exactly what was closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.errors import Stale
from opportunities.actions import reopen_opportunity
from opportunities.requests import ReopenRequest
from opportunities.undo import signed_version
from opportunities.views_dialogs import ReopenDialog


class UndoClosingPage(ReopenDialog):
    """Whoever comes too late is led to the dialog that reopens."""

    keeps_typed = False

    def load(self, pk: UUID, token: str) -> None:  # type: ignore[override]
        super().load(pk)
        self.version = signed_version(pk, token)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Where signing in anew leads to: nothing is undone by looking."""
        return HttpResponseRedirect(self.get_cancel_url())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.version is None:
            messages.warning(request, _("It is too late to undo this. Reopen the opportunity instead."))
            return HttpResponseRedirect(reverse("opportunity-reopen", args=[self.opportunity.pk]))
        undone = ReopenRequest(reason=_("Undone"))
        try:
            reopen_opportunity(self.opportunity.pk, undone, actor=self.actor, expected=frozenset({self.version}))
        except Stale as stale:
            raise self.present(stale) from stale
        self.say_reopened()
        return HttpResponseRedirect(self.get_cancel_url())
