"""Tables in CSV files: read and written a row at a time."""

from crm.tabular.reading import Row, Table, TableError, on_line, open_table
from crm.tabular.writing import Figure, harmless, write_table

__all__ = ["Figure", "Row", "Table", "TableError", "harmless", "on_line", "open_table", "write_table"]
