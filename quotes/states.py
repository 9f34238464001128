"""The states of a quote and the fixed list of their reasons, stored by the codes of Dynamics 365."""

from django.db import models
from django.utils.translation import pgettext_lazy


class QuoteState(models.IntegerChoices):
    DRAFT = 0, pgettext_lazy("quote", "Draft")
    ACTIVE = 1, pgettext_lazy("quote", "Active")
    WON = 2, pgettext_lazy("quote", "Won")
    CLOSED = 3, pgettext_lazy("quote", "Closed")


class QuoteStatusReason(models.IntegerChoices):
    DRAFT_IN_PROGRESS = 1, pgettext_lazy("quote", "In Progress")
    ACTIVE_IN_PROGRESS = 2, pgettext_lazy("quote", "In Progress")
    OPEN = 3, pgettext_lazy("quote", "Open")
    WON = 4, pgettext_lazy("quote", "Won")
    LOST = 5, pgettext_lazy("quote", "Lost")
    CANCELED = 6, pgettext_lazy("quote", "Canceled")
    REVISED = 7, pgettext_lazy("quote", "Revised")


class QuoteOutcome(models.IntegerChoices):
    """How a quote ended; the codes are those of the status reason that it got."""

    WON = QuoteStatusReason.WON.value, pgettext_lazy("quote", "Won")
    LOST = QuoteStatusReason.LOST.value, pgettext_lazy("quote", "Lost")
    CANCELED = QuoteStatusReason.CANCELED.value, pgettext_lazy("quote", "Canceled")
    REVISED = QuoteStatusReason.REVISED.value, pgettext_lazy("quote", "Revised")


OPEN_STATES = (QuoteState.DRAFT, QuoteState.ACTIVE)
REASONS_OF_STATE = {
    QuoteState.DRAFT: (QuoteStatusReason.DRAFT_IN_PROGRESS,),
    QuoteState.ACTIVE: (QuoteStatusReason.ACTIVE_IN_PROGRESS, QuoteStatusReason.OPEN),
    QuoteState.WON: (QuoteStatusReason.WON,),
    QuoteState.CLOSED: (QuoteStatusReason.LOST, QuoteStatusReason.CANCELED, QuoteStatusReason.REVISED),
}
# What a user may close open quotes as.
CLOSE_REASONS = (QuoteStatusReason.LOST, QuoteStatusReason.CANCELED)
