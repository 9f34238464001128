"""Take over deals from another system, as they were and when they were: only imports do this."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import clock
from crm.errors import Invalid, Refusal
from crm.models import User
from crm.rules import EARLIEST_DATE, FieldChecks, field_checks
from crm.transactions import deed
from opportunities.actions.close import find_close_values, plan_closing
from opportunities.actions.creation import Creation, plan_creation, store_creations
from opportunities.actions.judge import close_refusals
from opportunities.actions.records import plan_record
from opportunities.actions.steps import Closing, close_locked_opportunities
from opportunities.actions.values import References
from opportunities.models import Account, Opportunity, Outcome, SalesStage, State, StatusReason
from opportunities.requests import CloseRequest


@dataclass(frozen=True, kw_only=True)
class PastDeal:
    """One deal of another system. `account` is a name, empty for none; `closing` is None while the deal is open."""

    external_id: str
    topic: str
    owner: UUID | None = None
    account: str = ""
    currency: str
    sales_stage: SalesStage = SalesStage.QUALIFY
    created_on: date | None = None
    closing: CloseRequest | None = None


@dataclass(frozen=True)
class Recorded:
    """What became of one deal: a new opportunity, one that is known by its external id and left as it is, or a refusal.

    A known opportunity has its account, owner and close record at hand.
    """

    deal: PastDeal
    opportunity: Opportunity | None = None
    refusal: Refusal | None = None
    is_new: bool = False


@dataclass(frozen=True)
class _Plan:
    creation: Creation
    closing: Closing | None


def record_deals(deals: Sequence[PastDeal], *, actor: User, new_accounts: bool) -> list[Recorded]:
    """Record the deals whose external ids are new, each as if made and closed by the actor at its own time.

    A refused deal leaves nothing and does not stop the others. Safe to repeat, and beside another import.

    Args:
        deals: with different external ids.
        new_accounts: may accounts be made that do not exist yet?

    Raises: Refusal, and then nothing was written.
    """
    with deed():
        wait_for_other_imports()
        known = _known([deal.external_id for deal in deals])
        planner = _Planner(deals, actor, new_accounts)
        recorded, plans = [], []
        for deal in deals:
            if deal.external_id in known:
                recorded.append(Recorded(deal, known[deal.external_id]))
                continue
            try:
                plans.append(planner.plan(deal))
            except Refusal as refusal:
                recorded.append(Recorded(deal, refusal=refusal))
            else:
                recorded.append(Recorded(deal, plans[-1].creation.opportunity, is_new=True))
        _store(plans, actor)
    return recorded


def record_accounts(names: Iterable[str], *, actor: User) -> int:
    """Make the accounts that do not exist yet; answers how many.

    Raises: Denied, Invalid.
    """
    with deed():
        wait_for_other_imports()
        wanted = set(names)
        missing = wanted - set(_accounts_named(wanted, actor))
        accounts = [plan_record(Account, {"name": name}, actor=actor) for name in sorted(missing)]
        Account.objects.bulk_create(accounts)
    return len(accounts)


def wait_for_other_imports() -> None:
    """Until the transaction ends no other import looks or writes, so that what is not there stays so until written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import_opportunities'))")


