"""Creating and editing opportunities."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import NotFound
from crm.events import changed_since, own_versions_since
from crm.models import User
from crm.types import Text
from crm.views import FormPage
from opportunities.actions import create_opportunity, edit_opportunity
from opportunities.commands import create_refusal, require_command
from opportunities.conflicts import EditPage, taken_over, with_originals
from opportunities.forms import OpportunityForm
from opportunities.models import Opportunity, SalesStage, State, StatusReason
from opportunities.reads import find_record
from opportunities.sections import SECTIONS
from opportunities.views import OpportunityView


class OpportunityCreatePage(FormPage):
    section = "opportunities"
    title = gettext_lazy("New opportunity")
    back_label = gettext_lazy("Back to the list")
    template_name = "opportunities/form.html"

    def judge(self) -> None:
        refusal = create_refusal(self.actor)
        if refusal:
            raise refusal

    def get_form(self, data: Any = None) -> OpportunityForm:
        blank = Opportunity(owner=self.actor, status_reason=StatusReason.objects.default_for(State.OPEN))
        blank.competitor_refs = []
        return OpportunityForm(data, opportunity=blank, user=self.actor, currency_fixed=False)

    def get_cancel_url(self) -> str:
        return reverse("opportunities")

    def submit(self, form: Form, actor: User) -> str:
        opportunity = create_opportunity(form.cleaned_data, actor=actor)
        self.say(_("“%(topic)s” was created.") % {"topic": opportunity.topic})
        return opportunity.get_absolute_url()


class OpportunityEditPage(EditPage):
    section = "opportunities"
    back_label = gettext_lazy("Back to the opportunity")

    def load(self, pk: UUID) -> None:
        self.shown = self.opportunity = find_record(pk, self.actor)

    def judge(self) -> None:
        require_command("edit", self.opportunity, self.actor)

    def get_title(self) -> Text:
        return _("Edit “%(topic)s”") % {"topic": self.opportunity.topic}

    def get_version(self) -> int:
        return self.opportunity.version

    def get_form(self, data: Any = None) -> OpportunityForm:
        fixed = bool(self.opportunity.quotes.all())
        form = OpportunityForm(data, opportunity=self.opportunity, user=self.actor, currency_fixed=fixed)
        with_originals(form)
        return form

    def get_cancel_url(self) -> str:
        return self.opportunity.get_absolute_url()

    def submit(self, form: Form, actor: User) -> str:
        opportunity = edit_opportunity(self.opportunity.pk, form.cleaned_data, actor=actor, expected=self.expected)
        changed = opportunity.version != self.opportunity.version
        self.say(_("“%(topic)s” was saved.") % {"topic": opportunity.topic} if changed else _("Nothing was changed."))
        return opportunity.get_absolute_url()


class SectionEditPage(OpportunityView, EditPage):
    """The record page with one of its sections as a form. It writes the fields of that section and no others."""

    back_label = gettext_lazy("Back to the opportunity")

    def load(self, pk: UUID, section: str = "") -> None:
        if section not in SECTIONS:
            raise NotFound
        super().load(pk)
        self.edited = SECTIONS[section]
        if section != "stage":  # whose steps stand above every tab
            self.tab = "summary"

    def judge(self) -> None:
        require_command("edit", self.opportunity, self.actor)

    def get_version(self) -> int:
        return self.opportunity.version

    def get_form(self, data: Any = None) -> OpportunityForm:
        form = self._form(data, self.edited.fields)
        with_originals(form)
        return form

    def _form(self, data: Any = None, only: Collection[str] = ()) -> OpportunityForm:
        fixed = bool(self.opportunity.quotes.all())
        return OpportunityForm(data, opportunity=self.opportunity, user=self.actor, currency_fixed=fixed, only=only)

    def renewed(self, form: Form) -> Form:
        """Tells also of what others changed elsewhere on the page, which the form does not hold."""
        merged = super().renewed(form)
        elsewhere = {
            name
            for opened in self.expected or ()
            for name in changed_since(self.opportunity.pk, opened).difference(self.edited.fields)
        }
        if elsewhere:
            self.conflicts = [*self.conflicts, *taken_over(self._form(), elsewhere)]
        return merged

    def get_cancel_url(self) -> str:
        return self.address()

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "editing": self.edited.key}

    def submit(self, form: Form, actor: User) -> str:
        expected = self._expected_or_own()
        opportunity = edit_opportunity(self.opportunity.pk, form.cleaned_data, actor=actor, expected=expected)
        changed = opportunity.version != self.opportunity.version
        self.say(self._done(opportunity) if changed else _("Nothing was changed."))
        return self.address()

    def _expected_or_own(self) -> frozenset[int] | None:
        """What the user himself saved meanwhile in other sections, in another window, is no conflict."""
        if self.expected is None or self.opportunity.version in self.expected:
            return self.expected
        pk, fields = self.opportunity.pk, self.edited.fields
        own = [own_versions_since(pk, opened, self.actor, but_for=fields) for opened in self.expected]
        return self.expected.union(*own)

    def _done(self, opportunity: Opportunity) -> str:
        if self.edited.key == "stage":
            return _("The sales stage is now %(stage)s.") % {"stage": SalesStage(opportunity.sales_stage).label}
        return _("“%(topic)s” was saved.") % {"topic": opportunity.topic}
