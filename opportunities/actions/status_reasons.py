"""The list of status reasons: add, change, retire, delete. One change of it at a time; closings do not wait for it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from crm import audit, clock
from crm.errors import NotFound, Refusal
from crm.models import Event, User
from crm.permissions import require_administrator
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed
from crm.types import Values
from opportunities.models import Opportunity, OpportunityClose, State, StatusReason
from opportunities.models.status_reason import FIRST_CUSTOM_CODE

# No two servers' clocks, by which events are told apart, differ by as much.
SKEW = timedelta(hours=1)
DEMANDS = ("requires_competitor", "requires_description")


def create_status_reason(values: Mapping[str, Any], *, actor: User) -> StatusReason:
    """A new reason, with the next code. The values hold `state`, the labels, and what is not the model's default.

    An `order` of None, or left out, is the last of its state. Made the default, it is so instead of the present one.

    Raises: Denied, Invalid.
    """
    with deed():
        _lock_list(actor)
        reason = StatusReason(**{"order": None, **values, "code": _next_code()})
        _store(reason, before={}, actor=actor)
    return reason


def change_status_reason(
    code: int, changes: Mapping[str, Any], *, actor: User, expected: Values | None = None
) -> StatusReason:
    """Rename it, place it, retire it, make it the default. Code and state stay; so do the labels on close records.

    Args:
        expected: its facts as the actor saw them.

    Raises: NotFound, Denied, Invalid; Refusal: stale.
    """
    with deed():
        reason = _find(_lock_list(actor), code)
        before = audit.change(reason, changes, expected=expected)
        _store(reason, before=before, actor=actor)
    return reason


def delete_status_reason(code: int, *, actor: User) -> None:
    """Only one that an administrator added and nobody ever chose.

    Raises: NotFound, Denied.
        Refusal: in_use, with the reason.
    """
    with deed():
        reason = _find(_lock_list(actor), code)
        if reason.is_built_in:
            raise Refusal("in_use", _("A built-in status reason is never deleted. Retire it instead."))
        if reason.is_default:
            raise Refusal("in_use", _("This is the default of its state. Make another one the default first."))
        if _was_ever_chosen(code):
            raise Refusal("in_use", _("This status reason was used, and records tell of it. Retire it instead."))
        audit.record(actor, reason, audit.facts(reason), {})
        reason.delete()


def _lock_list(actor: User) -> list[StatusReason]:
    """The whole list, locked against other changes, but not against records that point into it.

    Raises: Denied.
    """
    require_administrator(actor)
    return list(StatusReason.objects.order_by("pk").select_for_update(no_key=True))


def _find(reasons: list[StatusReason], code: int) -> StatusReason:
    reason = next((each for each in reasons if each.code == code), None)
    if reason is None:
        raise NotFound
    return reason


def _next_code() -> int:
    """Asked after the lock: the list that waited for it does not show what the one before has added."""
    last: int = StatusReason.objects.aggregate(last=Max("code"))["last"]
    return max(last + 1, FIRST_CUSTOM_CODE)


def _store(reason: StatusReason, *, before: Values, actor: User) -> None:
    reason.label_en, reason.label_da = reason.label_en.strip(), reason.label_da.strip()
    if reason.order is None:
        reason.order = _last_place(reason)
    with field_checks() as checks:
        _judge(checks, reason, before)
    if reason.is_default:
        _take_default_from_the_present_one(reason, actor)
    audit.store(reason, before, actor=actor)


def _last_place(reason: StatusReason) -> int:
    others = StatusReason.objects.filter(state=reason.state).exclude(pk=reason.pk)
    return int(others.aggregate(last=Max("order", default=0))["last"]) + 1


def _judge(checks: FieldChecks, reason: StatusReason, before: Values) -> None:
    checks.refuse_columns(reason)
    if before and reason.state != before["state"]:
        checks.refuse("state", _("The state is chosen once and stays."))
    _judge_default(checks, reason, was_default=before.get("is_default", False))
    for field in DEMANDS:
        if getattr(reason, field) and reason.state == State.OPEN:
            checks.refuse(field, _("Only closing can ask for this: it is for status reasons of Won and Lost."))


def _judge_default(checks: FieldChecks, reason: StatusReason, *, was_default: bool) -> None:
    if was_default and not reason.is_default:
        checks.refuse("is_default", _("Each state has a default. Make another status reason of the state the default."))
    elif was_default and not reason.active:
        checks.refuse("active", _("The default of a state cannot be retired. Make another one the default first."))
    elif reason.is_default and not reason.active:
        checks.refuse("is_default", _("A retired status reason cannot be the default."))


def _take_default_from_the_present_one(reason: StatusReason, actor: User) -> None:
    # Asked after the lock, like the next code.
    for present in StatusReason.objects.filter(state=reason.state, is_default=True).exclude(pk=reason.pk):
        before = audit.facts(present)
        present.is_default = False
        present.save(update_fields=["is_default"])
        audit.record(actor, present, before, audit.facts(present))


def _was_ever_chosen(code: int) -> bool:
    """By a record as it is, a close record, or the log: a timeline may not lose the name of what it tells.

    The log is long, and closings that choose the reason would wait for whoever reads it with the row locked. So it is
    read before; after the lock there is to look at the records, and at what the log has gained.
    """
    log = Event.objects.filter(Q(before__status_reason=code) | Q(after__status_reason=code), record_type="opportunity")
    begun = clock.now()
    if log.exists():
        return True
    # A closing or an edit that chooses it right now holds its row: wait for it, then look.
    StatusReason.objects.select_for_update().get(pk=code)
    chosen = [model.objects.filter(status_reason=code) for model in (Opportunity, OpportunityClose)]
    return any(rows.exists() for rows in (*chosen, log.since(begun - SKEW)))
