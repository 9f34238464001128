"""The dialogs of an opportunity: closing, reopening, closing its quotes, assigning, deleting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import clock
from crm.errors import Refusal
from crm.models import User
from crm.types import Text
from crm.views import DeletePage, DialogPage
from opportunities.actions import (
    Closing,
    check_close,
    close_naming_competitor,
    close_opportunity,
    delete_opportunity,
    edit_opportunity,
    reopen_opportunity,
)
from opportunities.commands import require_command
from opportunities.forms import AssignForm, CloseForm, ReopenForm
from opportunities.models import Opportunity, Outcome
from opportunities.reads import find_opportunity
from opportunities.undo import undo_url
from quotes.actions import close_open_quotes
from quotes.forms import QuoteCloseForm
from quotes.messages import quotes_closed
from quotes.models import Quote


class OpportunityDialog(DialogPage):
    """A command on one opportunity; where the bar shows it disabled, its page says the same."""

    section = "opportunities"
    command = ""
    back_label = gettext_lazy("Open the opportunity")
    opportunity: Opportunity

    def load(self, pk: UUID) -> None:
        self.opportunity = find_opportunity(pk, self.actor)

    def judge(self) -> None:
        require_command(self.command, self.opportunity, self.actor)

    def get_subject(self) -> Text:
        return self.opportunity.topic

    def get_version(self) -> int:
        return self.opportunity.version

    def get_cancel_url(self) -> str:
        return self.opportunity.get_absolute_url()


class CloseDialog(OpportunityDialog):
    """Close Opportunity, as the close check prefills it. Quotes are closed along only where the user chose so."""

    template_name = "opportunities/close.html"
    outcome: Outcome
    submit_label = gettext_lazy("Close Opportunity")

    def load(self, pk: UUID) -> None:
        self.check = check_close(pk, self.outcome, actor=self.actor)
        self.opportunity = self.check.opportunity

    def get_form(self, data: Any = None) -> CloseForm:
        return CloseForm(data, check=self.check, user=self.actor)

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "blocking_quotes": self.check.blocking_quotes}

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, CloseForm)
        closing = self._close(form, actor)
        undo = undo_url(closing.opportunity, actor)
        self.say(self._done(closing.opportunity), undo=undo)
        if closing.closed_quotes:
            self.say(" ".join(_about_quotes(closing.closed_quotes, undoable=bool(undo))))
        return self.get_cancel_url()

    def _close(self, form: CloseForm, actor: User) -> Closing:
        pk, request, name = self.opportunity.pk, form.request(), form.new_competitor
        if name:
            return close_naming_competitor(pk, name, request, actor=actor, expected=self.expected)
        return close_opportunity(pk, request, actor=actor, expected=self.expected)

    def _done(self, opportunity: Opportunity) -> str:
        sentences = {
            Outcome.WON: _("“%(topic)s” was closed as won."),
            Outcome.LOST: _("“%(topic)s” was closed as lost."),
        }
        return sentences[self.outcome] % {"topic": opportunity.topic}

    def refuse(self, form: Form, refusal: Refusal) -> HttpResponse:
        """With what stands against closing now, and the quotes that are open now."""
        self.load(self.opportunity.pk)
        return super().refuse(form, refusal)

    def is_curable(self, refusal: Refusal) -> bool:
        return super().is_curable(refusal) or refusal.code == "opportunity_has_open_quotes"


def _about_quotes(closed: list[Quote], *, undoable: bool) -> Iterator[str]:
    yield quotes_closed(closed)
    if undoable:
        yield ngettext("Undo leaves it closed.", "Undo leaves them closed.", len(closed))


class CloseAsWonDialog(CloseDialog):
    command = "close-as-won"
    title = gettext_lazy("Close Opportunity as won")
    outcome = Outcome.WON

    def get_context(self) -> dict[str, Any]:
        """The quote that won is closed as won before; only the others are lost along."""
        return {**super().get_context(), "quotes_url": f"{self.get_cancel_url()}?tab=quotes"}


class CloseAsLostDialog(CloseDialog):
    command = "close-as-lost"
    title = gettext_lazy("Close Opportunity as lost")
    outcome = Outcome.LOST


class ReopenDialog(OpportunityDialog):
    command = "reopen"
    title = gettext_lazy("Reopen Opportunity")
    submit_label = gettext_lazy("Reopen Opportunity")

    def get_form(self, data: Any = None) -> ReopenForm:
        return ReopenForm(data)

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, ReopenForm)
        reopen_opportunity(self.opportunity.pk, form.request(), actor=actor, expected=self.expected)
        self.say_reopened()
        return self.get_cancel_url()

    def say_reopened(self) -> None:
        self.say(_("“%(topic)s” was reopened.") % {"topic": self.opportunity.topic})


class CloseQuotesDialog(OpportunityDialog):
    command = "close-quotes"
    template_name = "opportunities/close_quotes.html"
    title = gettext_lazy("Close all quotes")
    submit_label = gettext_lazy("Close all quotes")

    def get_form(self, data: Any = None) -> QuoteCloseForm:
        return QuoteCloseForm(data, today=clock.today(self.actor.time_zone))

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "blocking_quotes": list(Quote.objects.of(self.opportunity.pk).open())}

    def get_cancel_url(self) -> str:
        return f"{self.opportunity.get_absolute_url()}?tab=quotes"

    def submit(self, form: Form, actor: User) -> str:
        assert isinstance(form, QuoteCloseForm)
        closed = close_open_quotes(self.opportunity.pk, form.request(), actor=actor, expected=self.expected)
        self.say(quotes_closed(closed.quotes))
        return self.get_cancel_url()


class AssignDialog(OpportunityDialog):
    command = "assign"
    title = gettext_lazy("Assign Opportunity")
    submit_label = gettext_lazy("Assign")

    def get_form(self, data: Any = None) -> AssignForm:
        return AssignForm(data, opportunity=self.opportunity, user=self.actor)

    def submit(self, form: Form, actor: User) -> str:
        opportunity = edit_opportunity(self.opportunity.pk, form.cleaned_data, actor=actor, expected=self.expected)
        names = {"topic": opportunity.topic, "owner": opportunity.owner.name}
        self.say(_("“%(topic)s” is assigned to %(owner)s.") % names)
        return self.get_cancel_url()


class DeleteDialog(DeletePage, OpportunityDialog):
    command = "delete"
    title = gettext_lazy("Delete Opportunity")
    question = gettext_lazy("The opportunity and its draft quotes are deleted. This cannot be undone.")

    def delete(self, actor: User) -> str:
        delete_opportunity(self.opportunity.pk, actor=actor, expected=self.expected)
        self.say(_("“%(topic)s” was deleted.") % {"topic": self.opportunity.topic})
        return reverse("opportunities")
