"""The door for deals from another system's CSV files: it reads, asks the actions and reports; it adds no rule."""

from opportunities.imports.report import Report
from opportunities.imports.run import ImportFailed, import_opportunities

__all__ = ["ImportFailed", "Report", "import_opportunities"]
