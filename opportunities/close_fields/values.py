"""The custom values of one closing: judged by the definitions of the day, kept as things were called then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from crm import rules
from crm.languages import in_language
from crm.types import Text, Values
from opportunities.close_fields.kinds import KINDS, FieldType, WrongValue


class Definition(Protocol):
    """A custom field as administrators define it."""

    name: str
    type: str
    label_en: str
    label_da: str
    choices: list[dict[str, str]]
    required: bool


@dataclass(frozen=True)
class Custom:
    """Attributes:
    kept: by name {type, label_en, label_da, value, place}, and of a choice {value_en, value_da}: what the close
        record holds. It needs no definition to be shown, so that definitions may change.
    errors: by name.
    """

    kept: dict[str, Values] = field(default_factory=dict)
    errors: dict[str, tuple[Text, ...]] = field(default_factory=dict)


def read_custom(definitions: Iterable[Definition], given: Mapping[str, Any]) -> Custom:
    """What is given for the fields of a form. None and empty text mean left out."""
    custom = Custom()
    known = {definition.name: definition for definition in definitions}
    for name in given.keys() - known.keys():
        custom.errors[name] = (_("There is no such field."),)
    for place, definition in enumerate(known.values()):
        try:
            value = _read(definition, given.get(definition.name))
        except WrongValue as wrong:
            custom.errors[definition.name] = wrong.texts
        else:
            if value is not None:
                custom.kept[definition.name] = _kept(definition, value) | {"place": place}
    return custom


def _read(definition: Definition, value: Any) -> Any:
    if definition.required and (value is None or (isinstance(value, str) and rules.is_blank(value))):
        raise WrongValue(_("This field is required."))
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return KINDS[definition.type].read(value, [choice["value"] for choice in definition.choices])


def _kept(definition: Definition, value: Any) -> Values:
    kept = {
        "type": definition.type,
        "label_en": definition.label_en,
        "label_da": definition.label_da,
        "value": value,
    }
    if definition.type == FieldType.CHOICE:
        chosen = next(choice for choice in definition.choices if choice["value"] == value)
        kept |= {"value_en": chosen["label_en"], "value_da": chosen["label_da"]}
    return kept


def shown(kept: Mapping[str, Values]) -> list[tuple[str, str]]:
    """Label and value of each in the reader's language, as things were called then, in the order of the form."""
    return [(in_language(entry["label_en"], entry["label_da"]), _shown(entry)) for _name, entry in in_order(kept)]


def in_order(kept: Mapping[str, Values]) -> list[tuple[str, Values]]:
    """As the form had them: the database keeps no order of keys."""
    return sorted(kept.items(), key=lambda item: item[1]["place"])


def _shown(entry: Values) -> str:
    if entry["type"] == FieldType.CHOICE:
        return in_language(entry["value_en"], entry["value_da"])
    return KINDS[entry["type"]].show(entry["value"])
