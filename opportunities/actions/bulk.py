"""The verbs on many opportunities: one form, one transaction, the rules and rights of the single verbs row by row.

A refused row never stops the others; what the form gets wrong for all refuses the call. A dry run takes no locks
and writes nothing: it answers what would come of each row now.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from crm import rules
from crm.errors import Invalid
from crm.events import store
from crm.models import User
from crm.permissions import Privilege
from crm.rules import FieldChecks, field_checks
from crm.transactions import deed
from crm.types import Text
from opportunities.actions.batch import Batch, RowResult
from opportunities.actions.close import check_close_form, find_close_values, plan_closing
from opportunities.actions.edit import change_locked_opportunity
from opportunities.actions.judge import load_closes
from opportunities.actions.reopen import find_reason, plan_reopening, reopen_locked_opportunities
from opportunities.actions.steps import close_locked_opportunities
from opportunities.actions.values import find_references
from opportunities.locks import require_open
from opportunities.models import Opportunity
from opportunities.requests import CloseRequest, ReopenRequest
from quotes.actions.close import close_locked_quotes_of, find_close_date
from quotes.locks import find_quotes
from quotes.requests import QuoteCloseRequest


def bulk_close(ids: Sequence[UUID], request: CloseRequest, *, actor: User, dry_run: bool = False) -> list[RowResult]:
    """Close each as `close_opportunity` would.

    Raises: Invalid, where the form is wrong for all.
    """
    with deed():
        batch = Batch(ids, actor=actor, dry_run=dry_run)
        values = find_close_values(request, actor)
        with field_checks() as checks:
            _check_shared_revenue(checks, request, batch.rows)
            check_close_form(checks, values, actor)
        quotes = find_quotes(batch.rows, lock=batch.lock)
        load_closes(batch.rows)
        closings = batch.plan(Privilege.EDIT, lambda row: plan_closing(row, quotes[row.pk], values, actor))
        if closings and not dry_run:
            close_locked_opportunities(closings, request, actor=actor)
    return batch.results


def bulk_reopen(ids: Sequence[UUID], request: ReopenRequest, *, actor: User, dry_run: bool = False) -> list[RowResult]:
    """Reopen each as `reopen_opportunity` would.

    Raises: Invalid, where the form is wrong for all.
    """
    with deed():
        batch = Batch(ids, actor=actor, dry_run=dry_run)
        reason = find_reason(request)
        load_closes(batch.rows)
        closings = batch.plan(Privilege.REOPEN, plan_reopening)
        if not dry_run:
            reopen_locked_opportunities(closings, reason, request.reason, actor=actor)
    return batch.results


def bulk_close_quotes(
    ids: Sequence[UUID], request: QuoteCloseRequest, *, actor: User, dry_run: bool = False
) -> list[RowResult]:
    """Close the open quotes of each as `close_open_quotes` would; where none is open nothing changes.

    Raises: Invalid, where the form is wrong for all.
    """
    with deed():
        batch = Batch(ids, actor=actor, dry_run=dry_run)
        close_date = find_close_date(request, actor)
        taken = batch.plan(Privilege.EDIT, require_open)
        if not dry_run:
            found = find_quotes(taken, lock=True)
            quotes = {pk: [quote for quote in each if quote.is_open] for pk, each in found.items()}
            close_locked_quotes_of(taken, quotes, request, close_date=close_date, actor=actor)
    return batch.results


def bulk_assign(ids: Sequence[UUID], owner: UUID, *, actor: User, dry_run: bool = False) -> list[RowResult]:
    """Give each to the owner as `edit_opportunity` would; what is his already stays as it is.

    Raises: Invalid, where there is no such active user.
    """
    changes = {"owner": owner}
    with deed():
        batch = Batch(ids, actor=actor, dry_run=dry_run)
        references = find_references(changes, actor)
        if references.owner is None:
            raise Invalid({"owner": [_("Choose an active user.")]})
        assign = partial(change_locked_opportunity, changes=changes, references=references, actor=actor)
        plans = batch.plan(Privilege.EDIT, lambda row: (row, assign(row)))
        if not dry_run:
            assigned = [opportunity for opportunity, events in plans if events]
            Opportunity.objects.write(assigned, ["owner", *Opportunity.TOUCHED_FIELDS])
            store(event for __, events in plans for event in events)
    return batch.results


def _check_shared_revenue(checks: FieldChecks, request: CloseRequest, opportunities: Sequence[Opportunity]) -> None:
    """One amount means one currency; where the form names it, the rows of others are refused one by one."""
    if request.actual_revenue is None:
        return
    checks.refuse("actual_revenue", *rules.amount_range(request.actual_revenue))
    if request.currency is None and len({opportunity.currency for opportunity in opportunities}) > 1:
        checks.refuse("actual_revenue", several_currencies())


def several_currencies() -> Text:
    return _("These opportunities are in several currencies. Leave the actual revenue out, or close them apart.")
