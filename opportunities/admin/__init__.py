"""Django's administration: the records to look at, and what administrators set."""

from opportunities.admin import records, setup

__all__ = ["records", "setup"]
