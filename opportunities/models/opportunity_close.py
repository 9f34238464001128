from __future__ import annotations

from typing import Any

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMIntegerField, FSMModelMixin, transition

from crm import clock
from crm.addresses import record_address
from crm.constraints import CompositeForeignKey, refusing_trigger
from crm.ids import uuid7
from crm.languages import in_language
from crm.models import User
from opportunities.close_fields.values import in_order, shown
from opportunities.models.choices import ActivityStatus, Outcome
from opportunities.models.competitor import Competitor
from opportunities.models.fields import MoneyField, money_in_range
from opportunities.models.opportunity import Opportunity
from opportunities.models.status_reason import StatusReason
from opportunities.querysets import OpportunityCloseQuerySet


class OpportunityClose(FSMModelMixin, models.Model):
    """The activity that records one closing, as things were called then.

    Written once. When the opportunity is reopened it becomes Canceled, once, and says by whom, when and why;
    the database refuses every other change. `overwritten` holds what the closing replaced on the opportunity.
    """

    type = "opportunity_close"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    opportunity = models.ForeignKey(
        Opportunity, verbose_name=_("opportunity"), on_delete=models.PROTECT, related_name="closes", db_index=False
    )
    subject = models.CharField(_("subject"), max_length=300)
    outcome = models.SmallIntegerField(_("outcome"), choices=Outcome)
    status_reason = models.ForeignKey(
        StatusReason, verbose_name=_("status reason"), on_delete=models.PROTECT, related_name="+"
    )
    status_reason_en = models.CharField(max_length=100)
    status_reason_da = models.CharField(max_length=100)
    actual_revenue = MoneyField(_("actual revenue"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    close_date = models.DateField(_("close date"))
    competitor = models.ForeignKey(
        Competitor,
        verbose_name=_("competitor"),
        null=True,
        on_delete=models.PROTECT,
        related_name="closes",
    )
    competitor_name = models.CharField(max_length=100, blank=True, default="")
    description = models.TextField(_("description"), max_length=2000, blank=True, default="")
    custom = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    overwritten = models.JSONField(default=dict)
    activity_status = FSMIntegerField(
        _("activity status"), choices=ActivityStatus, default=ActivityStatus.COMPLETED, protected=True
    )
    closed_by = models.ForeignKey(User, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed at"), default=clock.now)
    reopened_by = models.ForeignKey(
        User, verbose_name=_("reopened by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reopened_at = models.DateTimeField(_("reopened at"), null=True)
    reopen_reason = models.TextField(_("reason for reopening"), max_length=2000, blank=True, default="")
    # The outcome while the record counts, else null: what the composite keys compare with the state.
    completed_outcome = models.GeneratedField(
        expression=Case(When(activity_status=ActivityStatus.COMPLETED, then=F("outcome"))),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
    )

    objects = OpportunityCloseQuerySet.as_manager()

    REOPENING_FIELDS = ("activity_status", "reopened_by", "reopened_at", "reopen_reason")

    class Meta:
        verbose_name = _("Opportunity Close")
        verbose_name_plural = _("Opportunity Closes")
        constraints = [
            models.UniqueConstraint(
                fields=["id", "opportunity", "completed_outcome"], name="opportunity_close_completed"
            ),
            models.UniqueConstraint(
                fields=["opportunity"],
                condition=Q(activity_status=ActivityStatus.COMPLETED),
                name="opportunity_close_one_completed",
            ),
            CompositeForeignKey(
                fields=["opportunity", "completed_outcome"],
                to="opportunities.Opportunity",
                to_fields=["id", "state"],
                name="opportunity_close_fits_state",
                deferred=True,
            ),
            models.CheckConstraint(
                condition=Q(activity_status=ActivityStatus.COMPLETED, reopened_at__isnull=True)
                | Q(activity_status=ActivityStatus.CANCELED, reopened_at__isnull=False, reopened_by__isnull=False),
                name="opportunity_close_canceled_by_someone",
            ),
            money_in_range("actual_revenue", name="opportunity_close_actual_revenue_range"),
        ]
        indexes = [
            models.Index(fields=["opportunity", "completed_outcome"], name="opportunity_close_by_outcome"),
            models.Index(fields=["-closed_at", "id"], name="opportunity_close_newest"),
            # A competitor's won and lost deals, the newest first: read without looking at those of the others.
            models.Index(
                fields=["competitor", "-close_date", "id"],
                condition=Q(activity_status=ActivityStatus.COMPLETED),
                name="opportunity_close_competitor",
            ),
            # The figures of a period, from the index alone.
            models.Index(
                fields=["close_date"],
                include=["opportunity", "outcome", "currency", "actual_revenue"],
                condition=Q(activity_status=ActivityStatus.COMPLETED),
                name="opportunity_close_figures",
            ),
        ]
        triggers = [
            refusing_trigger(
                "opportunity_close_immutable",
                pgtrigger.Update,
                unless=(
                    "OLD.activity_status = 1 AND NEW.activity_status = 2 AND "
                    "to_jsonb(NEW) - ARRAY['activity_status', 'completed_outcome', 'reopened_by_id', 'reopened_at', "
                    "'reopen_reason'] = to_jsonb(OLD) - ARRAY['activity_status', 'completed_outcome', "
                    "'reopened_by_id', 'reopened_at', 'reopen_reason']"
                ),
                message="an Opportunity Close changes only once, from Completed to Canceled",
            ),
            refusing_trigger(
                "opportunity_close_undeletable", pgtrigger.Delete, message="an Opportunity Close is never deleted"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return record_address("opportunity-close-record", self.pk)

    @transition(field=activity_status, source=ActivityStatus.COMPLETED, target=ActivityStatus.CANCELED)
    def cancel(self, *, actor: User, reason: str) -> None:
        self.reopened_by = actor
        self.reopened_at = clock.now()
        self.reopen_reason = reason

    @property
    def is_won(self) -> bool:
        return bool(self.outcome == Outcome.WON)

    @property
    def status_reason_label(self) -> str:
        """The reason as it was called when the opportunity was closed."""
        return in_language(self.status_reason_en, self.status_reason_da)

    def custom_values(self) -> Any:
        """The values of the custom close fields by their names, in the order of the form."""
        return {name: field["value"] for name, field in in_order(self.custom)}

    def custom_facts(self) -> list[tuple[str, str]]:
        """Label and value of each in the reader's language, as things were called then."""
        return shown(self.custom)
