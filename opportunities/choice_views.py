"""What comboboxes offer while one types: the records that the user may name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.models import RecordAccess
from crm.permissions import access
from crm.selection import read_ids
from crm.types import Text
from crm.views import PageView, as_private
from opportunities import form_choices
from opportunities.models import Account, Competitor

SHOWN = 20
LONGEST = 200


class ChoicesPage(PageView):
    """`?q=`: the first records whose name fits, as options of a listbox; those of `&first=` before the others.

    With `&new=yes` the last option is a new record of that name, for who may create one. It is created by nothing
    but the form that is sent with it.
    """

    template_name = "components/choices.html"
    model: type[Account] | type[Competitor]
    # Of a new record, with its `name`; empty where none is created on the way.
    new_label: Text = ""
    # What who may not create one is told where nothing is found.
    not_creatable: Text = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Nothing to offer; that the session ended is told when the form is sent, and what was typed stays.
        if not request.user.is_authenticated:
            return as_private(HttpResponse(status=204))
        return super().dispatch(request, *args, **kwargs)

    def get_context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "").strip()[:LONGEST]
        first = read_ids(self.request.GET.getlist("first"))[:SHOWN]
        found = form_choices.found(self.model, text, self.actor, limit=SHOWN + 1, first=first)
        return {
            "q": text,
            "choices": found[:SHOWN],
            "has_more": len(found) > SHOWN,
            "new_label": self.new_label % {"name": text} if self._offers_new(text) else "",
            "nothing": _("Nothing found") if self._may_create() or not self.new_label else self.not_creatable,
        }

    def _may_create(self) -> bool:
        return access(self.actor, self.model.kind) >= RecordAccess.EDIT

    def _offers_new(self, text: str) -> bool:
        if not (text and self.new_label) or "\0" in text or self.request.GET.get("new") != "yes":
            return False
        if not self._may_create():
            return False
        return not self.model.objects.visible_to(self.actor).filter(name__iexact=text).exists()


class AccountChoices(ChoicesPage):
    model = Account


class CompetitorChoices(ChoicesPage):
    model, new_label = Competitor, _("New competitor “%(name)s”")
    not_creatable = _("Nothing found. Your role cannot add competitors: ask your manager.")
