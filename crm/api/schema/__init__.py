"""The OpenAPI description: what the views say of themselves, and what is the same for all.

It is a contract: the suite holds every answer that a test gets to it (`tests/described.py`), and a copy of it is kept
in `docs/openapi.json`, so that a change of it is seen.
"""

from typing import Any

from crm.api.schema import security  # noqa: F401  the schemes register themselves
from crm.api.schema.operations import ApiSchema
from crm.api.schema.refusals import components

__all__ = ["ApiSchema", "complete"]


def complete(result: dict[str, Any], request: Any, **kwargs: Any) -> dict[str, Any]:
    """What the operations refer to: their refusals, with an example of each."""
    for kind, added in components(result, request).items():
        result["components"][kind] = result["components"].get(kind, {}) | added
    return result
