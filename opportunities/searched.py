"""What the search over everything finds here: opportunities, accounts and competitors, by their lists."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm import everything
from crm.everything import Hit, Searched
from opportunities.lists import ACCOUNTS, COMPETITORS, OPPORTUNITIES
from opportunities.models import Account, Competitor, Opportunity
from opportunities.tones import tone


def _opportunity(row: Opportunity) -> Hit:
    badge = (row.get_state_display(), tone(row))
    return Hit(row.topic, row.get_absolute_url(), row.account.name if row.account else "", badge)


def _account(row: Account) -> Hit:
    return Hit(row.name, reverse("account", args=[row.pk]), row.external_id or "")


def _competitor(row: Competitor) -> Hit:
    return Hit(row.name, reverse("competitor", args=[row.pk]), row.key_product)


everything.register(
    Searched("opportunities", _("Opportunities"), "opportunity", OPPORTUNITIES, _opportunity),
    Searched("accounts", _("Accounts"), "account", ACCOUNTS, _account),
    Searched("competitors", _("Competitors"), "competitor", COMPETITORS, _competitor),
)
