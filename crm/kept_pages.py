"""Pages that show something of what was sent to them, each at an address of its own."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseRedirect, QueryDict

from crm.models import KeptForm
from crm.selection import read_ids
from crm.unsent import NEVER_KEPT
from crm.views import PageView


class KeptPage(PageView):
    """Answers what is sent with the address of a page, `?kept=…`, that shows it: who goes back there, or loads it anew,
    is not asked to send it once more, and finds what he typed.

    Attributes:
        step_field: says what of it the page shows; none is the form as it was opened.
        not_kept: fields that mean nothing afterwards.
    """

    http_method_names = ["get", "head", "options", "post"]
    step_field = ""
    not_kept: Sequence[str] = ()

    def kept(self) -> KeptForm | None:
        """What the page of this address shows; none where it is over its time, or another user's."""
        ids = read_ids([self.request.GET.get("kept", "")])
        return KeptForm.objects.find(ids[0], user=self.actor) if len(ids) == 1 else None

    def read_kept(self) -> QueryDict:
        kept = self.kept()
        return QueryDict(kept.sent if kept else "")

    def lead_on(self, sent: QueryDict) -> HttpResponse:
        """To the page of what was sent. The page that is left shows its form as it was left."""
        left = self.kept()
        if left:
            typed = self._lasting(self.request.POST)
            typed[self.step_field] = QueryDict(left.sent).get(self.step_field, "form")
            left.sent = typed.urlencode()
            left.save(update_fields=["sent"])
        kept = KeptForm.objects.keep(self._lasting(sent), user=self.actor)
        return HttpResponseRedirect(f"{self.request.path}?kept={kept.pk}")

    def _lasting(self, sent: QueryDict) -> QueryDict:
        lasting = sent.copy()
        for name in (*NEVER_KEPT, *self.not_kept):
            lasting.pop(name, None)
        return lasting
