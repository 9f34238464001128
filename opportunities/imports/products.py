"""Products become topics, in one spelling: “GTXPro” in one file is “GTX Pro” in the other."""

from pathlib import Path

from django.utils.translation import gettext as _

from crm.errors import Invalid
from crm.tabular import open_table
from opportunities.imports.report import Report

COLUMN = "product"
# Where no list of products says how they are written.
SPELLINGS = ("GTX Pro",)


class Products:
    """Attributes: is_complete: every product must be one of the list."""

    def __init__(self, names: tuple[str, ...] = SPELLINGS, *, is_complete: bool = False) -> None:
        self._names = {_key(name): name for name in names}
        self.is_complete = is_complete

    def topic(self, product: str) -> str:
        """Raises: Invalid."""
        name = self._names.get(_key(product))
        if name is None and product and self.is_complete:
            raise Invalid({COLUMN: [_("This product is not in products.csv. Correct it, or add it there.")]})
        return name or " ".join(product.split())


def read_products(path: Path, report: Report) -> Products:
    """Raises: TableError."""
    with open_table(path, [COLUMN]) as table:
        names = [row.cells[COLUMN] for row in report.whole_rows(path.name, table)]
    return Products(tuple(name for name in names if name), is_complete=True)


def _key(name: str) -> str:
    return "".join(name.split()).casefold()
