"""Which ids a file had already, and where: on disk, so that memory stays flat however long the file is."""

import sqlite3
from contextlib import closing
from types import TracebackType


class SeenIds:
    def __enter__(self) -> "SeenIds":
        # An unnamed database is a temporary file of SQLite's, gone when it is closed or the process ends.
        self._ids = sqlite3.connect("", isolation_level=None)
        self._ids.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._ids.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ids.close()

    def first_line(self, external_id: str, line: int) -> int | None:
        """Where the id stood before; None at its first time, which is kept."""
        with closing(self._ids.execute("SELECT line FROM seen WHERE id = ?", [external_id])) as found:
            row = found.fetchone()
        if row is None:
            self._ids.execute("INSERT INTO seen VALUES (?, ?)", [external_id, line])
        return row and row[0]
