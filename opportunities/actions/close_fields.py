"""The custom fields of the close form: define, change, retire, delete. What is set holds for the next closing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm import audit
from crm.errors import Invalid, NotFound, Refusal
from crm.models import User
from crm.permissions import require_administrator
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed, refuses_with
from crm.types import Values
from opportunities.close_fields.kinds import FieldType
from opportunities.models import CloseField, OpportunityClose

TEXTS = ("label_en", "label_da", "help_en", "help_da")
MAX_CHOICE = 100


def create_close_field(values: Mapping[str, Any], *, actor: User) -> CloseField:
    """Raises: Denied, Invalid."""
    with deed():
        require_administrator(actor)
        field = CloseField(**values)
        _judge(field, {})
        audit.store(field, {}, actor=actor)
    return field


def change_close_field(
    name: str, changes: Mapping[str, Any], *, actor: User, expected: Values | None = None
) -> CloseField:
    """Name and type stay, because values are kept under the one as the other.

    Args:
        expected: its facts as the actor saw them.

    Raises: NotFound, Denied, Invalid; Refusal: stale.
    """
    with deed():
        field = _locked(name, actor)
        before = audit.change(field, changes, expected=expected)
        _judge(field, before)
        audit.store(field, before, actor=actor)
    return field


def delete_close_field(name: str, *, actor: User) -> None:
    """Only one that no closing was ever given a value for.

    A closing on its way may still keep a value: it stands on its own, as all do.

    Raises: NotFound, Denied.
        Refusal: in_use.
    """
    with deed():
        field = _locked(name, actor)
        if OpportunityClose.objects.filter(custom__has_key=name).exists():
            raise Refusal("in_use", _("Close records hold values of this field. Retire it instead."))
        audit.record(actor, field, audit.facts(field), {})
        field.delete()


def _locked(name: str, actor: User) -> CloseField:
    require_administrator(actor)
    field = CloseField.objects.select_for_update().filter(pk=name).first()
    if field is None:
        raise NotFound
    return field


def _judge(field: CloseField, before: Values) -> None:
    for column in TEXTS:
        setattr(field, column, getattr(field, column).strip())
    with field_checks() as checks:
        checks.refuse_columns(field)
        for column in ("name", "type"):
            if before and getattr(field, column) != before[column]:
                checks.refuse(column, _("It cannot be changed: values are kept by it. Retire this field, add another."))
        _judge_choices(checks, field)


def _judge_choices(checks: FieldChecks, field: CloseField) -> None:
    values = [choice["value"] for choice in field.choices]
    if field.type != FieldType.CHOICE:
        if values:
            checks.refuse("choices", _("Only a field of the type Choice has choices. Leave this empty."))
    elif not values:
        checks.refuse("choices", _("Enter the choices, one on each line."))
    doubled = sorted({value for value in values if values.count(value) > 1})
    if doubled:
        checks.refuse("choices", _("These stand there twice: %(values)s.") % {"values": ", ".join(doubled)})
    texts = [text for choice in field.choices for text in choice.values()]
    if any(len(text) > MAX_CHOICE for text in texts) or not all(values):
        checks.refuse("choices", _("Each choice has from 1 to %(limit)d characters.") % {"limit": MAX_CHOICE})


refuses_with("opportunities_closefield_pkey", lambda: Invalid({"name": [_("There is a close field of this name.")]}))
