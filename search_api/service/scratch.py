"""Temporary folders of a process, which the next one deletes where this one is killed."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from segments.errors import LibraryError, LibraryInUse
from segments.store.lock import OwnerLock

PREFIX = "retrace-"
LOCK = ".lock"


@dataclass(frozen=True)
class Scratch:
    """A folder that nobody else on this machine may read, until `delete` or the process's end."""

    path: Path
    _lock: OwnerLock

    @classmethod
    def make(cls, purpose: str) -> Self:
        """A new folder; those that killed processes left, for any purpose, are deleted."""
        sweep()
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-"))
        scratch = cls(folder / "files", OwnerLock.acquire(folder / LOCK))
        scratch.path.mkdir(0o700)
        return scratch

    def delete(self) -> None:
        """Deletes the folder and everything in it."""
        shutil.rmtree(self.path.parent, ignore_errors=True)
        self._lock.release()


def sweep() -> None:
    """Deletes this user's folders that no process has any more."""
    for lock_file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            lock = OwnerLock.acquire(lock_file)
        except (LibraryInUse, LibraryError):
            continue  # at work, or another user's
        shutil.rmtree(lock_file.parent, ignore_errors=True)
        lock.release()
