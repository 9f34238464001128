"""The filters of opportunities that the list's page offers to edit; the address takes all of opportunities.filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.currencies import DECIMALS
from crm.models import User
from opportunities.models import State, StatusReason

CLOSED_VIEWS = ("closed", "won", "lost")
STATES = {"won": [State.WON], "lost": [State.LOST], "closed": [State.WON, State.LOST], "all": list(State)}


class OpportunityFilterForm(forms.Form):
    """Shows what is set; what it means is read, and judged, by the list itself."""

    owner = forms.ChoiceField(label=_("Owner"))
    status_reason = forms.ChoiceField(label=_("Status reason"))
    currency = forms.ChoiceField(label=_("Currency"))

    def __init__(self, data: Any, *, view: str) -> None:
        super().__init__(data, auto_id="filter_%s")
        date, labels = _close_date(view)
        for bound, label in labels.items():
            self.fields[f"{date}_{bound}"] = forms.DateField(
                label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            )
        self._offer("owner", [(str(user.pk), user.name) for user in User.objects.filter(is_active=True)])
        reasons = StatusReason.objects.filter(state__in=STATES.get(view, [State.OPEN]))
        self._offer("status_reason", [(str(reason.code), reason.label) for reason in reasons])
        self._offer("currency", [(code, code) for code in sorted(DECIMALS)])
        for field in self.fields.values():
            field.required = False

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """With what is set, though it may be several values or none that is offered: applying must not change it."""
        present = self.data.get(name, "")
        if present and present not in dict(choices):
            choices = [(present, str(_("As in the address"))), *choices]
        self.fields[name].choices = [("", _("Any")), *choices]  # type: ignore[attr-defined]


def _close_date(view: str) -> tuple[str, dict[str, Any]]:
    if view in CLOSED_VIEWS:
        return "actual_close_date", {"after": _("Actual close date from"), "before": _("Actual close date to")}
    return "estimated_close_date", {"after": _("Est. close date from"), "before": _("Est. close date to")}
