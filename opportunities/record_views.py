"""Accounts and competitors, the records of the organization: one page each, create, edit, delete."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import clock
from crm.commands import Command
from crm.errors import NotFound
from crm.models import RecordAccess, User
from crm.periods import QUARTER, last_periods
from crm.permissions import access, access_denial, require_access
from crm.types import Text
from crm.views import DeletePage, FormPage, PageView
from opportunities.actions import create_record, delete_record, edit_record
from opportunities.analytics import WinRate, over, win_rate, win_rates_by_month
from opportunities.chart_data import quarter_label, won_and_lost
from opportunities.conflicts import EditPage, with_originals
from opportunities.list_links import opportunities_url
from opportunities.models import Account, Competitor, Outcome
from opportunities.record_forms import FORMS, initial_of
from opportunities.record_reads import closings_of, open_opportunities_of, tally_of

Record: TypeAlias = Account | Competitor
# Of each kind of rows the page shows so many; the list has all.
SHOWN, QUARTERS = 10, 8


class RecordView(PageView):
    """Finds the record. `name` is the kind's in the names of the addresses."""

    model: type[Account] | type[Competitor]
    name = ""
    record: Record

    def load(self, pk: UUID) -> None:
        record = self.model.objects.visible_to(self.actor).filter(pk=pk).first()
        if record is None:
            raise NotFound
        self.shown = self.record = record

    def address(self, deed: str = "") -> str:
        return reverse(f"{self.name}-{deed}" if deed else self.name, args=[self.record.pk])


class RecordPage(RecordView):
    """The record, its open opportunities and what came of the others."""

    kind: Text = ""

    def get_title(self) -> Text:
        return self.record.name

    def get_context(self) -> dict[str, Any]:
        return {
            **super().get_context(),
            "kind": self.kind,
            "record": self.record,
            "commands": self.commands(),
            "open_rows": open_opportunities_of(self.record, self.actor)[:SHOWN],
            "urls": self.urls(),
        }

    def urls(self) -> dict[str, str]:
        """The lists behind what the page shows of them."""
        return {view: opportunities_url(view, **{self.name: self.record.pk}) for view in ("all", "open", "closed")}

    def commands(self) -> list[Command]:
        return [
            self._command("edit", gettext_lazy("Edit"), RecordAccess.EDIT, dialog=False),
            self._command("delete", gettext_lazy("Delete"), RecordAccess.DELETE, dialog=True),
        ]

    def _command(self, key: str, label: Text, needed: RecordAccess, *, dialog: bool) -> Command:
        reason = "" if access(self.actor, self.model.kind) >= needed else access_denial(needed)
        return Command(key, label, key, self.address(key), reason, dialog)


class AccountPage(RecordPage):
    template_name = "records/account.html"
    section = "accounts"
    model, name, kind = Account, "account", gettext_lazy("Account")

    def get_context(self) -> dict[str, Any]:
        closings = closings_of(self.record, self.actor)
        return {
            **super().get_context(),
            "open": tally_of(open_opportunities_of(self.record, self.actor)),
            "win_rate": win_rate(closings),
            "closings": closings[:SHOWN],
        }


class CompetitorPage(RecordPage):
    """Its lists of won and lost deals are those of the closings that name it, as its win rate is."""

    template_name = "records/competitor.html"
    section = "competitors"
    model, name, kind = Competitor, "competitor", gettext_lazy("Competitor")

    def get_context(self) -> dict[str, Any]:
        closings = closings_of(self.record, self.actor)
        months = win_rates_by_month(closings)
        rates = over(last_periods(clock.today(self.actor.time_zone), QUARTER, QUARTERS), months)
        return {
            **super().get_context(),
            "win_rate": sum(months.values(), WinRate()).reversed,
            "won_against": closings.filter(outcome=Outcome.WON)[:SHOWN],
            "lost_to": closings.filter(outcome=Outcome.LOST)[:SHOWN],
            "chart": won_and_lost(_("What we won and lost, by quarter"), rates, quarter_label, **self._named()),
        }

    def urls(self) -> dict[str, str]:
        named = {view: opportunities_url(view, **self._named()) for view in ("closed", "won", "lost")}
        return super().urls() | named

    def _named(self) -> dict[str, Any]:
        """The filter for the opportunities whose closing names the competitor."""
        return {"close_competitor": self.record.pk}


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
