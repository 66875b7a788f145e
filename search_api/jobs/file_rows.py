"""The files of jobs, and what became of each."""

import sqlite3
from collections.abc import Collection, Sequence

from search_api.jobs.lines import FileEnded, NamedFile
from search_api.jobs.records import FileCounts, JobFile

SCHEMA = """;
CREATE TABLE IF NOT EXISTS job_files (
    job_id TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE, path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, status TEXT, video_id TEXT, reason TEXT,
    revision INTEGER NOT NULL, PRIMARY KEY (job_id, path)
);
CREATE INDEX IF NOT EXISTS job_files_by_revision ON job_files (job_id, revision)
"""
_FILES = "SELECT *, rowid AS number FROM job_files WHERE job_id = ?1"
_COUNTS = """
SELECT COUNT(*) AS total, TOTAL(status = 'indexed') AS indexed, TOTAL(status = 'known') AS known,
    TOTAL(status = 'failed') AS failed, TOTAL(status IS NULL) AS left_over,
    TOTAL(size_bytes) AS total_bytes FROM job_files WHERE job_id = ?
"""


class FileRows:
    """The table of files, on the connection of the jobs' table."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self._rows = rows

    def count(self, job_id: str) -> FileCounts:
        found = self._rows.execute(_COUNTS, (job_id,)).fetchone()
        counts = {name: int(found[name]) for name in FileCounts.model_fields if name != "left"}
        return FileCounts(**counts, left=int(found["left_over"]))

    def choose(
        self,
        job_id: str,
        states: Collection[str] | None = None,
        *,
        after: int = 0,
        limit: int = -1,
    ) -> list[JobFile]:
        """Files of a job in the order that they were found; limit -1: all.

        Args:
            states: "indexed", "known", "failed", or "left" for those not looked at; None: all.
            after: only those with a higher number.
        """
        wanted = None if states is None else f",{','.join(states)},"
        rows = self._rows.execute(
            f"{_FILES} AND rowid > ?2 "
            "AND (?3 IS NULL OR instr(?3, ',' || coalesce(status, 'left') || ',')) "
            "ORDER BY rowid LIMIT ?4",
            (job_id, after, wanted, limit),
        )
        return list(map(_file, rows))

    def ended(self, job_id: str, *, since: int, until: int, limit: int) -> list[JobFile]:
        """Files that were done with after a revision and up to another, in that order."""
        rows = self._rows.execute(
            f"{_FILES} AND revision > ?2 AND revision <= ?3 "
            "AND status IS NOT NULL ORDER BY revision LIMIT ?4",
            (job_id, since, until, limit),
        )
        return list(map(_file, rows))

    def add(self, job_id: str, files: Sequence[NamedFile]) -> None:
        """Files that a run found; those that an earlier run found too stay as they are."""
        self._rows.executemany(
            "INSERT INTO job_files VALUES (?1, ?2, ?3, NULL, NULL, NULL, 0) "
            "ON CONFLICT DO UPDATE SET size_bytes = ?3",
            [(job_id, *file) for file in files],
        )

    def end(self, job_id: str, ended: FileEnded, *, revision: int) -> None:
        """A file is done with. What an earlier run indexed is known to a later one, and stays
        indexed here."""
        self._rows.execute(
            "INSERT INTO job_files VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6) "
            "ON CONFLICT DO UPDATE SET status = ?3, video_id = ?4, reason = ?5, revision = ?6 "
            "WHERE NOT (status IS 'indexed' AND ?3 = 'known')",
            (job_id, ended.path, ended.status, ended.video_id, ended.reason, revision),
        )


def _file(row: sqlite3.Row) -> JobFile:
    return JobFile.model_validate({name: row[name] for name in JobFile.model_fields})
