"""Bundles that a service makes while it answers others: one after the other, each fetched once."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from search_api.answers.evidence import ExportPhase
from search_api.service.scratch import Scratch
from segments.errors import RetraceError

MAX_KEPT = 32
"""Bundles that wait, are made or are to be fetched, of all keys together."""
LIFETIME_S = 3600.0
"""How long a bundle waits to be fetched."""
_ID_BYTES = 16
_log = structlog.get_logger("retrace.exports")

Progress = Callable[[int], None]
Make = Callable[[Path, Progress], None]
"""Writes a bundle to a path, and says how many findings are gathered."""


class TooManyExports(Exception):
    """As many bundles wait to be fetched as may be."""


class _Stopped(Exception):
    """Nobody wants the bundle any more."""


@dataclass
class Export:
    """One bundle on its way."""

    export_id: str
    """128 random bits, in hexadecimal digits."""
    owner: str | None
    """The key that it is made for."""
    num_findings: int
    path: Path
    begun_s: float
    """Seconds since 1970."""
    state: ExportPhase = "waiting"
    num_gathered: int = 0
    reason: str | None = None
    """Why it failed."""
    size_bytes: int | None = None
    is_unwanted: bool = False
    is_fetched: bool = False
    """Whether somebody is fetching it now."""


@dataclass
class ExportDesk:
    """The exports of one service, in a temporary folder. Threads may share it."""

    clock: Callable[[], float] = time.time
    _exports: dict[str, Export] = field(default_factory=dict[str, Export])
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _worker: ThreadPoolExecutor | None = None
    _scratch: Scratch | None = None

    def start(self, make: Make, *, owner: str | None, num_findings: int) -> Export:
        """Has a bundle made, after those that were asked for before.

        Raises:
            TooManyExports: as many are kept as may be.
        """
        self._sweep()
        with self._lock:
            if len(self._exports) >= MAX_KEPT:
                raise TooManyExports
            export_id, now = secrets.token_hex(_ID_BYTES), self.clock()
            path = self._opened_folder() / f"{export_id}.zip"
            export = Export(export_id, owner, num_findings, path, now)
            self._exports[export_id] = export
            assert self._worker is not None
            self._worker.submit(self._run, export, make)
        return export

    @property
    def num_bytes(self) -> int:
        """Of bundles that are there to be fetched."""
        with self._lock:
            return sum(export.size_bytes or 0 for export in self._exports.values())

    def find(self, export_id: str, *, owner: str | None) -> Export | None:
        """The export, for the key that it is made for; None for all others."""
        self._sweep()
        with self._lock:
            found = self._exports.get(export_id)
        return found if found is not None and found.owner == owner else None

    def claim(self, export: Export) -> bool:
        """Takes the bundle for somebody to fetch; False where it is not done, or is taken."""
        with self._lock:
            is_free = export.state == "done" and not export.is_fetched
            export.is_fetched = export.is_fetched or is_free
        return is_free

    def release(self, export: Export, *, is_whole: bool) -> None:
        """After the fetching: gone where all of it was sent, free again where not."""
        export.is_fetched = False
        if is_whole:
            self.delete(export)

    def delete(self, export: Export) -> None:
        """Forgets it; one that is being made ends after the finding it is at."""
        with self._lock:
            self._exports.pop(export.export_id, None)
            export.is_unwanted = True
        export.path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Ends all, and deletes everything."""
        with self._lock:
            exports, worker = list(self._exports.values()), self._worker
            self._worker = None
        for export in exports:
            self.delete(export)
        if worker is not None:
            worker.shutdown(cancel_futures=True)
        if self._scratch is not None:
            self._scratch.delete()
            self._scratch = None

    def _run(self, export: Export, make: Make) -> None:
        def progress(num_gathered: int) -> None:
            export.num_gathered = num_gathered
            if export.is_unwanted:
                raise _Stopped

        try:
            progress(0)
            export.state = "running"
            make(export.path, progress)
            export.size_bytes = export.path.stat().st_size
            export.state = "done"
        except _Stopped:
            return
        except RetraceError as error:
            export.reason, export.state = str(error), "failed"
        except Exception as error:  # whoever asks for its state is told, and the log says why
            _log.error("export.bug", export_id=export.export_id, exc_info=error)
            export.reason, export.state = "something went wrong here; the log says what", "failed"
        if export.is_unwanted:
            export.path.unlink(missing_ok=True)

    def _opened_folder(self) -> Path:
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="export")
        if self._scratch is None:
            self._scratch = Scratch.make("exports")
        return self._scratch.path

    def _sweep(self) -> None:
        oldest = self.clock() - LIFETIME_S
        with self._lock:
            ended = [e for e in self._exports.values() if e.state in ("done", "failed")]
        for export in ended:
            if export.begun_s < oldest:
                self.delete(export)
