"""Accounts and competitors, the records of the organization: one page each, create, edit, delete."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.commands import Command
from crm.errors import NotFound
from crm.models import RecordAccess, User
from crm.permissions import access, access_denial, require_access
from crm.types import Text
from crm.views import DeletePage, FormPage, PageView
from opportunities.actions import create_record, delete_record, edit_record
from opportunities.conflicts import EditPage, with_originals
from opportunities.models import Account, Competitor, Opportunity
from opportunities.record_forms import FORMS, initial_of
from opportunities.record_reads import win_rate

Record: TypeAlias = Account | Competitor
# Of an account's or competitor's opportunities the page shows the newest; the list has all.
SHOWN = 20


class RecordView(PageView):
    """Finds the record. `name` is the kind's in the names of the addresses."""

    model: type[Account] | type[Competitor]
    name = ""
    record: Record

    def load(self, pk: UUID) -> None:
        record = self.model.objects.visible_to(self.actor).filter(pk=pk).first()
        if record is None:
            raise NotFound
        self.record = record

    def address(self, deed: str = "") -> str:
        return reverse(f"{self.name}-{deed}" if deed else self.name, args=[self.record.pk])


class RecordPage(RecordView):
    kind: Text = ""
    # The filter of the opportunity list that finds the record's.
    opportunities_path = ""

    def get_title(self) -> Text:
        return self.record.name

    def get_context(self) -> dict[str, Any]:
        rows = self._opportunities()
        return {
            **super().get_context(),
            "kind": self.kind,
            "record": self.record,
            "commands": self.commands(),
            "opportunities": rows[:SHOWN],
            "more": len(rows) > SHOWN,
            "opportunities_url": f"{reverse('opportunities')}?view=all&{self.name}={self.record.pk}",
        }

    def commands(self) -> list[Command]:
        return [
            self._command("edit", gettext_lazy("Edit"), RecordAccess.EDIT, dialog=False),
            self._command("delete", gettext_lazy("Delete"), RecordAccess.DELETE, dialog=True),
        ]

    def _command(self, key: str, label: Text, needed: RecordAccess, *, dialog: bool) -> Command:
        reason = "" if access(self.actor, self.model.kind) >= needed else access_denial(needed)
        return Command(key, label, key, self.address(key), reason, dialog)

    def _opportunities(self) -> list[Opportunity]:
        rows = Opportunity.objects.visible_to(self.actor).filter(**{self.opportunities_path: self.record})
        return list(rows.select_related("owner", "status_reason").order_by("-modified_at")[: SHOWN + 1])


class AccountPage(RecordPage):
    template_name = "records/account.html"
    section = "accounts"
    model, name, kind = Account, "account", gettext_lazy("Account")
    opportunities_path = "account"


class CompetitorPage(RecordPage):
    template_name = "records/competitor.html"
    section = "competitors"
    model, name, kind = Competitor, "competitor", gettext_lazy("Competitor")
    opportunities_path = "competitors"

    def get_context(self) -> dict[str, Any]:
        return {**super().get_context(), "win_rate": win_rate(self.record.pk, self.actor)}


class RecordCreatePage(FormPage):
    back_label = gettext_lazy("Back to the list")
    model: type[Account] | type[Competitor]
    name = ""

    def judge(self) -> None:
        require_access(self.actor, self.model.kind, RecordAccess.EDIT)

    def get_form(self, data: Any = None) -> Form:
        return FORMS[self.model](data)

    def get_cancel_url(self) -> str:
        return reverse(self.section)

    def submit(self, form: Form, actor: User) -> str:
        record = create_record(self.model, form.cleaned_data, actor=actor)
        self.say(_("“%(name)s” was created.") % {"name": record.name})
        return reverse(self.name, args=[record.pk])


class AccountCreatePage(RecordCreatePage):
    model, name, section, title = Account, "account", "accounts", gettext_lazy("New account")


class CompetitorCreatePage(RecordCreatePage):
    model, name, section, title = Competitor, "competitor", "competitors", gettext_lazy("New competitor")


class RecordEditPage(RecordView, EditPage):
    def judge(self) -> None:
        require_access(self.actor, self.model.kind, RecordAccess.EDIT)

    def get_title(self) -> Text:
        return _("Edit “%(name)s”") % {"name": self.record.name}

    def get_version(self) -> int:
        return self.record.version

    def get_form(self, data: Any = None) -> Form:
        form = FORMS[self.model](data, initial=initial_of(self.record))
        with_originals(form)
        return form

    def get_cancel_url(self) -> str:
        return self.address()

    def submit(self, form: Form, actor: User) -> str:
        record = edit_record(self.model, self.record.pk, form.cleaned_data, actor=actor, expected=self.expected)
        changed = record.version != self.record.version
        self.say(_("“%(name)s” was saved.") % {"name": record.name} if changed else _("Nothing was changed."))
        return self.address()


class AccountEditPage(RecordEditPage):
    model, name, section = Account, "account", "accounts"


class CompetitorEditPage(RecordEditPage):
    model, name, section = Competitor, "competitor", "competitors"


class RecordDeletePage(RecordView, DeletePage):
    def judge(self) -> None:
        require_access(self.actor, self.model.kind, RecordAccess.DELETE)

    def get_subject(self) -> Text:
        return self.record.name

    def get_version(self) -> int:
        return self.record.version

    def get_cancel_url(self) -> str:
        return self.address()

    def delete(self, actor: User) -> str:
        delete_record(self.model, self.record.pk, actor=actor, expected=self.expected)
        self.say(_("“%(name)s” was deleted.") % {"name": self.record.name})
        return reverse(self.section)


class AccountDeletePage(RecordDeletePage):
    model, name, section, title = Account, "account", "accounts", gettext_lazy("Delete account")


class CompetitorDeletePage(RecordDeletePage):
    model, name, section, title = Competitor, "competitor", "competitors", gettext_lazy("Delete competitor")
