"""What is logged of quotes, on the timelines of their opportunities."""

from crm.event_types import LoggedKind, register
from opportunities.models import Opportunity

register(
    LoggedKind(
        "quote",
        ("created", "updated", "deleted", "activated", "won", "closed", "revised"),
        groups=Opportunity.objects.visible_to,
    )
)
