"""The guide for integrators. Each number that it tells is the one that the product goes by."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm import feed, lists
from crm.api.deprecation import STAYS_FOR
from crm.event_types import event_types
from crm.help_pages import INTEGRATORS, Article, register
from crm.models import Scope
from crm.models.stored_answer import KEPT_FOR
from crm.webhooks.actions import OLD_SECRET_VALID
from crm.webhooks.connect import TIMEOUT_SECONDS
from opportunities.actions import MAX_ROWS
from opportunities.win_loss import GROUPINGS


def _requests() -> Mapping[str, Any]:
    return {"scopes": Scope.choices, "limit": settings.API_RATE_LIMIT, "most": lists.MAX_PAGE_SIZE, "many": MAX_ROWS}


def _lists() -> Mapping[str, Any]:
    return {"usual": lists.PAGE_SIZE, "most": lists.MAX_PAGE_SIZE, "groupings": list(GROUPINGS)}


def _hours(duration: Any) -> int:
    return int(duration.total_seconds() // 3600)


register(
    Article(
        "api",
        _("Your first program"),
        _("A token, a program in your language, and a deal that is closed safely."),
        "help/api/first.html",
        INTEGRATORS,
    ),
    Article(
        "api-requests",
        _("Requests and answers"),
        _("Tokens and scopes, amounts and dates, refusals and their codes, limits."),
        "help/api/requests.html",
        INTEGRATORS,
        _requests,
    ),
    Article(
        "api-safety",
        _("Safe changes"),
        _("Overwrite nothing unseen, do nothing twice, and know what to send again."),
        "help/api/safety.html",
        INTEGRATORS,
        lambda: {"hours": _hours(KEPT_FOR)},
    ),
    Article(
        "api-lists",
        _("Lists and reports"),
        _("Pages that skip nothing, filters, and the figures of win/loss analysis."),
        "help/api/lists.html",
        INTEGRATORS,
        _lists,
    ),
    Article(
        "api-events",
        _("Events"),
        _("Follow everything that happens, from any position, without a gap."),
        "help/api/events.html",
        INTEGRATORS,
        lambda: {"limit": feed.LIMIT, "wait": feed.MAX_WAIT, "types": event_types()},
    ),
    Article(
        "api-webhooks",
        _("Webhooks"),
        _("Be told at once, and be sure who told you."),
        "help/api/webhooks.html",
        INTEGRATORS,
        lambda: {"seconds": int(TIMEOUT_SECONDS), "hours": _hours(OLD_SECRET_VALID)},
    ),
    Article(
        "api-versions",
        _("What may change"),
        _("What stays as it is in version 1, what may be added, and how something goes."),
        "help/api/versions.html",
        INTEGRATORS,
        lambda: {"days": STAYS_FOR.days},
    ),
)
