from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMIntegerField, FSMModelMixin, transition

from crm import clock
from crm.addresses import record_address
from crm.constraints import CompositeForeignKey, legal_edges
from crm.currencies import amount_text
from crm.ids import uuid7
from crm.search import words_of
from crm.types import Values
from opportunities.models import Opportunity
from opportunities.models.fields import MoneyField, money_in_range
from quotes.querysets import QuoteQuerySet
from quotes.states import OPEN_STATES, REASONS_OF_STATE, QuoteState, QuoteStatusReason


class Quote(FSMModelMixin, models.Model):
    """One revision of an offer. Draft and Active are open, and keep the opportunity open with them."""

    event_record_type = "quote"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=20, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    name = models.CharField(_("name"), max_length=300)
    opportunity = models.ForeignKey(
        Opportunity,
        verbose_name=_("opportunity"),
        on_delete=models.PROTECT,
        related_name="quotes",
        editable=False,
        db_index=False,
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    total_amount = MoneyField(_("total amount"))
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to"), null=True, blank=True)
    state = FSMIntegerField(_("state"), choices=QuoteState, default=QuoteState.DRAFT, protected=True)
    status_reason = models.SmallIntegerField(
        _("status reason"),
        choices=QuoteStatusReason,
        default=QuoteStatusReason.DRAFT_IN_PROGRESS,
        editable=False,
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    modified_at = models.DateTimeField(_("modified at"), default=clock.now, editable=False)
    # 0, the code of an open opportunity, while the quote is open, else null: see quote_needs_open_opportunity.
    open_guard = models.GeneratedField(
        expression=Case(When(state__in=OPEN_STATES, then=Value(0))),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )

    objects = QuoteQuerySet.as_manager()

    CLOSING_FIELDS = ("state", "status_reason", "closed_on")
    TOUCHED_FIELDS = ("version", "modified_at")

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            # The promise: an open quote's opportunity is open. Not deferred, so that it also locks.
            CompositeForeignKey(
                fields=["opportunity", "open_guard"],
                to="opportunities.Opportunity",
                to_fields=["id", "state"],
                name="quote_needs_open_opportunity",
            ),
            # "The currency is fixed once a quote exists."
            CompositeForeignKey(
                fields=["opportunity", "currency"],
                to="opportunities.Opportunity",
                to_fields=["id", "currency"],
                name="quote_currency_of_opportunity",
            ),
            models.UniqueConstraint(fields=["number", "revision"], name="quote_number_revision"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(state__in=OPEN_STATES), name="quote_one_open_revision"
            ),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(state=state, status_reason__in=reasons, closed_on__isnull=state in OPEN_STATES)
                        for state, reasons in REASONS_OF_STATE.items()
                    ),
                    _connector=Q.OR,
                ),
                name="quote_reason_fits_state",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="quote_name_given"),
            models.CheckConstraint(
                condition=Q(effective_to__gte=models.F("effective_from"))
                | Q(effective_from__isnull=True)
                | Q(effective_to__isnull=True),
                name="quote_effective_range",
            ),
            money_in_range("total_amount", name="quote_total_amount_range"),
        ]
        indexes = [
            models.Index(fields=["opportunity", "open_guard"], name="quote_open_of_opportunity"),
            models.Index(fields=["opportunity", "currency"], name="quote_by_currency"),
            models.Index(fields=["-modified_at", "id"], name="quote_by_modified"),
            GinIndex(words_of("number"), name="quote_words"),
            GinIndex(words_of("name"), name="quote_name_words"),
        ]
        triggers = [
            legal_edges(
                "quote_legal_edges",
                [
                    (QuoteState.DRAFT, QuoteState.ACTIVE),
                    (QuoteState.DRAFT, QuoteState.CLOSED),
                    (QuoteState.ACTIVE, QuoteState.WON),
                    (QuoteState.ACTIVE, QuoteState.CLOSED),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.full_number} · {self.name}"

    def get_absolute_url(self) -> str:
        return record_address("quote", self.pk)

    @property
    def full_number(self) -> str:
        """With the revision, where there is one: a number alone may mean several quotes."""
        return f"{self.number}/{self.revision}" if self.revision else self.number

    @transition(field=state, source=QuoteState.DRAFT, target=QuoteState.ACTIVE, custom={"label": _("Activate Quote")})
    def activate(self) -> None:
        self.status_reason = QuoteStatusReason.ACTIVE_IN_PROGRESS

    @transition(field=state, source=QuoteState.ACTIVE, target=QuoteState.WON, custom={"label": _("Close Quote as Won")})
    def win(self, closed_on: date) -> None:
        self.status_reason = QuoteStatusReason.WON
        self.closed_on = closed_on

    @transition(
        field=state,
        source=[QuoteState.DRAFT, QuoteState.ACTIVE],
        target=QuoteState.CLOSED,
        custom={"label": pgettext_lazy("command", "Close Quote")},
    )
    def close(self, status_reason: QuoteStatusReason, closed_on: date) -> None:
        """As Lost or Canceled."""
        self.status_reason = status_reason
        self.closed_on = closed_on

    @transition(field=state, source=QuoteState.ACTIVE, target=QuoteState.CLOSED, custom={"label": _("Revise Quote")})
    def revise(self, closed_on: date) -> None:
        self.status_reason = QuoteStatusReason.REVISED
        self.closed_on = closed_on

    def touch(self) -> None:
        """Raise the version; once for each committed change, under the lock of the opportunity."""
        self.version += 1
        self.modified_at = clock.now()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_closed(self) -> bool:
        return bool(self.state == QuoteState.CLOSED)

    @property
    def event_group_id(self) -> UUID:
        return self.opportunity_id

    def facts(self) -> Values:
        return {
            "number": self.number,
            "revision": self.revision,
            "name": self.name,
            "opportunity": str(self.opportunity_id),
            "currency": self.currency,
            "total_amount": amount_text(self.total_amount, self.currency),
            "effective_from": self.effective_from and self.effective_from.isoformat(),
            "effective_to": self.effective_to and self.effective_to.isoformat(),
            "state": QuoteState(self.state).name.lower(),
            "status_reason": int(self.status_reason),
            "closed_on": self.closed_on and self.closed_on.isoformat(),
        }
