"""Fields for the forms of opportunities and quotes. They parse; what is allowed the actions judge, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.comboboxes import NEW, TYPED, Choices, SearchSelect
from crm.forms import NumberField, WholeNumberField
from crm.types import Text, Values
from opportunities.close_fields.kinds import FieldType


class DialogForm(forms.Form):
    """A form in a dialog; its ids differ from those of a form on the page below."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, auto_id="dialog_%s", **options)


class LineField(forms.CharField):
    """One line; the browser is told the limit, the action judges it."""

    def __init__(self, *, limit: int, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"maxlength": limit, "autocomplete": "off"}), **options)


class LongTextField(forms.CharField):
    """Several lines, kept exactly but for the line ends, which browsers send as CRLF."""

    def __init__(self, *, limit: int = 2000, rows: int = 3, **options: Any) -> None:
        widget = forms.Textarea(attrs={"maxlength": limit, "rows": rows})
        super().__init__(widget=widget, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class DayField(forms.DateField):
    """A day, picked or typed; travels as 2026-11-21 whatever the language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class CodeField(forms.TypedChoiceField):
    """One of an option set, by its code. None where nothing is chosen."""

    def __init__(self, *, choices: Any, optional: bool = False, **options: Any) -> None:
        offered = [("", "—"), *choices] if optional else list(choices)
        super().__init__(choices=offered, coerce=int, empty_value=None, **options)


class DemandingSelect(forms.Select):
    """A select whose options name the fields that are required while they are chosen; required.js marks these."""

    def __init__(self, demands: Mapping[Any, str]) -> None:
        super().__init__()
        self.demands = demands

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if demanded := self.demands.get(value):
            option["attrs"]["data-requires"] = demanded
        return option


class RecordField(forms.TypedChoiceField):
    """One of some records, by its id. None where nothing is chosen."""

    def __init__(self, *, choices: Choices, optional: bool = True, **options: Any) -> None:
        offered = [("", "—"), *choices] if optional else choices
        super().__init__(choices=offered, coerce=UUID, empty_value=None, **options)


@dataclass(frozen=True)
class NewRecord:
    """One that is to be created along with what the form does."""

    name: str


class SearchedField(RecordField):
    """One of many records: found by typing at the `url`, or chosen from all of them, which are read only then."""

    default_error_messages = {"unchosen": _("Choose one from the list, or empty this field.")}

    def __init__(self, *, url: Text, choices: Callable[[], Choices], **options: Any) -> None:
        super().__init__(choices=[], widget=SearchSelect(url), **options)
        self.choices = lambda: [("", "—"), *choices()]

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith(TYPED):
            value = self._named(value.removeprefix(TYPED))
        return super().clean(value)

    def _named(self, text: str) -> str:
        """Whoever typed a whole name has chosen it."""
        offered: Any = self.choices
        named = [choice for choice, label in offered if str(label).casefold() == text.casefold()]
        if len(named) != 1:
            raise ValidationError(self.error_messages["unchosen"], code="unchosen")
        return str(named[0])


class SearchedOrNewField(SearchedField):
    """The same, or a name that no record has yet."""

    def __init__(self, *, url: Text, **options: Any) -> None:
        super().__init__(url=f"{url}{'&' if '?' in str(url) else '?'}new=yes", **options)

    def clean(self, value: Any) -> UUID | NewRecord | None:
        name = value.removeprefix(NEW).strip() if isinstance(value, str) and value.startswith(NEW) else ""
        if name and "\0" not in name:
            return NewRecord(name)
        chosen: UUID | None = super().clean(value)
        return chosen


class RecordsField(forms.TypedMultipleChoiceField):
    """Any number of records, by their ids."""

    def __init__(self, *, choices: Choices, **options: Any) -> None:
        super().__init__(choices=choices, coerce=UUID, empty_value=[], widget=forms.CheckboxSelectMultiple, **options)


class YesNoField(forms.TypedChoiceField):
    """True, false, or None where nothing is chosen: a box could not tell no from no answer."""

    def __init__(self, **options: Any) -> None:
        answers = [("", "—"), ("yes", _("Yes")), ("no", _("No"))]
        super().__init__(choices=answers, coerce=lambda word: word == "yes", empty_value=None, **options)


class _HandedOn(forms.Field):
    """What is missing or cannot be read goes on to the action, which tells of it along with everything else."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            # Not as text: read in another way it might mean another number.
            return None if value in self.empty_values else UNREADABLE


UNREADABLE = object()


def custom_field(spec: Values) -> forms.Field:
    """The field for a custom field of the close check."""
    named: Any = {"label": spec["label"], "help_text": spec["help"], "required": spec["required"]}
    if spec["type"] == FieldType.TEXT:
        return _custom(LineField)(limit=spec["max_length"], **named)
    if spec["type"] == FieldType.CHOICE:
        offered = [("", "—"), *((choice["value"], choice["label"]) for choice in spec["choices"])]
        return _custom(forms.ChoiceField)(choices=offered, **named)
    makers: dict[str, type[forms.Field]] = {
        FieldType.WHOLE_NUMBER: WholeNumberField,
        FieldType.DECIMAL: NumberField,
        FieldType.DATE: DayField,
        FieldType.YES_NO: YesNoField,
    }
    return _custom(makers[spec["type"]])(**named)


def _custom(kind: type[forms.Field]) -> Any:
    return type(kind.__name__, (_HandedOn, kind), {})


def in_currency(field: Any, currency: str) -> None:
    """Show and read a form's money field in the currency that is known by now."""
    field.currency = field.widget.currency = currency
