"""The keys of what the API answers, in their order."""

OPPORTUNITY = [
    "id", "topic", "account", "owner", "currency", "estimated_revenue", "estimated_close_date", "probability",
    "rating", "sales_stage", "description", "state", "status_reason", "forecast_category", "actual_revenue",
    "actual_close_date", "competitors", "open_quotes", "version", "created_at", "modified_at", "url",
]  # fmt: skip
QUOTE = [
    "id", "number", "revision", "name", "opportunity", "currency", "total_amount", "effective_from", "effective_to",
    "state", "status_reason", "closed_on", "version", "created_at", "modified_at",
]  # fmt: skip
OPPORTUNITY_CLOSE = [
    "id", "type", "opportunity", "subject", "outcome", "status_reason", "actual_revenue", "currency", "close_date",
    "competitor", "description", "custom", "activity_status", "closed_by", "closed_at", "reopened_by", "reopened_at",
    "reopen_reason",
]  # fmt: skip
QUOTE_CLOSE = [
    "id", "type", "quote", "number", "revision", "opportunity", "outcome", "status_reason", "currency",
    "total_amount", "close_date", "description", "activity_status", "closed_by", "closed_at",
]  # fmt: skip
EVENT = [
    "position", "id", "type", "occurred_at", "actor", "record", "opportunity", "version", "before", "after", "data",
    "origin",
]  # fmt: skip


def person(user):
    return {"id": str(user.pk), "username": user.username, "name": user.name}
