"""The parts of an opportunity that are edited where they stand, and the steps of its sale."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.types import Text
from opportunities.models import Opportunity, SalesStage


@dataclass(frozen=True)
class Section:
    """A part of the record page; its fields are written together."""

    key: str
    title: Text
    fields: tuple[str, ...]


SECTIONS = {
    section.key: section
    for section in (
        Section("stage", _("Sales stage"), ("sales_stage",)),
        Section("sale", _("Opportunity"), ("topic", "account", "owner", "status_reason", "rating")),
        Section(
            "estimate",
            _("Estimate and forecast"),
            ("currency", "estimated_revenue", "estimated_close_date", "probability", "forecast_category"),
        ),
        Section("competitors", _("Competitors"), ("competitors",)),
        Section("description", _("Description"), ("description",)),
    )
}


@dataclass(frozen=True)
class Step:
    """One stage of the sale, as seen from the present one."""

    stage: SalesStage
    is_done: bool
    is_current: bool


def steps_of(opportunity: Opportunity) -> list[Step]:
    present = opportunity.sales_stage
    return [Step(stage, stage < present, stage == present) for stage in SalesStage]
