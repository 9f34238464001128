from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from crm.languages import in_language
from opportunities.models.choices import Outcome, State
from opportunities.models.close_field import CloseField
from opportunities.models.settings import Settings

FIRST_CUSTOM_CODE = 100_000_000


class StatusReasonQuerySet(models.QuerySet["StatusReason"]):
    def ensure_defaults(self) -> None:
        """Add the built-in reasons that are missing; what an administrator changed stays changed."""
        self.bulk_create([StatusReason(**values) for values in DEFAULT_STATUS_REASONS], ignore_conflicts=True)

    def offered_for(self, state: State) -> StatusReasonQuerySet:
        return self.filter(state=state, active=True)

    def for_closing(self, outcome: Outcome) -> StatusReasonQuerySet:
        """Those of the outcome, each with the custom fields of its form at hand: one statement."""
        columns = {field.attname: field.attname for field in CloseField._meta.concrete_fields}
        shown = CloseField.objects.shown_on(outcome).values(row=JSONObject(**columns))
        return self.offered_for(State(outcome)).annotate(close_field_rows=ArraySubquery(shown))

    def for_reopening(self) -> StatusReasonQuerySet:
        """Those of Open, each with `reopen_reason_required`: the setting in the same statement."""
        asked = {"reopen_reason_required": Exists(Settings.objects.filter(reopen_reason_required=True))}
        return self.offered_for(State.OPEN).annotate(**asked)

    def default_for(self, state: State) -> StatusReason:
        return self.get(state=state, is_default=True)


class StatusReason(models.Model):
    """Why an opportunity is in its state. One list serves the opportunity and its close record."""

    code = models.IntegerField(_("code"), primary_key=True)
    state = models.SmallIntegerField(_("state"), choices=State)
    label_en = models.CharField(_("label (English)"), max_length=100)
    label_da = models.CharField(_("label (Danish)"), max_length=100)
    order = models.SmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("active"), default=True)
    is_default = models.BooleanField(_("default"), default=False)
    requires_competitor = models.BooleanField(_("requires a competitor"), default=False)
    requires_description = models.BooleanField(_("requires a description"), default=False)

    # Annotated by for_reopening().
    reopen_reason_required: bool

    objects = StatusReasonQuerySet.as_manager()

    class Meta:
        ordering = ["state", "order", "code"]
        verbose_name = _("status reason")
        verbose_name_plural = _("status reasons")
        constraints = [
            models.UniqueConstraint(fields=["code", "state"], name="status_reason_code_state"),
            models.UniqueConstraint(fields=["state"], condition=Q(is_default=True), name="status_reason_one_default"),
            models.CheckConstraint(
                condition=Q(active=True) | Q(is_default=False), name="status_reason_default_not_retired"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_built_in(self) -> bool:
        return self.code < FIRST_CUSTOM_CODE

    @property
    def label(self) -> str:
        return in_language(self.label_en, self.label_da)

    @property
    def close_fields(self) -> list[CloseField]:
        """The custom fields of the form that closes with this reason, where read with `for_closing`."""
        return [CloseField(**row) for row in self.close_field_rows]  # type: ignore[attr-defined]


DEFAULT_STATUS_REASONS: tuple[dict[str, object], ...] = (
    {"code": 1, "state": State.OPEN, "order": 1, "label_en": "In Progress", "label_da": "I gang", "is_default": True},
    {"code": 2, "state": State.OPEN, "order": 2, "label_en": "On Hold", "label_da": "I bero"},
    {"code": 3, "state": State.WON, "order": 1, "label_en": "Won", "label_da": "Vundet", "is_default": True},
    {"code": 4, "state": State.LOST, "order": 1, "label_en": "Canceled", "label_da": "Annulleret", "is_default": True},
    {"code": 5, "state": State.LOST, "order": 2, "label_en": "Out-Sold", "label_da": "Udkonkurreret"},
)
