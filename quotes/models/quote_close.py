from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm import clock
from crm.addresses import record_address
from crm.constraints import refusing_trigger
from crm.ids import uuid7
from crm.models import User
from opportunities.models import Opportunity
from opportunities.models.fields import MoneyField
from quotes.models.quote import Quote
from quotes.querysets import QuoteCloseQuerySet
from quotes.states import QuoteOutcome


class QuoteClose(models.Model):
    """The activity that records one quote's end: always Completed, never changed, never deleted."""

    type = "quote_close"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    quote = models.OneToOneField(Quote, verbose_name=_("quote"), on_delete=models.PROTECT, related_name="quote_close")
    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.PROTECT, related_name="quote_closes"
    )
    number = models.CharField(_("number"), max_length=20)
    revision = models.PositiveIntegerField(_("revision"))
    outcome = models.SmallIntegerField(_("outcome"), choices=QuoteOutcome)
    currency = models.CharField(_("currency"), max_length=3)
    total_amount = MoneyField(_("total amount"))
    close_date = models.DateField(_("close date"))
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    closed_by = models.ForeignKey(User, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed at"), default=clock.now)

    objects = QuoteCloseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Quote Close")
        verbose_name_plural = _("Quote Closes")
        indexes = [models.Index(fields=["-closed_at", "id"], name="quote_close_newest")]
        triggers = [
            refusing_trigger("quote_close_immutable", pgtrigger.Update, message="a Quote Close never changes"),
            refusing_trigger("quote_close_undeletable", pgtrigger.Delete, message="a Quote Close is never deleted"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return record_address("quote-close-record", self.pk)

    @property
    def activity_status(self) -> str:
        return "completed"

    @property
    def status_reason(self) -> QuoteOutcome:
        """The outcome is the status reason that the quote got: one code for both."""
        return QuoteOutcome(self.outcome)
