"""What schemathesis cannot know of this API."""

from __future__ import annotations

import os
from typing import Any

import schemathesis

# Of what the description allows, these fields alone may be refused, by rules that look at other records, other fields,
# the day, or at what is too long for a pattern.
JUDGED_BY_RULES = {
    # That they exist, and are offered.
    "account", "competitor", "competitors", "opportunity", "owner", "status_reason", "time_zone",
    # That no other record has it.
    "external_id", "name",
    # That it fits the currency; that the currency fits the record.
    "actual_revenue", "currency", "estimated_revenue", "total_amount",
    # That it is not in the future, or before another one.
    "close_date", "effective_to",
    # That it leads somewhere; that it is base64 of a length.
    "secret", "url", "website",
    # That one was given out for these filters; that no field stands in it twice.
    "cursor", "ordering",
    # That an administrator wants one.
    "description", "reason",
}  # fmt: skip


@schemathesis.check
def only_rules_refuse_what_is_described(ctx: Any, response: Any, case: Any) -> None:
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    refused = {field.partition(".")[0] for field in problem.get("errors", {})}
    assert problem["code"] in ("invalid", "currency_mismatch"), problem
    assert refused <= JUDGED_BY_RULES | {"custom"}, problem


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Nobody else's server is called: every webhook that is made leads to the receiver of the test.

    And 5.0 becomes 5: the API takes no fraction where it asks for a whole number, which JSON Schema cannot say.
    """
    if not isinstance(body, dict):
        return body
    if str(body.get("url")).lower().startswith("http"):
        body = body | {"url": os.environ["RECEIVER"]}
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else map_body(context, value)
        for name, value in body.items()
    }
