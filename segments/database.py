"""The library's SQLite file: write-ahead log, and a version for each part's tables."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from segments.errors import LibraryError

BUSY_TIMEOUT_S = 30.0


def connect(path: Path, *, part: str, version: int, schema: str) -> sqlite3.Connection:
    """Opens the database and makes the tables of `part` where they are not there yet.

    Each statement is its own transaction, except inside `transaction`. Readers and the writer do
    not wait for each other.

    Raises:
        LibraryError: the file is no database, or its `part` is of another version.
    """
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut repeats work, no more
        connection.execute("PRAGMA foreign_keys = ON")
        found = _make_tables(connection, part=part, version=version, schema=schema)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise LibraryError(f"{path} cannot be used as the library's database: {error}") from error
    if found != version:
        connection.close()
        raise LibraryError(f"{path}: {part} is of version {found}; this retrace reads {version}")
    return connection


class Tables:
    """One part's tables in a library's database. One object per thread; any process may read."""

    def __init__(self, path: Path, *, part: str, version: int, schema: str) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        self._rows = connect(path, part=part, version=version, schema=schema)

    def close(self) -> None:
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """All of the block's statements, or none of them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _make_tables(connection: sqlite3.Connection, *, part: str, version: int, schema: str) -> int:
    """Makes the tables of `part` unless they are there; the version that is there then."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS versions (part TEXT PRIMARY KEY, version INTEGER)"
    )
    found = connection.execute("SELECT version FROM versions WHERE part = ?", (part,)).fetchone()
    if found:
        return int(found["version"])
    with transaction(connection):
        for statement in schema.split(";"):
            connection.execute(statement)
        connection.execute("INSERT OR IGNORE INTO versions VALUES (?, ?)", (part, version))
    return version
