from crm.models.business_unit import BusinessUnit
from crm.models.event import Event
from crm.models.role import Depth, RecordAccess, Role
from crm.models.token import Token
from crm.models.user import User
from crm.models.webhook import Attempt, Delivery, DeliveryState, Webhook

__all__ = [
    "Attempt",
    "BusinessUnit",
    "Delivery",
    "DeliveryState",
    "Depth",
    "Event",
    "RecordAccess",
    "Role",
    "Token",
    "User",
    "Webhook",
]
