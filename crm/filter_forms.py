"""The form "Edit filters", made of the fields that a list offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.filter_fields import FilterField
from crm.models import User

# From and to, as the names of filters end.
RANGES = (("_after", "_before"), ("_min", "_max"))


class FilterForm(forms.Form):
    """Begins with what the address has; `changes` is what it shall have."""

    def __init__(self, data: Any, *, filters: Mapping[str, FilterField], present: QueryDict, user: User) -> None:
        super().__init__(data, auto_id="dialog_%s")
        self.filters = filters
        for name, each in filters.items():
            self.fields[name] = each.form_field(user, str(present.get(name, "")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.filters:
            for first, last in RANGES:
                if name.endswith(first):
                    self._check_range(name, name.removesuffix(first) + last)
        return cleaned

    def _check_range(self, first: str, last: str) -> None:
        lower, upper = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if lower is not None and upper is not None and lower > upper:
            self.add_error(last, _("Nothing lies between: this is less than where it begins."))

    def changes(self) -> dict[str, str | None]:
        """The parameters of the address; None where one is left out."""
        return {name: each.text(self.cleaned_data[name]) or None for name, each in self.filters.items()}
