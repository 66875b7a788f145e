"""What has been done, so that the next run repeats exactly what was not (DESIGN §6)."""

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import Literal

from segments.database import Tables, transaction
from segments.library import Library

State = Literal["pending", "indexing", "done", "failed"]
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (
    space TEXT, video_id TEXT, state TEXT NOT NULL, reason TEXT, attempts INTEGER NOT NULL,
    timings_s TEXT NOT NULL, digests TEXT NOT NULL, changed_at REAL NOT NULL,
    PRIMARY KEY (space, video_id)
);
CREATE TABLE IF NOT EXISTS chunks (
    space TEXT, video_id TEXT, chunk INTEGER, PRIMARY KEY (space, video_id, chunk)
);
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    video_id TEXT, created_at TEXT, reason TEXT
);
CREATE TABLE IF NOT EXISTS stale (space TEXT, video_id TEXT, PRIMARY KEY (space, video_id))
"""


@dataclass(frozen=True)
class ContentRecord:
    """One content in one vector space."""

    video_id: str
    state: State = "pending"
    reason: str | None = None
    """Why it failed."""
    attempts: int = 0
    timings_s: dict[str, float] = field(default_factory=dict)
    """Seconds by phase, summed over attempts."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the weights that were used, by name."""


@dataclass(frozen=True)
class FileRecord:
    """One path as it was last seen."""

    path: str
    size_bytes: int
    mtime_ns: int
    video_id: str | None = None
    """None where the file could not be read."""
    created_at: str | None = None
    """The container's creation time, ISO 8601 with zone."""
    reason: str | None = None
    """Why it could not be read."""


class Ledger(Tables):
    """The indexer's tables for one vector space of a library. One object per thread."""

    def __init__(self, library: Library) -> None:
        self.space = library.space
        super().__init__(library.database, part="ledger", version=VERSION, schema=SCHEMA)

    def begin(self, video_id: str, digests: Mapping[str, str]) -> None:
        """An attempt at a content starts."""
        record = self.content(video_id) or ContentRecord(video_id)
        attempts = record.attempts + 1
        self._put(replace(record, state="indexing", attempts=attempts, digests=dict(digests)))

    def progress(self) -> dict[str, int]:
        """Chunks handed over by content, of those that are not done."""
        rows = self._rows.execute(
            "SELECT video_id, COUNT(chunk) AS chunks FROM contents "
            "LEFT JOIN chunks USING (space, video_id) "
            "WHERE space = ? AND state != 'done' GROUP BY video_id",
            (self.space,),
        )
        return {str(row["video_id"]): int(row["chunks"]) for row in rows}

    def mark_chunk(self, video_id: str, chunk: int) -> None:
        """A chunk's points and tracks are on disk and will survive."""
        self._rows.execute("REPLACE INTO chunks VALUES (?, ?, ?)", (self.space, video_id, chunk))

    def forget_chunks(self, video_id: str) -> None:
        """The content will be indexed from its start."""
        condition = (self.space, video_id)
        self._rows.execute("DELETE FROM chunks WHERE space = ? AND video_id = ?", condition)

    def finish(self, video_id: str, timings_s: Mapping[str, float]) -> None:
        """The content is completely indexed."""
        self._end(video_id, "done", None, timings_s)

    def fail(self, video_id: str, reason: str, timings_s: Mapping[str, float]) -> None:
        """The content cannot be indexed; the next run tries again."""
        self._end(video_id, "failed", reason, timings_s)

    def content(self, video_id: str) -> ContentRecord | None:
        query = "SELECT * FROM contents WHERE space = ? AND video_id = ?"
        row = self._rows.execute(query, (self.space, video_id)).fetchone()
        return _content(row) if row else None

    def contents(self, state: State | None = None) -> list[ContentRecord]:
        """Every content of the space, or those in a state, by id."""
        query = "SELECT * FROM contents WHERE space = ? AND state = coalesce(?, state)"
        rows = self._rows.execute(f"{query} ORDER BY video_id", (self.space, state))
        return [_content(row) for row in rows]

    def see_file(self, record: FileRecord) -> None:
        """Keeps how a path looks, so that an unchanged file is not read again."""
        self._rows.execute("REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", astuple(record))

    def files(self) -> dict[str, FileRecord]:
        """Every path that was seen."""
        rows = self._rows.execute("SELECT * FROM files ORDER BY path")
        return {str(row["path"]): FileRecord(**dict(row)) for row in rows}

    def mark_stale(self, video_id: str) -> None:
        """A content's points no longer say what is known, in any space that has some.

        `upkeep.refresh` will see to it, space by space.
        """
        query = "REPLACE INTO stale SELECT space, video_id FROM contents WHERE video_id = ?"
        self._rows.execute(query, (video_id,))

    def clear_stale(self, video_id: str) -> None:
        condition = (self.space, video_id)
        self._rows.execute("DELETE FROM stale WHERE space = ? AND video_id = ?", condition)

    def stale(self) -> list[str]:
        """Contents whose points no longer say what is known."""
        query = "SELECT video_id FROM stale WHERE space = ? ORDER BY video_id"
        return [str(row["video_id"]) for row in self._rows.execute(query, (self.space,))]

    def forget(self, video_id: str) -> None:
        """Nothing is known about the content in this space any more.

        The files that hold it are forgotten where no other space knows it.
        """
        with transaction(self._rows):
            for table in ("contents", "chunks", "stale"):
                condition = (self.space, video_id)
                self._rows.execute(
                    f"DELETE FROM {table} WHERE space = ? AND video_id = ?", condition
                )
            self._rows.execute(
                "DELETE FROM files WHERE video_id = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM contents WHERE video_id = ?1)",
                (video_id,),
            )

    def drop_space(self) -> None:
        """Nothing was ever indexed in this space."""
        with transaction(self._rows):
            for table in ("contents", "chunks", "stale"):
                self._rows.execute(f"DELETE FROM {table} WHERE space = ?", (self.space,))

    def _end(
        self, video_id: str, state: State, reason: str | None, timings_s: Mapping[str, float]
    ) -> None:
        record = self.content(video_id) or ContentRecord(video_id)
        phases = {**record.timings_s, **timings_s}
        total = {p: record.timings_s.get(p, 0.0) + timings_s.get(p, 0.0) for p in phases}
        self._put(replace(record, state=state, reason=reason, timings_s=total))

    def _put(self, record: ContentRecord) -> None:
        documents = (json.dumps(record.timings_s), json.dumps(record.digests))
        facts = (record.video_id, record.state, record.reason, record.attempts)
        row = (self.space, *facts, *documents, time.time())
        self._rows.execute("REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _content(row: sqlite3.Row) -> ContentRecord:
    return ContentRecord(
        row["video_id"],
        row["state"],
        row["reason"],
        row["attempts"],
        json.loads(row["timings_s"]),
        json.loads(row["digests"]),
    )
