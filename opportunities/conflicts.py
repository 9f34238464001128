"""What a form holds that the record, changed by someone else meanwhile, holds otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from crm.types import Text


@dataclass(frozen=True)
class Conflict:
    """A field whose present value is not the typed one; an empty `present` means that there is none."""

    label: Text
    present: Text


def conflicts_of(typed: forms.Form, fresh: forms.Form) -> list[Conflict]:
    """The fields in which the typed form differs from a fresh form of the record, with their present values."""
    return [
        Conflict(fresh[name].label, _shown(fresh[name]))
        for name, value in typed.cleaned_data.items()
        if _comparable(value) != _comparable(fresh[name].initial)
    ]


def _comparable(value: Any) -> Any:
    return set(value) if isinstance(value, list) else value


def _shown(bound: forms.BoundField) -> Text:
    value = bound.initial
    if value in (None, "", []):
        return ""
    choices = dict(getattr(bound.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices[each]) for each in value)
    return choices.get(value, "") if choices else bound.field.prepare_value(value)
