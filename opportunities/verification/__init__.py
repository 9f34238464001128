"""Does everything in the database keep the rules? Asked in sets, of all records at once, without the actions.

The database's constraints refuse nearly all of this beforehand. This looks again, by other means, at what is
there: after a restore, a manual repair, or an error of ours.
"""

from opportunities.verification.check import Breach, Check, find_breaches
from opportunities.verification.log import LOG_CHECKS
from opportunities.verification.organization import ORGANIZATION_CHECKS
from opportunities.verification.quotes import QUOTE_CHECKS
from opportunities.verification.records import RECORD_CHECKS

CHECKS: tuple[Check, ...] = (*RECORD_CHECKS, *QUOTE_CHECKS, *ORGANIZATION_CHECKS, *LOG_CHECKS)

__all__ = ["CHECKS", "Breach", "Check", "find_breaches"]
