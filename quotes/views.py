"""The pages of one quote, with its revisions, and of the record of its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.errors import NotFound
from crm.types import Text
from crm.views import PageView
from opportunities.timeline import address_of
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
        revisions = Quote.objects.visible_to(self.actor).filter(number=self.quote.number)
        return {
            **super().get_context(),
            "kind": _("Quote"),
            "quote": self.quote,
            "commands": commands_of(self.quote, self.actor, at="quote"),
            "revisions": revisions.order_by("-revision"),
            "close": QuoteClose.objects.for_list().filter(quote=self.quote).first(),
        }


class QuoteClosePage(PageView):
    template_name = "quotes/close_record.html"
    section = "quotes"

    def load(self, pk: UUID) -> None:
        close = QuoteClose.objects.visible_to(self.actor).for_list().filter(pk=pk).first()
        if close is None:
            raise NotFound
        self.close: QuoteClose = close

    def get_title(self) -> Text:
        return self.close.quote.name

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "kind": _("Quote Close"),
            "close": self.close,
            "event_url": address_of(self.close),
        }
