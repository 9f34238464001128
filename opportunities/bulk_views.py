"""The pages of the verbs on many opportunities: each names its form and its action, the steps are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.currencies import DECIMALS
from crm.types import Text
from opportunities.actions import (
    RowResult,
    bulk_assign,
    bulk_close,
    bulk_close_quotes,
    bulk_reopen,
    check_close_of_many,
)
from opportunities.bulk_forms import BulkAssignForm, BulkCloseForm
from opportunities.bulk_rows import Words
from opportunities.bulk_steps import BulkPage
from opportunities.forms import ReopenForm
from opportunities.models import Opportunity, Outcome
from quotes.forms import QuoteCloseForm


class BulkClosePage(BulkPage):
    """The form is made from a close check, so it has the fields of the dialog."""

    outcome: Outcome

    def get_form(self, data: Any = None) -> BulkCloseForm:
        check = check_close_of_many(self.outcome, actor=self.actor)
        return BulkCloseForm(data, check=check, user=self.actor, currencies=self._currencies())

    def _currencies(self) -> list[str]:
        """Of all the chosen ones. A step of the run knows its own rows only, and is told."""
        if self.sent.get("bulk-step") != "chunk":
            return sorted({opportunity.currency for opportunity in self.found.values()})
        told = self.sent.get("bulk-currency", "")
        return [told] if told in DECIMALS else []

    def deed(self, ids: Sequence[UUID], form: forms.Form, *, dry_run: bool) -> list[RowResult]:
        assert isinstance(form, BulkCloseForm)
        return bulk_close(ids, form.request(), actor=self.actor, dry_run=dry_run)


class BulkCloseAsWonPage(BulkClosePage):
    command = "close-as-won"
    title = _("Close opportunities as won")
    words = Words(_("Will be closed as won"), _("Closed as won"), "won")
    outcome = Outcome.WON


class BulkCloseAsLostPage(BulkClosePage):
    command = "close-as-lost"
    title = _("Close opportunities as lost")
    words = Words(_("Will be closed as lost"), _("Closed as lost"), "lost")
    outcome = Outcome.LOST


class BulkReopenPage(BulkPage):
    command = "reopen"
    title = _("Reopen opportunities")
    words = Words(_("Will be reopened"), _("Reopened"))

    def get_form(self, data: Any = None) -> ReopenForm:
        return ReopenForm(data)

    def deed(self, ids: Sequence[UUID], form: forms.Form, *, dry_run: bool) -> list[RowResult]:
        assert isinstance(form, ReopenForm)
        return bulk_reopen(ids, form.request(), actor=self.actor, dry_run=dry_run)


class BulkCloseQuotesPage(BulkPage):
    command = "close-quotes"
    title = _("Close all quotes of opportunities")
    words = Words(_("Open quotes will be closed"), _("Quotes closed"))
    question = _("All draft and active quotes of the opportunities are closed. Where none is open nothing changes.")

    def get_form(self, data: Any = None) -> QuoteCloseForm:
        return QuoteCloseForm(data, today=clock.today(self.actor.time_zone))

    def needless(self, opportunity: Opportunity, form: forms.Form) -> Text:
        return "" if opportunity.open_quotes else _("No open quotes")

    def deed(self, ids: Sequence[UUID], form: forms.Form, *, dry_run: bool) -> list[RowResult]:
        assert isinstance(form, QuoteCloseForm)
        return bulk_close_quotes(ids, form.request(), actor=self.actor, dry_run=dry_run)


class BulkAssignPage(BulkPage):
    command = "assign"
    title = _("Assign opportunities")
    words = Words(_("Will be assigned"), _("Assigned"))

    def get_form(self, data: Any = None) -> BulkAssignForm:
        return BulkAssignForm(data, user=self.actor)

    def needless(self, opportunity: Opportunity, form: forms.Form) -> Text:
        return _("Has this owner") if opportunity.owner_id == form.cleaned_data["owner"] else ""

    def deed(self, ids: Sequence[UUID], form: forms.Form, *, dry_run: bool) -> list[RowResult]:
        return bulk_assign(ids, form.cleaned_data["owner"], actor=self.actor, dry_run=dry_run)


PAGES = (BulkCloseAsWonPage, BulkCloseAsLostPage, BulkReopenPage, BulkCloseQuotesPage, BulkAssignPage)
