"""The steps of a verb on many opportunities: form, preview, run, result.

Each step is one form that is sent to the same address and carries everything along: the chosen ids, frozen when
the form was opened, and what was typed. It is kept for the page that shows it, so that going back sends nothing again.
No id is believed: every step asks the action, with `dry_run` where it only shows. So each can be sent twice, and a row
that is done already is told as such.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.errors import Invalid, NotFound, Refusal
from crm.forms import judged_by_the_server
from crm.kept_pages import KeptPage
from crm.selection import LIMIT, ids_in_list, read_ids
from crm.types import Text
from crm.unsent import UNSENT
from crm.views import NOT_SENT, add_errors
from opportunities.actions import MAX_ROWS, RowResult
from opportunities.bulk_commands import bulk_label
from opportunities.bulk_forms import shown_values
from opportunities.bulk_rows import Fate, Row, Words, by_fate, count_fates, find_rows, in_chunks, make_row
from opportunities.commands import OFFERS
from opportunities.list_views import OpportunityListPage
from opportunities.models import Opportunity

# Rows that a script sends at once: a step of the progress takes about a second.
CHUNK = 200
WRITING = ("run", "chunk")


class BulkPage(KeptPage, ABC):
    """One verb. Hooks: `get_form`; `deed`, which calls the action; `needless`."""

    section = "opportunities"
    command = ""
    words: Words
    step_field = "bulk-step"
    # What only chose the rows, or a step.
    not_kept = ("bulk-all", "bulk-along")
    sent: QueryDict
    ids: list[UUID]
    # Why a form is asked for at all, above its fields.
    question: Text = ""

    @abstractmethod
    def get_form(self, data: Any = None) -> forms.Form: ...

    @abstractmethod
    def deed(self, ids: Sequence[UUID], form: forms.Form, *, dry_run: bool) -> list[RowResult]:
        """Raises: Invalid, where the form is wrong for all."""

    def needless(self, opportunity: Opportunity, form: forms.Form) -> Text:
        """Why the verb changes nothing of this one, as it was read before; empty where it does."""
        return ""

    # The steps

    def load(self) -> None:
        self.sent = self.request.POST.copy() or self.read_kept()
        refusal = OFFERS[self.command].never(self.actor)
        if refusal:
            raise refusal

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The step that was sent last from the page before."""
        if not self.sent:
            return self._back_to_list(_("Select opportunities first."))
        self.ids = read_ids(self.sent.getlist("bulk-ids"))
        if not self.found:
            raise NotFound
        steps: dict[str, Callable[[], HttpResponse]] = {
            "form": lambda: self.show_form(self.get_form(self.sent)),
            "preview": lambda: self._with_form(self.preview),
            "ready": lambda: self._with_form(self.keep_ready),
            "left": lambda: self._with_form(self.show_left),
            "result": lambda: self._with_form(self.result),
        }
        return steps.get(self._step, lambda: self.show_form(self.get_form()))()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """`bulk-step` says which one is asked for; the list, which sends none, begins with the form."""
        self._settle()
        try:
            self.ids = self._chosen()
        except Invalid:
            return self._back_to_list(_("The list cannot be shown like this"))
        if not self.ids:
            return self._back_to_list(_("Select opportunities first."))
        if len(self.ids) > LIMIT:
            return self._back_to_list(_too_many())
        if self._step == "chunk":
            return self._with_form(self.run_chunk)
        if self._step == "run":
            self.run()
        self.sent["bulk-ids"] = ",".join(map(str, self.ids))
        return self.lead_on(self.sent)

    @property
    def _step(self) -> str:
        return self.sent.get(self.step_field, "")

    def _settle(self) -> None:
        """The preview offers to close open quotes along, and checks anew. The way back to a form after signing in
        writes nothing: it leads to what would happen.
        """
        if UNSENT in self.sent and self._step in WRITING:
            messages.info(self.request, NOT_SENT)
            self.sent["bulk-step"] = "preview"
        if along := self.sent.get("bulk-along"):
            self.sent["close_quotes"], self.sent["bulk-step"] = along, "preview"

    def _chosen(self) -> list[UUID]:
        """Raises: Invalid."""
        if not self.sent.get("bulk-all"):
            return read_ids(self.sent.getlist("bulk-ids"))
        page = OpportunityListPage
        return ids_in_list(page.definition, self.query, self.actor, default_view=page.default_view)

    def _with_form(self, step: Callable[[forms.Form], HttpResponse]) -> HttpResponse:
        """What the form gets wrong for all rows leads back to it, with everything that was typed."""
        form = self.get_form(self.sent)
        if not form.is_valid():
            return self.show_form(form, status=400)
        try:
            return step(form)
        except Invalid as invalid:
            add_errors(form, invalid)
            return self.show_form(form, status=invalid.status, refusal=invalid)

    def show_form(self, form: forms.Form, *, status: int = 200, refusal: Refusal | None = None) -> HttpResponse:
        return self._show("opportunities/bulk_form.html", form, status=status, refusal=refusal)

    def preview(self, form: forms.Form) -> HttpResponse:
        return self._show_preview(form, self._preview_rows(self.ids, form))

    def keep_ready(self, form: forms.Form) -> HttpResponse:
        """The preview of those only that would be changed."""
        rows = self._preview_rows(self.ids, form)
        ready = [row for row in rows if row.fate == Fate.READY]
        self.ids = [row.pk for row in ready or rows]
        return self._show_preview(form, ready or rows)

    def run(self) -> None:
        """As many as one call takes; those that are left are sent with the next form. Where the form is wrong for all
        the preview says so.
        """
        form = self.get_form(self.sent)
        self.sent["bulk-step"] = "preview"
        if not form.is_valid():
            return
        sent = self._sent_before
        with suppress(Invalid):
            rows = self._run_rows(self.ids[sent : sent + MAX_ROWS], form)
            done = [*self.done, *(row.pk for row in rows if row.fate == Fate.DONE)]
            self.sent["bulk-done"] = ",".join(map(str, done))
            self.sent["bulk-sent"] = str(sent + len(rows))
            self.sent["bulk-step"] = "result" if sent + len(rows) >= len(self.ids) else "left"

    def show_left(self, form: forms.Form) -> HttpResponse:
        return self._show("opportunities/bulk_run.html", form, sent=self._sent_before)

    def run_chunk(self, form: forms.Form) -> HttpResponse:
        """For scripts: the ids are one step of the progress, the answer is what came of each."""
        rows = self._run_rows(self.ids, form)
        told = [{"id": row.pk, "fate": row.fate, "label": str(row.label), "detail": row.detail} for row in rows]
        return JsonResponse({"results": told})

    def result(self, form: forms.Form) -> HttpResponse:
        """What was done, and of the others what stands against them now."""
        done = {pk: Row(pk, self.found.get(pk), Fate.DONE, self.words.done) for pk in self.done}
        rest = self._preview_rows([pk for pk in self.ids if pk not in done], form)
        self.ids = [row.pk for row in rest if row.fate in (Fate.REFUSED, Fate.READY)]
        return self._show("opportunities/bulk_result.html", form, **_counted([*rest, *done.values()]))

    # What they share

    def _preview_rows(self, ids: Sequence[UUID], form: forms.Form) -> list[Row]:
        results = in_chunks(ids, lambda chunk: self.deed(chunk, form, dry_run=True))
        return [self._row(result, self.found, form, done=False) for result in results]

    def _run_rows(self, ids: Sequence[UUID], form: forms.Form) -> list[Row]:
        before = self.found
        return [self._row(result, before, form, done=True) for result in self.deed(ids, form, dry_run=False)]

    def _row(self, result: RowResult, found: Mapping[UUID, Opportunity], form: forms.Form, *, done: bool) -> Row:
        opportunity = found.get(result.id)
        needless = self.needless(opportunity, form) if opportunity else ""
        return make_row(result, opportunity, self.words, done=done, needless=needless)

    def _show_preview(self, form: forms.Form, rows: list[Row]) -> HttpResponse:
        return self._show("opportunities/bulk_preview.html", form, **_counted(rows))

    def _show(self, template: str, form: forms.Form, *, status: int = 200, **context: Any) -> HttpResponse:
        self.template_name = template
        judged_by_the_server(form)
        shared = {
            **self.get_context(),
            "form": form,
            "ids": self.ids,
            "done": self.done,
            "query": self.query,
            "currency": getattr(form, "currency", ""),
            "cancel_url": self.get_back()[0],
            "back_label": self.get_back()[1],
            "label": bulk_label(self.command),
            "question": self.question,
            "chunk": CHUNK,
            "typed": list(shown_values(form)) if form.is_bound and form.is_valid() else [],
        }
        return self.show({**shared, **context}, status=status)

    @cached_property
    def found(self) -> dict[UUID, Opportunity]:
        """Those of the ids that the user may read."""
        return find_rows(self.ids, self.actor)

    @cached_property
    def done(self) -> list[UUID]:
        """Those that earlier steps of the run report as done: no more than what to show."""
        chosen = set(self.ids)
        return [pk for pk in read_ids(self.sent.getlist("bulk-done")) if pk in chosen]

    @property
    def query(self) -> str:
        return self.sent.get("bulk-query", "")

    @property
    def _sent_before(self) -> int:
        sent = self.sent.get("bulk-sent", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else 0

    def get_back(self) -> tuple[str, Text]:
        address = reverse("opportunities")
        return (f"{address}?{self.query}" if self.query else address), _("Back to the list")

    def _back_to_list(self, text: Text) -> HttpResponse:
        messages.warning(self.request, str(text))
        return HttpResponseRedirect(self.get_back()[0])


def _counted(rows: list[Row]) -> dict[str, Any]:
    with_quotes = sum(row.code == "opportunity_has_open_quotes" for row in rows)
    return {"rows": by_fate(rows), "counts": count_fates(rows), "with_quotes": with_quotes}


def _too_many() -> str:
    return _("At most %(limit)s opportunities can be changed at once. Narrow the list by filters first.") % {
        "limit": number_format(LIMIT, 0, force_grouping=True)
    }
