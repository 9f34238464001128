from opportunities.models.account import Account
from opportunities.models.choices import ActivityStatus, ForecastCategory, Outcome, Rating, SalesStage, State
from opportunities.models.close_field import CloseField, ShownOn
from opportunities.models.competitor import Competitor
from opportunities.models.opportunity import Opportunity, OpportunityCompetitor
from opportunities.models.opportunity_close import OpportunityClose
from opportunities.models.settings import Settings
from opportunities.models.status_reason import StatusReason

__all__ = [
    "Account",
    "ActivityStatus",
    "CloseField",
    "Competitor",
    "ForecastCategory",
    "Opportunity",
    "OpportunityClose",
    "OpportunityCompetitor",
    "Outcome",
    "Rating",
    "SalesStage",
    "Settings",
    "ShownOn",
    "State",
    "StatusReason",
]
