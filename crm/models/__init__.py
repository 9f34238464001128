from crm.models.business_unit import BusinessUnit
from crm.models.event import Event
from crm.models.own_list import ListLayout, SavedView
from crm.models.role import Depth, RecordAccess, Role
from crm.models.token import Token
from crm.models.user import User

__all__ = ["BusinessUnit", "Depth", "Event", "ListLayout", "RecordAccess", "Role", "SavedView", "Token", "User"]
