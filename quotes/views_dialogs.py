"""The dialogs of quotes: create, edit, activate, win, close, revise, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import clock
from crm.models import User
from crm.types import Text
from crm.views import DeletePage, DialogPage, layout
from opportunities.commands import require_command as require_command_of_opportunity
from opportunities.conflicts import Merging, with_originals
from opportunities.models import Opportunity
from opportunities.reads import find_opportunity
from quotes.actions import (
    activate_quote,
    close_quote,
    create_quote,
    delete_quote,
    edit_quote,
    revise_quote,
    win_quote,
)
from quotes.commands import AT_QUOTE, require_command
from quotes.forms import QuoteCloseForm, QuoteForm, QuoteWinForm
from quotes.messages import quote_closed, quotes_closed
from quotes.models import Quote
from quotes.reads import find_quote


def quotes_tab(opportunity: Opportunity) -> str:
    return f"{opportunity.get_absolute_url()}?tab=quotes"


class QuoteCreateDialog(DialogPage):
    section = "quotes"
    title = gettext_lazy("New quote")
    submit_label = gettext_lazy("Create quote")

    def load(self, pk: UUID) -> None:
        self.opportunity = find_opportunity(pk, self.actor)

    def judge(self) -> None:
        require_command_of_opportunity("new-quote", self.opportunity, self.actor)

    def get_subject(self) -> Text:
        return self.opportunity.topic

    def get_cancel_url(self) -> str:
        return quotes_tab(self.opportunity)

    def get_form(self, data: Any = None) -> QuoteForm:
        initial = {"name": self.opportunity.topic, "total_amount": self.opportunity.estimated_revenue}
        return QuoteForm(data, currency=self.opportunity.currency, initial=initial)

    def submit(self, form: Form, actor: User) -> str:
        quote = create_quote(self.opportunity.pk, form.cleaned_data, actor=actor)
        self.say(_("The quote %(quote)s was created.") % {"quote": quote.full_number})
        return self.get_cancel_url()


class QuoteDialog(DialogPage):
    """A command on one quote; where the bar shows it disabled, its page says the same."""

    section = "quotes"
    command = ""
    quote: Quote

    def load(self, pk: UUID) -> None:
        self.quote = find_quote(pk, self.actor)

    def judge(self) -> None:
        require_command(self.command, self.quote, self.actor)

    def get_subject(self) -> Text:
        return str(self.quote)

    def get_version(self) -> int:
        return self.quote.version

    def get_cancel_url(self) -> str:
        """Where the user came from: the quote's own page, or the tab of its opportunity."""
        if self.request.GET.get("at") == AT_QUOTE:
            return self.quote.get_absolute_url()
        return quotes_tab(self.quote.opportunity)


class QuoteEditDialog(Merging, QuoteDialog):
    command = "edit"
    template_name = "quotes/edit.html"
    title = gettext_lazy("Edit quote")

    def get_form(self, data: Any = None) -> QuoteForm:
        fields = ("name", "total_amount", "effective_from", "effective_to")
        initial = {field: getattr(self.quote, field) for field in fields}
        form = QuoteForm(data, currency=self.quote.currency, initial=initial)
        with_originals(form)
        return form

    def submit(self, form: Form, actor: User) -> str:
        quote = edit_quote(self.quote.pk, form.cleaned_data, actor=actor, expected=self.expected)
        changed = quote.version != self.quote.version
        text = _("The quote %(quote)s was saved.") if changed else _("Nothing was changed.")
        self.say(text % {"quote": quote.full_number})
        return self.get_cancel_url()


class QuoteActivateDialog(QuoteDialog):
    command = "activate"
    title = gettext_lazy("Activate Quote")
    submit_label = gettext_lazy("Activate Quote")
    question = gettext_lazy("The offer goes to the customer. From then on it can be revised, but not edited.")

    def submit(self, form: Form, actor: User) -> str:
        quote = activate_quote(self.quote.pk, actor=actor, expected=self.expected)
        self.say(_("The quote %(quote)s was activated.") % {"quote": quote.full_number})
        return self.get_cancel_url()


class QuoteWinDialog(QuoteDialog):
    command = "win"
    title = gettext_lazy("Close Quote as Won")
    submit_label = gettext_lazy("Close Quote as Won")

    def get_form(self, data: Any = None) -> QuoteWinForm:
        others = Quote.objects.of(self.quote.opportunity_id).open().exclude(pk=self.quote.pk).exists()
        return QuoteWinForm(data, today=clock.today(self.actor.time_zone), others=others)

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, QuoteWinForm)
        won, *lost = win_quote(self.quote.pk, form.request(), actor=actor, expected=self.expected).quotes
        self.say(_("The quote %(quote)s was closed as won.") % {"quote": won.full_number})
        if lost:
            self.say(quotes_closed(lost))
        if form.close_opportunity_next:
            return self._close_opportunity()
        return self.get_cancel_url()

    def _close_opportunity(self) -> str:
        """From the dialog: the record with its own dialog opened; else the page of that dialog."""
        if layout(self.request) == "base.html":
            return reverse("opportunity-close-as-won", args=[self.quote.opportunity_id])
        return f"{self.quote.opportunity.get_absolute_url()}#command-close-as-won"


class QuoteCloseDialog(QuoteDialog):
    command = "close"
    title = gettext_lazy("Close Quote")
    submit_label = gettext_lazy("Close Quote")

    def get_form(self, data: Any = None) -> QuoteCloseForm:
        return QuoteCloseForm(data, today=clock.today(self.actor.time_zone))

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, QuoteCloseForm)
        closed = close_quote(self.quote.pk, form.request(), actor=actor, expected=self.expected)
        self.say(quote_closed(closed.quotes[0]))
        return self.get_cancel_url()


class QuoteReviseDialog(QuoteDialog):
    command = "revise"
    title = gettext_lazy("Revise Quote")
    submit_label = gettext_lazy("Revise Quote")
    question = gettext_lazy("The quote is closed as revised, and a new draft with the same number takes its place.")

    def submit(self, form: Form, actor: User) -> str:
        draft, __ = revise_quote(self.quote.pk, actor=actor, expected=self.expected)
        names = {"quote": draft.number, "revision": draft.revision}
        self.say(_("The quote %(quote)s was revised: revision %(revision)d is the new draft.") % names)
        return draft.get_absolute_url()


class QuoteDeleteDialog(DeletePage, QuoteDialog):
    command = "delete"
    title = gettext_lazy("Delete Quote")

    def delete(self, actor: User) -> str:
        delete_quote(self.quote.pk, actor=actor, expected=self.expected)
        self.say(_("The quote %(quote)s was deleted.") % {"quote": self.quote.full_number})
        return quotes_tab(self.quote.opportunity)
