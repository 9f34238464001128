"""A select that searches: a combobox that asks the server as one types. Where no scripts run it lists all records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from crm.types import Text

Choices = list[tuple[Any, Text]]
# What stands before the name of a record that does not exist yet, and before a text that was typed and not chosen.
NEW, TYPED = "new:", "typed:"


class SearchSelect(forms.Select):
    """Attributes: `url` answers what was typed (crm.choice_views); `lists_all` is False where scripts surely run."""

    template_name = "components/combobox.html"

    def __init__(self, url: Text) -> None:
        super().__init__()
        self.url, self.lists_all = url, True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["search_url"] = self.url
        return context

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        options = [
            self.create_option(name, choice, label, str(choice) in value, index, attrs=attrs)
            for index, (choice, label) in enumerate(self._listed(value))
        ]
        return [(None, options, 0)]

    def _listed(self, chosen: list[str]) -> Iterator[Any]:
        if self.lists_all:
            yield from self.choices
        else:
            yield "", "—"
            yield from self._labelled(chosen)
        for prefix in (NEW, TYPED):
            yield from ((value, value.removeprefix(prefix)) for value in chosen if value.startswith(prefix))

    def _labelled(self, chosen: list[str]) -> Iterator[Any]:
        """Reads the records only where one is chosen."""
        if any(chosen):
            yield from (choice for choice in self.choices if choice[0] and str(choice[0]) in chosen)


def search_only(form: forms.BaseForm) -> None:
    """For a form that is shown where scripts run: its selects need not list every record."""
    for field in form.fields.values():
        if isinstance(field.widget, SearchSelect):
            field.widget.lists_all = False
