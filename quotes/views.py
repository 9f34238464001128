"""The page of one quote, with its revisions and the record of its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.types import Text
from crm.views import PageView
from quotes.commands import commands_of
from quotes.models import Quote, QuoteClose
from quotes.reads import find_quote


class QuotePage(PageView):
    template_name = "quotes/record.html"
    section = "quotes"

    def load(self, pk: UUID) -> None:
        self.shown = self.quote = find_quote(pk, self.actor)

    def get_title(self) -> Text:
        return self.quote.name

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "kind": _("Quote"),
            "quote": self.quote,
            "commands": commands_of(self.quote, self.actor, at="quote"),
            "revisions": Quote.objects.filter(number=self.quote.number).order_by("-revision"),
            "close": QuoteClose.objects.for_list().filter(quote=self.quote).first(),
        }
