"""Create, edit and delete the records of the organization: accounts and competitors."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from crm import clock
from crm.errors import NotFound
from crm.models import RecordAccess, User
from crm.permissions import require_access
from crm.rules import field_checks
from crm.transactions import deed, require_version
from opportunities.models import Account, Competitor

Record = TypeVar("Record", bound=Account | Competitor)


def create_record(model: type[Record], values: Mapping[str, Any], *, actor: User) -> Record:
    """Raises: Denied, Invalid."""
    with deed():
        record = plan_record(model, values, actor=actor)
        record.save(force_insert=True)
    return record


def plan_record(model: type[Record], values: Mapping[str, Any], *, actor: User) -> Record:
    """The record that the values would give, not yet stored.

    Raises: Denied, Invalid.
    """
    require_access(actor, model.kind, RecordAccess.EDIT)
    record = model()
    _apply(record, values)
    return record


def edit_record(
    model: type[Record],
    pk: UUID,
    changes: Mapping[str, Any],
    *,
    actor: User,
    expected: frozenset[int] | None = None,
) -> Record:
    """A change that changes nothing leaves the version as it is.

    Raises: NotFound, Denied, Stale, Invalid.
    """
    with deed():
        record = _locked(model, pk, actor, RecordAccess.EDIT, expected)
        changes = {field: value for field, value in changes.items() if getattr(record, field) != value}
        if not changes:
            return record
        _apply(record, changes)
        record.version += 1
        record.modified_at = clock.now()
        record.save(update_fields=[*changes, "version", "modified_at"])
    return record


def delete_record(model: type[Record], pk: UUID, *, actor: User, expected: frozenset[int] | None = None) -> None:
    """Raises: NotFound, Denied, Stale, Refusal `in_use`."""
    with deed():
        _locked(model, pk, actor, RecordAccess.DELETE, expected).delete()


def _locked(
    model: type[Record], pk: UUID, actor: User, needed: RecordAccess, expected: frozenset[int] | None
) -> Record:
    rows: QuerySet[Any] = model.objects.visible_to(actor)
    record: Record | None = rows.filter(pk=pk).select_for_update().first()
    if record is None:
        raise NotFound
    require_access(actor, model.kind, needed)
    require_version(record.version, expected)
    return record


def _apply(record: Account | Competitor, values: Mapping[str, Any]) -> None:
    for field, value in values.items():
        setattr(record, field, value)
    with field_checks() as checks:
        checks.refuse_columns(record)
