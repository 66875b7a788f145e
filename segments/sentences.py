"""Sentences by number: what arrays say of them, and one table per library to read them back.

A number is made from its sentence, so that any order of runs, killed or not, gives the same.
"""

import hashlib
from collections.abc import Iterable, Mapping

from segments.database import Tables
from segments.library import Library

VERSION = 1
SCHEMA = "CREATE TABLE IF NOT EXISTS sentences (number TEXT PRIMARY KEY, text TEXT NOT NULL)"
FORGOTTEN = "(a sentence that is no longer known)"


def number_of(sentence: str) -> int:
    """The first 64 bits of the sentence's SHA-256; 0 for the empty sentence."""
    return int.from_bytes(hashlib.sha256(sentence.encode()).digest()[:8]) if sentence else 0


class SentenceTable(Tables):
    """The sentences of one library. One object per thread; any number of processes may read."""

    def __init__(self, library: Library) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        super().__init__(library.database, part="sentences", version=VERSION, schema=SCHEMA)

    def add(self, sentences: Iterable[str]) -> None:
        """Keeps sentences; those that are there already stay."""
        cells = [(f"{number_of(text):016x}", text) for text in sentences if text]
        self._rows.executemany("INSERT OR IGNORE INTO sentences VALUES (?, ?)", cells)

    def by_number(self) -> Mapping[int, str]:
        """All of them; the empty sentence is 0."""
        rows = self._rows.execute("SELECT number, text FROM sentences")
        return {0: ""} | {int(str(row["number"]), 16): str(row["text"]) for row in rows}
