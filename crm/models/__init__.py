from crm.models.bad_tokens import BadTokens
from crm.models.business_unit import BusinessUnit
from crm.models.event import Event
from crm.models.kept_form import KeptForm
from crm.models.own_list import ListLayout, SavedView
from crm.models.role import Depth, RecordAccess, Role
from crm.models.stored_answer import StoredAnswer
from crm.models.token import Scope, Token
from crm.models.user import User
from crm.models.webhook import Attempt, Delivery, DeliveryState, Webhook

__all__ = [
    "Attempt",
    "BadTokens",
    "BusinessUnit",
    "Delivery",
    "DeliveryState",
    "Depth",
    "Event",
    "KeptForm",
    "ListLayout",
    "RecordAccess",
    "Role",
    "SavedView",
    "Scope",
    "StoredAnswer",
    "Token",
    "User",
    "Webhook",
]
