"""Two people edit one record: what a form holds merged, field by field, with what someone else saved meanwhile.

An edit form carries the values that it was opened with (`initial-…`), so that it is known which ones its user
touched. The others take what the record holds now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats
from django.utils.datastructures import MultiValueDict

from crm.currencies import amount_shown
from crm.forms import MoneyField
from crm.types import Text
from crm.views import FormPage


@dataclass(frozen=True)
class Conflict:
    """A field that someone else changed. `typed` is what the user wrote instead; None where he did not touch it."""

    label: Text
    present: Text
    typed: Text | None = None


class Merging(FormPage):
    """Edits a record. Where someone else was faster, his values and the typed ones are merged."""

    conflicts: Sequence[Conflict] = ()

    def renewed(self, form: forms.Form) -> forms.Form:
        merged = merge(form, self.get_form)
        self.conflicts = conflicts_of(form, merged)
        return merged

    def get_context(self) -> dict[str, Any]:
        taken = [each for each in self.conflicts if each.typed is None]
        clashes = [each for each in self.conflicts if each.typed is not None]
        return {**super().get_context(), "taken": taken, "clashes": clashes}


class EditPage(Merging):
    """On a page of its own."""

    template_name = "opportunities/form.html"


def with_originals(form: forms.Form) -> None:
    """Let the form carry what it was opened with."""
    for field in form.fields.values():
        field.show_hidden_initial = not field.disabled


def merge(typed: forms.Form, make: Callable[[Any], forms.Form]) -> forms.Form:
    """A form of the present record with what was touched as typed, and the rest as it is now."""
    fresh = make(None)
    data: MultiValueDict[str, Any] = QueryDict(mutable=True)
    data.update(typed.data)
    for bound in fresh:
        present = bound.value()
        values = [str(each) for each in (present if isinstance(present, list) else [present]) if each is not None]
        data.setlist(bound.html_initial_name, values)
        if bound.name not in typed.changed_data:
            data.setlist(bound.html_name, values)
    merged = make(data)
    merged.full_clean()
    return merged


def conflicts_of(typed: forms.Form, merged: forms.Form) -> list[Conflict]:
    """The fields whose values someone else changed, but for those in which both wrote the same."""
    found = []
    for bound in merged:
        mine, theirs = typed.cleaned_data[bound.name], bound.initial
        touched = bound.name in typed.changed_data
        if _comparable(mine) == _comparable(theirs) or (touched and not _moved(typed[bound.name], theirs)):
            continue
        found.append(Conflict(bound.label, _shown(bound, theirs), _shown(bound, mine) if touched else None))
    return found


def taken_over(form: forms.Form, names: Collection[str]) -> list[Conflict]:
    """These fields of a form, which someone else changed, as the record holds them now."""
    return [Conflict(bound.label, _shown(bound, bound.initial)) for bound in form if bound.name in names]


def _moved(opened: forms.BoundField, present: Any) -> bool:
    """Is the present value another than that which the form was opened with?"""
    data = opened.form.data
    original: Any = opened.field.hidden_widget().value_from_datadict(data, opened.form.files, opened.html_initial_name)
    try:
        return _comparable(opened.field.clean(original)) != _comparable(present)
    except forms.ValidationError:
        return True


def _comparable(value: Any) -> Any:
    return set(value) if isinstance(value, list) else value


def _shown(bound: forms.BoundField, value: Any) -> Text:
    if value in (None, "", []):
        return ""
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(bound.field, MoneyField) and isinstance(value, Decimal):
        return amount_shown(value, bound.field.currency or bound.form["currency"].initial)
    choices = dict(getattr(bound.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices[each]) for each in value)
    return choices.get(value, "") if choices else bound.field.prepare_value(value)
