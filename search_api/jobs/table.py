"""The jobs of a library: what was asked for, how far it is, what became of each file."""

import secrets
import sqlite3
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from search_api.jobs import file_rows
from search_api.jobs.file_rows import FileRows
from search_api.jobs.lines import FileEnded, FilesFound, Line, RunProgress
from search_api.jobs.records import (
    UNFINISHED,
    JobOrder,
    JobRecord,
    NewJob,
    Standing,
    State,
)
from segments.database import Tables, transaction

FILE = "jobs.sqlite"
MAX_KEPT = 1000
"""Jobs that are over; older ones are forgotten."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    position INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE, origin TEXT NOT NULL,
    key_id TEXT, created_by TEXT NOT NULL, retry_of TEXT, orders TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT, created_at TEXT NOT NULL, started_at TEXT, ended_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, pid INTEGER, read_bytes INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1, standing TEXT NOT NULL DEFAULT '{}',
    footage_before_s REAL NOT NULL DEFAULT 0
);
"""
_ID_BYTES = 16
_OVER = "state IN ('done', 'failed', 'cancelled')"


class QueueFull(Exception):
    """As many jobs wait as may."""


class JobTable(Tables):
    """The table of one library. One object per thread; the runner alone changes running jobs."""

    def __init__(self, root: Path) -> None:
        """
        Args:
            root: the library's folder.

        Raises:
            LibraryError: the database is damaged or of another version.
        """
        super().__init__(
            root / FILE, part="jobs", version=VERSION, schema=SCHEMA + file_rows.SCHEMA
        )
        self.files = FileRows(self._rows)

    def create(self, new: NewJob, *, max_waiting: int) -> JobRecord:
        """Keeps a job, to be done after those that wait.

        Raises:
            QueueFull: as many wait as may.
        """
        job_id = secrets.token_hex(_ID_BYTES)
        facts = (new.origin, new.key_id, new.created_by, new.retry_of)
        with transaction(self._rows):
            if self._count("state = 'waiting'") >= max_waiting:
                raise QueueFull
            self._rows.execute(
                "INSERT INTO jobs (job_id, origin, key_id, created_by, retry_of, orders, state, "
                "created_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?)",
                (job_id, *facts, new.order.model_dump_json(), _now()),
            )
        found = self.find(job_id)
        assert found is not None
        return found

    def find(self, job_id: str) -> JobRecord | None:
        rows = self._rows.execute("SELECT * FROM jobs WHERE job_id = ?", (job_id,))
        return next(map(self._record, rows), None)

    def newest(
        self,
        *,
        before: int | None = None,
        limit: int,
        state: State | None = None,
        key_id: str | None = None,
    ) -> list[JobRecord]:
        """Jobs, the newest first.

        Args:
            before: only those with a lower position.
            key_id: only those of this key; None: of any.
        """
        rows = self._rows.execute(
            "SELECT * FROM jobs WHERE (?1 IS NULL OR position < ?1) "
            "AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR key_id = ?3) "
            "ORDER BY position DESC LIMIT ?4",
            (before, state, key_id, limit),
        )
        return list(map(self._record, rows.fetchall()))

    def running(self) -> JobRecord | None:
        """The job that was begun and is not over."""
        return self._first("state IN ('running', 'cancelling')")

    def next_waiting(self) -> JobRecord | None:
        """The job that waits longest."""
        return self._first("state = 'waiting'")

    def all(self, state: State) -> list[JobRecord]:
        """Every job in a state, the newest first."""
        return self.newest(limit=-1, state=state)

    def count(self) -> dict[State, int]:
        """Jobs by state."""
        found = self._rows.execute("SELECT state, COUNT(*) AS jobs FROM jobs GROUP BY state")
        counts = {row["state"]: int(row["jobs"]) for row in found}
        return {state: counts.get(state, 0) for state in get_args(State)}

    def uses_footage(self, footage_id: str) -> bool:
        """Whether a job that is not over names it."""
        rows = self._rows.execute(f"SELECT orders FROM jobs WHERE NOT {_OVER}")
        return any(
            footage_id in JobOrder.model_validate_json(row["orders"]).footage for row in rows
        )

    def begin(self, job_id: str) -> JobRecord | None:
        """A run is about to start; None where the job does not wait any more."""
        before = self.find(job_id)
        assert before is not None
        footage_s = before.footage_before_s + before.standing.footage_s
        begun = self._rows.execute(
            "UPDATE jobs SET state = 'running', reason = NULL, attempts = attempts + 1, "
            "pid = NULL, read_bytes = 0, standing = '{}', footage_before_s = ?, started_at = ?, "
            "revision = revision + 1 WHERE job_id = ? AND state = 'waiting'",
            (footage_s, _now(), job_id),
        )
        return self.find(job_id) if begun.rowcount else None

    def set_pid(self, job_id: str, pid: int) -> None:
        self._rows.execute("UPDATE jobs SET pid = ? WHERE job_id = ?", (pid, job_id))

    def apply(self, job_id: str, lines: Iterable[Line], *, read_bytes: int) -> None:
        """What a run said, and up to where it was read: both, or none of it."""
        with transaction(self._rows):
            for line in lines:
                match line:
                    case FilesFound():
                        self._touch(job_id)
                        self.files.add(job_id, line.files)
                    case RunProgress():
                        standing = Standing.model_validate(line.model_dump(exclude={"kind"}))
                        self._change(job_id, "standing = ?", standing.model_dump_json())
                    case FileEnded():
                        self.files.end(job_id, line, revision=self._touch(job_id))
                    case _:
                        pass
            query = "UPDATE jobs SET read_bytes = ? WHERE job_id = ?"
            self._rows.execute(query, (read_bytes, job_id))

    def wait_again(self, job_id: str, reason: str) -> None:
        """A run ended before its job, which goes on in another one, unless it was cancelled."""
        self.end(job_id, "cancelled", only="cancelling")
        changes = "state = 'waiting', reason = ?"
        self._change(job_id, changes, reason, only=("waiting", "running"))

    def cancel(self, job_id: str) -> None:
        """A waiting job is over at once; a running one is to be ended by the runner."""
        self._rows.execute(
            "UPDATE jobs SET ended_at = CASE state WHEN 'waiting' THEN ?1 ELSE ended_at END, "
            "state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE 'cancelling' END, "
            "revision = revision + 1 WHERE job_id = ?2 AND state IN ('waiting', 'running')",
            (_now(), job_id),
        )

    def end(
        self, job_id: str, state: State, reason: str | None = None, *, only: State | None = None
    ) -> None:
        """The job is over; if it is not in the state `only`, nothing happens."""
        among = (only,) if only else UNFINISHED
        self._change(
            job_id, "state = ?, reason = ?, ended_at = ?", state, reason, _now(), only=among
        )

    def forget_old(self) -> list[str]:
        """Forgets the oldest jobs that are over, beyond `MAX_KEPT`; their ids."""
        query = f"SELECT job_id FROM jobs WHERE {_OVER} ORDER BY position DESC LIMIT -1 OFFSET ?"
        ids = [str(row["job_id"]) for row in self._rows.execute(query, (MAX_KEPT,))]
        self._rows.executemany("DELETE FROM jobs WHERE job_id = ?", [(job_id,) for job_id in ids])
        return ids

    def _touch(self, job_id: str) -> int:
        """Counts a change; the new count."""
        query = "UPDATE jobs SET revision = revision + 1 WHERE job_id = ? RETURNING revision"
        return int(self._rows.execute(query, (job_id,)).fetchone()["revision"])

    def _change(
        self, job_id: str, changes: str, *values: object, only: Collection[State] = UNFINISHED
    ) -> None:
        marks = ", ".join("?" * len(only))
        query = f"UPDATE jobs SET {changes}, revision = revision + 1 WHERE job_id = ?"
        self._rows.execute(f"{query} AND state IN ({marks})", (*values, job_id, *only))

    def _first(self, condition: str) -> JobRecord | None:
        rows = self._rows.execute(f"SELECT * FROM jobs WHERE {condition} ORDER BY position LIMIT 1")
        return next(map(self._record, rows.fetchall()), None)

    def _count(self, condition: str) -> int:
        return int(self._rows.execute(f"SELECT COUNT(*) FROM jobs WHERE {condition}").fetchone()[0])

    def _record(self, row: sqlite3.Row) -> JobRecord:
        cells = dict(row)
        order = JobOrder.model_validate_json(cells.pop("orders"))
        standing = Standing.model_validate_json(cells.pop("standing"))
        files = self.files.count(row["job_id"])
        return JobRecord(**cells, order=order, standing=standing, files=files)


def _now() -> str:
    return datetime.now(UTC).isoformat()
