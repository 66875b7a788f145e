"""Watched folders: what appears in one and has stopped growing becomes a job."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from search_api.jobs.records import JobOrder, NewJob
from search_api.jobs.table import FILE, QueueFull
from segments.database import Tables, transaction
from segments.errors import LibraryError, UserError

FILES_PER_JOB = 1000
PARTIAL = frozenset({".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart"})
"""Suffixes, anywhere in a name, of files that somebody is still writing."""
LISTING_SHARE = 10.0
"""A folder whose listing takes long is looked at less often: for a tenth of the time at most."""
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS watched (
    path TEXT PRIMARY KEY, folder TEXT NOT NULL, size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
)
"""

_log = structlog.get_logger("retrace.jobs")


class Seen(Protocol):
    """A file as its folder's listing shows it."""

    @property
    def path(self) -> Path: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...


FindFootage = Callable[[Path], Sequence[Seen]]
"""The footage in a folder, hidden files left out."""


class Look(NamedTuple):
    """How a file looks from outside."""

    size_bytes: int
    mtime_ns: int


@dataclass(frozen=True)
class WatchedFolder:
    """A folder, and the camera that it is of."""

    path: Path
    camera: str | None

    @classmethod
    def parse(cls, text: str) -> "WatchedFolder":
        """Reads FOLDER or FOLDER=CAMERA.

        Raises:
            UserError: a part of it is empty.
        """
        folder, equals, camera = text.rpartition("=")
        if not equals or Path(text).is_dir():
            folder, camera = text, ""
        if not folder or (equals and folder != text and not camera):
            raise UserError(f"--watch {text!r}: write FOLDER or FOLDER=CAMERA")
        return cls(Path(folder).absolute(), camera or None)


class WatchTable(Tables):
    """Which files were made jobs of, and how they looked then. One object per thread."""

    def __init__(self, root: Path) -> None:
        """
        Args:
            root: the library's folder.

        Raises:
            LibraryError: the database is damaged or of another version.
        """
        super().__init__(root / FILE, part="watched", version=VERSION, schema=SCHEMA)

    def looks(self, folder: Path) -> dict[str, Look]:
        rows = self._rows.execute("SELECT * FROM watched WHERE folder = ?", (str(folder),))
        return {str(row["path"]): Look(row["size_bytes"], row["mtime_ns"]) for row in rows}

    def add(self, folder: Path, looks: Iterable[tuple[str, Look]]) -> None:
        with transaction(self._rows):
            self._rows.executemany(
                "REPLACE INTO watched VALUES (?, ?, ?, ?)",
                [(path, str(folder), *look) for path, look in looks],
            )

    def forget(self, paths: Iterable[str]) -> None:
        with transaction(self._rows):
            self._rows.executemany(
                "DELETE FROM watched WHERE path = ?", [(path,) for path in paths]
            )


@dataclass
class StillFiles:
    """Tells which files of a folder have stopped growing, from one look to the next."""

    num_looks: int
    """That must show the same."""
    _seen: dict[str, tuple[Look, int]] = field(default_factory=dict[str, tuple[Look, int]])

    def look(self, files: Iterable[Seen]) -> dict[str, Look]:
        """Takes a look; the files that are as they were at enough looks before."""
        before, self._seen = self._seen, {}
        for file in files:
            path, look = str(file.path), Look(file.size_bytes, file.mtime_ns)
            if not file.size_bytes or PARTIAL & {s.lower() for s in file.path.suffixes}:
                continue
            last, count = before.get(path, (look, 0))
            self._seen[path] = (look, count + 1 if last == look else 1)
        return {p: look for p, (look, count) in self._seen.items() if count >= self.num_looks}


@dataclass
class Watcher:
    """Looks at one folder again and again.

    Args:
        root: the library's folder; None while the library is away, or another service's to fill.
        submit: keeps a job.
        make_order: of files of this folder.
    """

    folder: WatchedFolder
    find_footage: FindFootage
    root: Callable[[], Path | None]
    submit: Callable[[NewJob], object]
    make_order: Callable[[Sequence[str], WatchedFolder], JobOrder]
    num_looks: int
    every_s: float
    _still: StillFiles = field(init=False)
    _last_error: str = ""

    def __post_init__(self) -> None:
        self._still = StillFiles(self.num_looks)

    def run(self, stopping: threading.Event) -> None:
        """Until it is told to stop."""
        wait_s = self.every_s
        while not stopping.wait(wait_s):
            begun = time.monotonic()
            try:
                self.look()
                self._last_error = ""
            except Exception as error:  # the folder or the library may come back
                if str(error) != self._last_error:
                    is_ours = isinstance(error, LibraryError | UserError | OSError)
                    _log.warning("watch.error", error=str(error), exc_info=not is_ours)
                self._last_error = str(error)
            wait_s = max(self.every_s, LISTING_SHARE * (time.monotonic() - begun))

    def look(self) -> None:
        """Takes one look, and makes jobs of files that have stopped growing and are new."""
        root = self.root()
        if root is None:
            return
        files = self.find_footage(self.folder.path)
        still = self._still.look(files)
        with WatchTable(root) as table:
            done = table.looks(self.folder.path)
            if files:  # an empty folder may be one that is not mounted now
                table.forget(done.keys() - {str(file.path) for file in files})
            new = [(path, look) for path, look in sorted(still.items()) if done.get(path) != look]
            for first in range(0, len(new), FILES_PER_JOB):
                self._hand_in(table, new[first : first + FILES_PER_JOB])

    def _hand_in(self, table: WatchTable, new: Sequence[tuple[str, Look]]) -> None:
        """A kill between the two steps makes a second job, which finds everything known."""
        order = self.make_order([path for path, _ in new], self.folder)
        job = NewJob(order=order, origin="watch", key_id=None, created_by="watched folder")
        try:
            self.submit(job)
        except QueueFull:
            return  # the next look tries again
        table.add(self.folder.path, new)
        _log.info("watch.found", folder=str(self.folder.path), files=len(new))
