"""What administrators changed: for each deed one entry in Django's own log, written in the same transaction."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils import formats, timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.errors import Refusal
from crm.languages import in_language
from crm.models import User
from crm.types import Values


def facts(record: Model) -> Values:
    """The record's columns by name, to be taken before and after a change; a model may say which are `audited`."""
    names = getattr(record, "audited", None)
    columns = [field for field in record._meta.concrete_fields if names is None or field.name in names]
    return {field.name: field.value_from_object(record) for field in columns}


def record(actor: User, obj: Model, before: Values, after: Values) -> None:
    """What changed between the facts. `before` is empty for a new record, `after` for one about to be deleted."""
    pairs = {name: [before.get(name), after.get(name)] for name in before | after}
    columns = _columns(type(obj))
    changed = {
        name: [_kept(columns.get(name), value) for value in pair] for name, pair in pairs.items() if pair[0] != pair[1]
    }
    if changed:
        flag = CHANGE if before and after else ADDITION if after else DELETION
        LogEntry.objects.log_actions(actor.pk, [obj], flag, json.dumps(changed, cls=DjangoJSONEncoder))


def change(record: Model, changes: Mapping[str, Any], *, expected: Values | None) -> Values:
    """Give the record these values, not stored yet.

    Returns: its facts before. Raises: Refusal: stale.
    """
    require_unchanged(record, expected)
    before = facts(record)
    for name, value in changes.items():
        setattr(record, name, value)
    return before


def store(obj: Model, before: Values, *, actor: User) -> None:
    """Save what differs from the facts before, or all of a new record, and tell of it."""
    after = facts(obj)
    if before:
        obj.save(update_fields=[name for name in after if after[name] != before[name]])
    else:
        obj.save(force_insert=True)
    record(actor, obj, before, after)


def _columns(model: type[Model]) -> dict[str, Any]:
    return {field.name: field for field in model._meta.concrete_fields}


def _kept(column: Any, value: Any) -> Any:
    """The name of the day for a record that a key leads to; by language, where each has its own."""
    if value is None or column is None or not column.is_relation:
        return value
    target, names = column.related_model._base_manager.get(pk=value), {}
    for language in dict(settings.LANGUAGES):
        with translation.override(language):
            names[language] = str(target)
    return names if len(set(names.values())) > 1 else names["en"]


def require_unchanged(record: Model, expected: Values | None) -> None:
    """Refuses where the caller saw other facts than the present ones, under their lock; None means: any will do.

    Raises:
        Refusal: stale, with who changed what.
    """
    if expected is not None and _as_json(facts(record)) != _as_json(expected):
        raise Refusal("stale", last_change(record))


def last_change(record: Model) -> str:
    """Who changed the record last, when and what, as a sentence; empty where no entry tells it."""
    about = {"content_type": ContentType.objects.get_for_model(record), "object_id": str(record.pk)}
    facts_alone = LogEntry.objects.filter(**about, change_message__startswith="{")  # a new password is none of them
    last = facts_alone.select_related("user").order_by("-action_time", "-pk").first()
    if last is None:
        return ""
    moment = formats.date_format(timezone.localtime(last.action_time), "SHORT_DATETIME_FORMAT")
    values = {"name": last.user.name, "time": moment, "changes": told(last)}
    return _("%(name)s changed this after you opened it (%(time)s): %(changes)s") % values


def _as_json(values: Values) -> Any:
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def told(entry: LogEntry) -> str:
    """The entry in the reader's language: each field with its value before and after."""
    model = entry.content_type and entry.content_type.model_class()
    if not model or not entry.change_message.startswith("{"):
        return entry.get_change_message()
    columns = _columns(model)
    changes = json.loads(entry.change_message).items()
    return "; ".join(_change(columns.get(name), name, *values, flag=entry.action_flag) for name, values in changes)


def _change(column: Any, name: str, before: Any, after: Any, *, flag: int) -> str:
    label = capfirst(str(column.verbose_name)) if column else name
    shown = {
        ADDITION: _value(column, after),
        CHANGE: f"{_value(column, before)} → {_value(column, after)}",
        DELETION: _value(column, before),
    }
    return f"{label}: {shown[flag]}"


def _value(column: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, "", []):
        return "–"
    if isinstance(value, dict):
        return in_language(value["en"], value["da"])
    if isinstance(value, list):
        # The database keeps no order of keys: value, label_en, label_da.
        return ", ".join(" | ".join(str(each[key]) for key in sorted(each, reverse=True)) for each in value)
    return str(dict(column.flatchoices).get(value, value)) if column else str(value)
