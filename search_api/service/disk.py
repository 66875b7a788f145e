"""How many bytes the parts of a library take, measured now and then."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from search_api.answers.disk import DiskUse
from search_api.jobs.places import free_bytes

OLD_S = 60.0
BLOCK_BYTES = 512
"""What `st_blocks` counts in, whatever the disk's own blocks are."""
_IN_ROOT = {"cache": "cache", "footage": "footage", "spool": "spool"}
_IN_SPACE = {"tracks": "tracks", "work": "work"}


class DiskMeter:
    """Measures one library's folder, at most once a minute. Threads may share it."""

    def __init__(self, root: Path, *, kept_free: int) -> None:
        self._root, self._kept_free = root, kept_free
        self._lock = threading.Lock()
        self._known: tuple[float, datetime, Counter[str]] | None = None

    def measure(self, *, evidence: int) -> DiskUse:
        """What is known, if it is not old; while somebody measures, others are told what was.

        Args:
            evidence: bytes of bundles, which lie elsewhere.

        Raises:
            FileNotFoundError: there is no library.
        """
        known = self._known
        if known is None or time.monotonic() - known[0] > OLD_S:
            known = self._measure_once(known)
        _, measured_at, parts = known
        return DiskUse(
            measured_at=measured_at,
            store=parts["store"],
            tracks=parts["tracks"],
            cache=parts["cache"],
            footage=parts["footage"],
            spool=parts["spool"],
            work=parts["work"],
            evidence=evidence,
            others=parts["others"],
            free=free_bytes(self._root),
            kept_free=self._kept_free,
        )

    def _measure_once(
        self, former: tuple[float, datetime, Counter[str]] | None
    ) -> tuple[float, datetime, Counter[str]]:
        if not self._lock.acquire(blocking=former is None):
            assert former is not None
            return former
        try:
            if self._known is former:
                self._known = (time.monotonic(), datetime.now(UTC), parts_of(self._root))
            return self._known or (0.0, datetime.now(UTC), Counter())
        finally:
            self._lock.release()


def parts_of(root: Path) -> Counter[str]:
    """Bytes by part; what goes away meanwhile is not counted."""
    found: Counter[str] = Counter()
    for path, num_bytes in _iter_files(str(root)):
        found[_part_of(path[len(str(root)) + 1 :])] += num_bytes
    return found


def _part_of(path: str) -> str:
    first, *rest = path.split("/")
    if first != "spaces":
        return _IN_ROOT.get(first, "others")
    return _IN_SPACE.get(rest[1], "store") if len(rest) > 1 else "others"


def _iter_files(folder: str) -> Iterator[tuple[str, int]]:
    """Files with the bytes that they take of the disk; links are not followed."""
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        status = entry.stat(follow_symlinks=False)
                        yield entry.path, status.st_blocks * BLOCK_BYTES
        except FileNotFoundError:
            continue
