"""What was done, by whom: a log that is only ever added to.

Each row carries the SHA-256 of itself and of the row before, so that a row that was altered or
taken out is noticed. Whoever can write the file can make the whole chain anew; note its head
elsewhere to notice that too.
"""

import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from search_api.access.roles import Principal
from segments.database import Tables, transaction

Action = Literal["query", "view", "export", "deletion", "case", "job", "key", "trace"]
"""What sort of thing was done."""
MAX_WHAT_CHARS = 2000
START = "0" * 64
"""The digest before the first row."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, key_id TEXT,
    key_name TEXT NOT NULL, action TEXT NOT NULL, what TEXT NOT NULL, num_results INTEGER,
    request_id TEXT NOT NULL, digest TEXT NOT NULL
)
"""


class AuditEntry(BaseModel):
    """One thing that was done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entry_id: int
    """1, 2, 3 and so on; none is left out."""
    at: AwareDatetime
    key_id: str | None
    """None: somebody at this machine, while no keys were made."""
    key_name: str
    action: Action
    what: str
    num_results: int | None
    request_id: str
    digest: str
    """SHA-256 of the digest before and of everything above."""


class AuditLog(Tables):
    """The log of one library. One object per thread; any number of processes may write."""

    def __init__(self, path: Path) -> None:
        """Raises:
        LibraryError: the database is damaged or of another version.
        """
        super().__init__(path, part="audit", version=VERSION, schema=SCHEMA)

    def write(
        self,
        principal: Principal,
        action: Action,
        what: str,
        *,
        num_results: int | None = None,
        request_id: str = "",
    ) -> None:
        """Adds a row. `what` is cut off after `MAX_WHAT_CHARS`."""
        key = (principal.key_id, principal.name)
        with transaction(self._rows):
            number, digest = self._head()
            facts = (_now(), *key, action, what[:MAX_WHAT_CHARS], num_results, request_id)
            row = (number + 1, *facts)
            self._rows.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _chain(digest, row))
            )

    def last(self) -> AuditEntry | None:
        """The newest row: the chain's head."""
        row = self._rows.execute("SELECT * FROM audit ORDER BY entry_id DESC LIMIT 1").fetchone()
        return _entry(row) if row else None

    def _head(self) -> tuple[int, str]:
        """The newest row's number and digest; 0 and START where there is none."""
        query = "SELECT entry_id, digest FROM audit ORDER BY entry_id DESC LIMIT 1"
        row = self._rows.execute(query).fetchone()
        return (row["entry_id"], row["digest"]) if row else (0, START)

    def entries(
        self, *, before: int | None = None, limit: int, action: Action | None = None
    ) -> list[AuditEntry]:
        """The newest rows first.

        Args:
            before: only rows with a lower number.
        """
        rows = self._rows.execute(
            "SELECT * FROM audit WHERE (?1 IS NULL OR entry_id < ?1) "
            "AND (?2 IS NULL OR action = ?2) ORDER BY entry_id DESC LIMIT ?3",
            (before, action, limit),
        )
        return list(map(_entry, rows))

    def first_break(self) -> int | None:
        """The number of the first row that is missing or is not as it was written; None: all are.

        Reads every row, in constant memory.
        """
        digest, number = START, 0
        for row in self._rows.execute("SELECT * FROM audit ORDER BY entry_id"):
            number += 1
            facts = tuple(row)[:-1]
            if row["entry_id"] != number or _chain(digest, facts) != row["digest"]:
                return number
            digest = str(row["digest"])
        return number + 1 if number < self._num_written() else None

    def _num_written(self) -> int:
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'"
        row = self._rows.execute(query).fetchone()
        return int(row["seq"]) if row else 0


def _entry(row: sqlite3.Row) -> AuditEntry:
    return AuditEntry.model_validate(dict(row))


def _chain(before: str, facts: tuple[object, ...]) -> str:
    content = json.dumps([before, *facts], ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat()
