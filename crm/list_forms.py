"""The forms by which a user keeps his lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.columns import Column
from crm.models import SavedView
from crm.models.own_list import LONGEST_NAME
from crm.types import Text


@dataclass(frozen=True)
class ColumnChoice:
    """Attributes: fixed: it leads to the record, and is always shown."""

    name: str
    label: Text
    shown: bool
    fixed: bool = False


class ColumnsForm(forms.Form):
    """Which columns are shown, in which order: `order` is sent once for each column, `shown` for those that are."""

    def __init__(self, data: Any = None, *, columns: Mapping[str, Column], present: Sequence[str]) -> None:
        super().__init__(data)
        self.columns = columns
        order, shown = (data.getlist("order"), data.getlist("shown")) if data is not None else (present, present)
        self.order = _moved(self._complete(order), str(data.get("move", "")) if data is not None else "")
        self.shown = {*shown, self.fixed}

    @property
    def fixed(self) -> str:
        return next(iter(self.columns))

    @property
    def rows(self) -> list[ColumnChoice]:
        return [
            ColumnChoice(name, self.columns[name].label, name in self.shown, name == self.fixed) for name in self.order
        ]

    def chosen(self) -> list[str]:
        return [name for name in self.order if name in self.shown]

    def _complete(self, order: Sequence[str]) -> list[str]:
        """Each column once; those that are not named stand last."""
        return list(dict.fromkeys([*(name for name in order if name in self.columns), *self.columns]))


def _moved(order: list[str], move: str) -> list[str]:
    """`up:name` or `down:name` changes places with the neighbour; anything else changes nothing."""
    direction, __, name = move.partition(":")
    if name not in order:
        return order
    place = order.index(name)
    other = place + {"up": -1, "down": 1}.get(direction, 0)
    if 0 <= other < len(order):
        order[place], order[other] = order[other], order[place]
    return order


class SaveViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), widget=forms.TextInput(attrs={"maxlength": LONGEST_NAME}))
    is_default = forms.BooleanField(label=_("Begin the list with this view"), required=False)
    replace = forms.BooleanField(label=_("Replace my view of this name"), required=False)

    def __init__(self, data: Any = None, *, present: SavedView | None, may_replace: bool) -> None:
        initial = {"name": present.name, "is_default": present.is_default, "replace": True} if present else {}
        super().__init__(data, auto_id="dialog_%s", initial=initial)
        if not may_replace:
            del self.fields["replace"]


class ViewsForm(forms.Form):
    """For each view `name-<id>` and `delete-<id>`; `default` is the one that the list begins with.

    Args:
        usual: the view that it begins with otherwise.
    """

    def __init__(self, data: Any = None, *, views: Sequence[SavedView], usual: Text) -> None:
        super().__init__(data, auto_id="dialog_%s")
        self.views = views
        for view in views:
            self.fields[f"name-{view.pk}"] = forms.CharField(
                label=_("Name"), initial=view.name, widget=forms.TextInput(attrs={"maxlength": LONGEST_NAME})
            )
            self.fields[f"delete-{view.pk}"] = forms.BooleanField(label=_("Delete"), required=False)
        self.fields["default"] = forms.TypedChoiceField(
            label=_("The list begins with"),
            choices=[("", usual), *((str(view.pk), view.name) for view in views)],
            initial=next((str(view.pk) for view in views if view.is_default), ""),
            coerce=UUID,
            empty_value=None,
            required=False,
        )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        return [(self[f"name-{view.pk}"], self[f"delete-{view.pk}"]) for view in self.views]

    def names(self) -> dict[UUID, str]:
        return {view.pk: self.cleaned_data[f"name-{view.pk}"] for view in self.views}

    def deleted(self) -> set[UUID]:
        return {view.pk for view in self.views if self.cleaned_data[f"delete-{view.pk}"]}
