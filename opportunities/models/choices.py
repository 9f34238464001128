"""The option sets, stored by code (those of Dynamics 365 where it has one); a code's order is its rank."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.IntegerChoices):
    OPEN = 0, _("Open")
    WON = 1, _("Won")
    LOST = 2, _("Lost")


class Outcome(models.IntegerChoices):
    """How an opportunity ended; the codes are those of the state that it leads to."""

    WON = State.WON.value, _("Won")
    LOST = State.LOST.value, _("Lost")


class ActivityStatus(models.IntegerChoices):
    COMPLETED = 1, _("Completed")
    CANCELED = 2, pgettext_lazy("activity status", "Canceled")


class Rating(models.IntegerChoices):
    HOT = 1, _("Hot")
    WARM = 2, _("Warm")
    COLD = 3, _("Cold")


class SalesStage(models.IntegerChoices):
    QUALIFY = 0, _("Qualify")
    DEVELOP = 1, _("Develop")
    PROPOSE = 2, _("Propose")
    CLOSE = 3, pgettext_lazy("sales stage", "Close")


class ForecastCategory(models.IntegerChoices):
    PIPELINE = 1, _("Pipeline")
    BEST_CASE = 2, _("Best case")
    COMMITTED = 3, _("Committed")
    OMITTED = 4, _("Omitted")
    WON = 5, _("Won")
    LOST = 6, _("Lost")


# Which categories an open opportunity can have.
OPEN_FORECASTS = [each for each in ForecastCategory if each <= ForecastCategory.OMITTED]
FORECAST_OF_OUTCOME = {Outcome.WON: ForecastCategory.WON, Outcome.LOST: ForecastCategory.LOST}
PROBABILITY_OF_OUTCOME = {Outcome.WON: 100, Outcome.LOST: 0}
