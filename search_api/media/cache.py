"""Files that were made for showing, kept while there is room: LIBRARY/cache/VIDEO_ID/KEY.SUFFIX.

Beside each lies KEY.json with the facts about it. Whatever lies there may be deleted at any time.
"""

import hashlib
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from search_api.media.turns import OneByOne, Turns
from segments.files import write_atomically
from segments.names import require_name

Facts = Mapping[str, object]
"""As JSON holds them."""
Make = Callable[[Path], Facts]
"""Writes the file, and says the facts about it."""
VERSION = 1
"""Of how files are made: those of other versions are not used again."""
_ROOM = 0.9
"""Share of the limit that is left occupied once something had to go."""


@dataclass(frozen=True)
class Wish:
    """One file, by what it shows and how."""

    video_id: str
    kind: str
    suffix: str
    """With its dot."""
    arguments: Mapping[str, JsonValue]

    @property
    def key(self) -> str:
        """Names the file; also its entity tag, as the same wish gives the same file."""
        asked = [VERSION, self.video_id, self.kind, self.suffix, dict(self.arguments)]
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        return f"{self.kind}-{digest[:32]}"


@dataclass(frozen=True)
class Kept:
    """A file that is there."""

    path: Path
    facts: Facts


class MediaCache:
    """Everything kept for showing, of one library. Threads share it."""

    def __init__(self, root: Path, turns: Turns, *, max_bytes: int, spare_s: float = 60.0) -> None:
        """Args:
        spare_s: what was used within this time stays, full or not: somebody may be reading it.
        """
        self._root, self._turns, self._max_bytes, self._spare_s = root, turns, max_bytes, spare_s
        self._making, self._lock = OneByOne(), threading.Lock()
        self._size_bytes: int | None = None

    def get(self, wish: Wish, make: Make) -> Kept:
        """What was wished for: as it was made before, or made now, once for all who wait.

        Raises:
            Busy: too many are waiting.
        """
        if kept := self._find(wish):
            return kept
        with self._turns.queue(), self._making.working_on(wish.key):
            if kept := self._find(wish):
                return kept
            with self._turns.decoder():
                kept = self._make(wish, make)
        self._make_room()
        return kept

    def _find(self, wish: Wish) -> Kept | None:
        path, facts_path = self._paths(wish)
        try:
            facts = json.loads(facts_path.read_bytes())
            os.utime(facts_path)
        except (FileNotFoundError, ValueError):
            return None
        return Kept(path, facts) if path.is_file() else None

    def has(self, wish: Wish) -> bool:
        """Whether it need not be made."""
        return all(path.is_file() for path in self._paths(wish))

    def _make(self, wish: Wish, make: Make) -> Kept:
        path, facts_path = self._paths(wish)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{wish.key}.{os.getpid()}{wish.suffix}")
        partial.unlink(missing_ok=True)
        try:
            facts = make(partial)
            _sync(partial)
            write_atomically(facts_path, json.dumps(dict(facts)).encode())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        self._count(path, facts_path)
        return Kept(path, facts)

    def _paths(self, wish: Wish) -> tuple[Path, Path]:
        folder = self._root / require_name(wish.video_id, of="a folder of pictures")
        return folder / f"{wish.key}{wish.suffix}", folder / f"{wish.key}.json"

    def _count(self, *paths: Path) -> None:
        with self._lock:
            if self._size_bytes is not None:
                self._size_bytes += sum(path.stat().st_size for path in paths)

    def _make_room(self) -> None:
        """Deletes what was least recently used, where there is too much."""
        with self._lock:
            if self._size_bytes is not None and self._size_bytes <= self._max_bytes:
                return
            entries = _entries(self._root)
            total = sum(entry.size_bytes for entry in entries)
            newest = time.time() - self._spare_s
            for entry in entries if total > self._max_bytes else ():
                if total <= self._max_bytes * _ROOM or entry.used_at > newest:
                    break
                entry.delete()
                total -= entry.size_bytes
            self._size_bytes = total


@dataclass
class _Entry:
    """A file with its facts."""

    paths: list[Path] = field(default_factory=list[Path])
    size_bytes: int = 0
    used_at: float = 0.0

    def add(self, path: Path) -> None:
        status = path.stat()
        self.paths.append(path)
        self.size_bytes += status.st_size
        self.used_at = max(self.used_at, status.st_mtime)

    def delete(self) -> None:
        for path in self.paths:
            path.unlink(missing_ok=True)


def _entries(root: Path) -> list[_Entry]:
    """All that is kept, the least recently used first; what others delete is passed over."""
    found: defaultdict[tuple[Path, str], _Entry] = defaultdict(_Entry)
    for path in root.glob("*/*"):
        with suppress(FileNotFoundError):
            found[path.parent, path.stem].add(path)
    return sorted(found.values(), key=lambda entry: entry.used_at)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