class _Planner:
    """Judges deals one by one, in memory; what they share is read once."""

    def __init__(self, deals: Sequence[PastDeal], actor: User, new_accounts: bool) -> None:
        self.actor, self.new_accounts = actor, new_accounts
        owners = {deal.owner for deal in deals if deal.owner}
        self.owners = {user.pk: user for user in User.objects.with_rights().filter(is_active=True, pk__in=owners)}
        self.accounts = _accounts_named({deal.account for deal in deals if deal.account}, actor)
        self.open_reason = StatusReason.objects.default_for(State.OPEN)
        self.close_values = {outcome: find_close_values(CloseRequest(outcome=outcome), actor) for outcome in Outcome}

    def plan(self, deal: PastDeal) -> _Plan:
        """Raises: Refusal; where it is Invalid, all fields at once."""
        with field_checks() as checks:
            _check_times(deal, checks)
            account = None
            with checks.collecting(name="account"):
                account = self._account(deal.account)
            with checks.collecting():
                creation = self._creation(deal, account)
                closing = self._closing(deal, creation.opportunity)
        return _Plan(creation, closing)

    def _account(self, name: str) -> Account | None:
        if not name:
            return None
        if name not in self.accounts:
            if not self.new_accounts:
                raise Invalid({"account": [_("There is no account of this name. Add it to accounts.csv, or by hand.")]})
            self.accounts[name] = plan_record(Account, {"name": name}, actor=self.actor)
        return self.accounts[name]

    def _creation(self, deal: PastDeal, account: Account | None) -> Creation:
        values = {
            "topic": deal.topic,
            "owner": deal.owner,
            "account": account and account.pk,
            "currency": deal.currency,
            "sales_stage": deal.sales_stage,
        }
        owner = self.owners.get(deal.owner) if deal.owner else None
        references = References(owner=owner, account=account, status_reason=None, competitors=None)
        with clock.at(_created_at(deal)):
            creation = plan_creation(values, references, actor=self.actor, status_reason=self.open_reason)
        creation.opportunity.external_id = deal.external_id
        return creation

    def _closing(self, deal: PastDeal, opportunity: Opportunity) -> Closing | None:
        request = deal.closing
        if request is None or request.close_date is None:  # the second is refused by _check_times
            return None
        for refusal in close_refusals(opportunity, [], actor=self.actor):
            raise refusal
        values = replace(self.close_values[request.outcome], request=request, close_date=request.close_date)
        return plan_closing(opportunity, [], values, self.actor, moment=_noon(request.close_date))


def _store(plans: Sequence[_Plan], actor: User) -> None:
    creations = [plan.creation for plan in plans]
    accounts = dict.fromkeys(plan.creation.opportunity.account for plan in plans)
    Account.objects.bulk_create(account for account in accounts if account and account._state.adding)
    store_creations(creations, actor=actor)
    closings = [plan.closing for plan in plans if plan.closing]
    if closings:
        close_locked_opportunities(closings, CloseRequest(outcome=Outcome.WON), actor=actor)


def _known(external_ids: list[str]) -> dict[str, Opportunity]:
    # Also what the actor may not read: an external id is given once.
    rows = Opportunity.objects.select_related("account", "owner", "close").filter(external_id__in=external_ids)
    return {row.external_id: row for row in rows}


def _accounts_named(names: set[str], actor: User) -> dict[str, Account]:
    """Names are not unique: the oldest account of a name counts, so that each import finds the same one."""
    return {row.name: row for row in Account.objects.visible_to(actor).filter(name__in=names).order_by("-id")}


def _check_times(deal: PastDeal, checks: FieldChecks) -> None:
    created_on, closing = deal.created_on, deal.closing
    if created_on and created_on < EARLIEST_DATE:
        checks.refuse("created_on", _("Enter a date from 1900-01-01 on."))
    if created_on and created_on > clock.today():
        checks.refuse("created_on", _("This date cannot be in the future. Enter today or an earlier day."))
    if closing and closing.close_date is None:
        checks.refuse("close_date", _("Enter the close date: the deal is closed."))
    elif closing and created_on and closing.close_date and closing.close_date < created_on:
        checks.refuse("close_date", _("The deal was closed before it began. Correct one of the two dates."))


def _created_at(deal: PastDeal) -> datetime:
    """A deal whose beginning is not known began when it was closed, at the latest."""
    day = deal.created_on or (deal.closing and deal.closing.close_date)
    return _noon(day) if day else clock.now()


def _noon(day: date) -> datetime:
    """The same day in nearly every time zone; of a day whose noon is still to come, now."""
    return min(datetime.combine(day, time(12), timezone.get_current_timezone()), clock.now())
