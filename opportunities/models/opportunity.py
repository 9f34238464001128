from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMIntegerField, FSMModelMixin, transition

from crm import clock
from crm.addresses import record_address
from crm.constraints import CompositeForeignKey, legal_edges
from crm.currencies import amount_text
from crm.ids import uuid7
from crm.models import User
from crm.search import words_of
from crm.types import Values
from opportunities.models.account import Account
from opportunities.models.choices import (
    FORECAST_OF_OUTCOME,
    PROBABILITY_OF_OUTCOME,
    ForecastCategory,
    Outcome,
    Rating,
    SalesStage,
    State,
)
from opportunities.models.competitor import Competitor
from opportunities.models.fields import MoneyField, money_in_range
from opportunities.models.status_reason import StatusReason
from opportunities.querysets import OpportunityQuerySet

if TYPE_CHECKING:
    from opportunities.models.opportunity_close import OpportunityClose


def default_currency() -> str:
    return str(settings.DEFAULT_CURRENCY)


class Opportunity(FSMModelMixin, models.Model):
    """One potential sale.

    Open exactly while it has no `close`; won or lost exactly while `close` is its one Completed Opportunity
    Close with the same outcome. The composite keys below and those of quotes hold that for every writer.
    """

    event_record_type = "opportunity"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(_("topic"), max_length=300)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="sales"
    )
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="opportunities", db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3, default=default_currency)
    estimated_revenue = MoneyField(_("estimated revenue"), null=True, blank=True)
    estimated_close_date = models.DateField(_("estimated close date"), null=True, blank=True)
    probability = models.SmallIntegerField(_("probability"), null=True, blank=True, validators=[MaxValueValidator(100)])
    rating = models.SmallIntegerField(_("rating"), choices=Rating, default=Rating.WARM)
    sales_stage = models.SmallIntegerField(_("sales stage"), choices=SalesStage, default=SalesStage.QUALIFY)
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    state = FSMIntegerField(_("state"), choices=State, default=State.OPEN, protected=True)
    status_reason = models.ForeignKey(
        StatusReason, verbose_name=_("status reason"), default=1, on_delete=models.PROTECT, related_name="+"
    )
    forecast_category = models.SmallIntegerField(
        _("forecast category"), choices=ForecastCategory, default=ForecastCategory.PIPELINE
    )
    actual_revenue = MoneyField(_("actual revenue"), null=True, blank=True, editable=False)
    actual_close_date = models.DateField(_("actual close date"), null=True, blank=True, editable=False)
    # The composite key below is its constraint; Django's own would be checked a second time for nothing.
    close = models.ForeignKey(
        "OpportunityClose",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    competitors: models.ManyToManyField[Competitor, OpportunityCompetitor] = models.ManyToManyField(
        Competitor,
        verbose_name=_("competitors"),
        blank=True,
        through="OpportunityCompetitor",
        related_name="contested",
    )
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=clock.now, editable=False)
    modified_at = models.DateTimeField(_("modified at"), default=clock.now, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            # The targets of the keys that hold the promise: quotes → (id, state), (id, currency).
            models.UniqueConstraint(fields=["id", "state"], name="opportunity_id_state"),
            models.UniqueConstraint(fields=["id", "currency"], name="opportunity_id_currency"),
            models.CheckConstraint(
                condition=Q(state=State.OPEN, close__isnull=True) | (~Q(state=State.OPEN) & Q(close__isnull=False)),
                name="opportunity_closed_with_close",
            ),
            CompositeForeignKey(
                fields=["close", "id", "state"],
                to="opportunities.OpportunityClose",
                to_fields=["id", "opportunity", "completed_outcome"],
                name="opportunity_has_its_close",
                deferred=True,
            ),
            CompositeForeignKey(
                fields=["status_reason", "state"],
                to="opportunities.StatusReason",
                to_fields=["code", "state"],
                name="opportunity_reason_fits_state",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=State.OPEN,
                    actual_close_date__isnull=True,
                    actual_revenue__isnull=True,
                    forecast_category__lte=ForecastCategory.OMITTED,
                )
                | Q(
                    state=State.WON,
                    actual_close_date__isnull=False,
                    actual_revenue__isnull=False,
                    forecast_category=ForecastCategory.WON,
                    probability=100,
                )
                | Q(
                    state=State.LOST,
                    actual_close_date__isnull=False,
                    forecast_category=ForecastCategory.LOST,
                    probability=0,
                ),
                name="opportunity_facts_fit_state",
            ),
            models.CheckConstraint(condition=~Q(topic=""), name="opportunity_topic_given"),
            models.CheckConstraint(condition=Q(probability__range=(0, 100)), name="opportunity_probability_range"),
            money_in_range("estimated_revenue", name="opportunity_estimated_revenue_range"),
            money_in_range("actual_revenue", name="opportunity_actual_revenue_range"),
        ]
        indexes = [
            # One for each default order of the views; the others sort what their filter leaves.
            models.Index(
                F("estimated_close_date").asc(nulls_last=True),
                "id",
                condition=Q(state=State.OPEN),
                name="opportunity_open_by_date",
            ),
            models.Index(
                F("actual_close_date").desc(nulls_last=True),
                "id",
                condition=~Q(state=State.OPEN),
                name="opportunity_closed_by_date",
            ),
            models.Index(F("modified_at").desc(), "id", name="opportunity_by_modified"),
            # Count and sums of a view of everybody's deals, from the index alone and in the order of currencies,
            # so that nothing is hashed: half of what any other index costs.
            models.Index(
                fields=["currency", "state"],
                include=["estimated_revenue", "actual_revenue"],
                name="opportunity_sums",
            ),
            # The deals of a person or a team, and their figures from the index alone: count and sums, the stages of
            # "My work", the estimates beside the closings of an owner.
            models.Index(
                fields=["owner", "state"],
                include=[
                    "id",
                    "currency",
                    "estimated_revenue",
                    "actual_revenue",
                    "sales_stage",
                    "estimated_close_date",
                ],
                name="opportunity_by_owner",
            ),
            models.Index(fields=["close", "id", "state"], name="opportunity_by_close"),
            GinIndex(words_of("topic"), name="opportunity_words"),
        ]
        triggers = [
            legal_edges(
                "opportunity_legal_edges",
                [
                    (State.OPEN, State.WON),
                    (State.OPEN, State.LOST),
                    (State.WON, State.OPEN),
                    (State.LOST, State.OPEN),
                ],
            )
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return record_address("opportunity", self.pk)

    # The state machine: each transition sets its own row's fields in memory and looks at no neighbour.

    @transition(field=state, source=State.OPEN, target=State.WON, custom={"label": _("Close as Won")})
    def win(self, close: OpportunityClose) -> None:
        self._close_with(close, Outcome.WON)

    @transition(field=state, source=State.OPEN, target=State.LOST, custom={"label": _("Close as Lost")})
    def lose(self, close: OpportunityClose) -> None:
        self._close_with(close, Outcome.LOST)

    @transition(
        field=state, source=[State.WON, State.LOST], target=State.OPEN, custom={"label": _("Reopen Opportunity")}
    )
    def reopen(self, close: OpportunityClose, status_reason: StatusReason) -> None:
        """Forget the closing: what it overwrote comes back, what it set is cleared."""
        self.status_reason = status_reason
        self.actual_revenue = None
        self.actual_close_date = None
        self.forecast_category = close.overwritten["forecast_category"]
        self.probability = close.overwritten["probability"]
        self.close = None

    def _close_with(self, close: OpportunityClose, outcome: Outcome) -> None:
        self.status_reason = close.status_reason
        self.actual_revenue = close.actual_revenue
        self.actual_close_date = close.close_date
        self.forecast_category = FORECAST_OF_OUTCOME[outcome]
        self.probability = PROBABILITY_OF_OUTCOME[outcome]
        self.close = close

    # What the transitions and `touch` write.
    CLOSING_FIELDS = (
        "state",
        "status_reason",
        "actual_revenue",
        "actual_close_date",
        "forecast_category",
        "probability",
        "close",
    )
    TOUCHED_FIELDS = ("version", "modified_at")

    def touch(self) -> None:
        """Raise the version; once for each committed change, under the lock."""
        self.version += 1
        self.modified_at = clock.now()

    @property
    def is_open(self) -> bool:
        return bool(self.state == State.OPEN)

    # Read by OpportunityQuerySet.for_record(); each [{"id", "name"}] in the order of the names.
    competitor_refs: list[dict[str, str]]
    open_quotes: int

    @property
    def event_group_id(self) -> UUID:
        return self.pk

    def facts(self) -> Values:
        return {
            "topic": self.topic,
            "account": self.account_id and str(self.account_id),
            "owner": str(self.owner_id),
            "currency": self.currency,
            "estimated_revenue": amount_text(self.estimated_revenue, self.currency),
            "estimated_close_date": _iso(self.estimated_close_date),
            "probability": self.probability,
            "rating": Rating(self.rating).name.lower(),
            "sales_stage": SalesStage(self.sales_stage).name.lower(),
            "description": self.description,
            "state": State(self.state).name.lower(),
            "status_reason": self.status_reason_id,
            "forecast_category": ForecastCategory(self.forecast_category).name.lower(),
            "actual_revenue": amount_text(self.actual_revenue, self.currency),
            "actual_close_date": _iso(self.actual_close_date),
            "competitors": sorted(ref["id"] for ref in self.competitor_refs),
        }


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


class OpportunityCompetitor(models.Model):
    """That a competitor wants the sale; a competitor that is named here cannot be deleted."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, db_index=False)
    competitor = models.ForeignKey(Competitor, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("competitor of an opportunity")
        verbose_name_plural = _("competitors of opportunities")
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "competitor"], name="opportunity_competitor_once")
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.competitor_id}"
