"""Has jobs done in the background: a library takes in from one process at a time, so one by one."""

import threading
from collections.abc import Callable

import structlog

from search_api.jobs.table import JobTable
from search_api.jobs.working import JobWorker, Place
from segments.errors import LibraryInUse
from segments.library import Library
from segments.store.lock import OwnerLock

POLL_S = 0.2
"""How often what a run says is looked at."""
IDLE_S = 1.0
LOCK = "jobs.lock"

_log = structlog.get_logger("retrace.jobs")


class JobRunner:
    """Works for one library from `start` to `stop`, while it alone does so."""

    def __init__(self, worker: JobWorker, find_library: Callable[[], Library | None]) -> None:
        """
        Args:
            find_library: the library, once it is open; None while it is away.
        """
        self._worker, self._find_library = worker, find_library
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._lock: OwnerLock | None = None
        self._last_error = ""

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="job-runner", daemon=True)
        self._thread.start()

    def stop(self, *, within_s: float) -> None:
        """Ends the run at work, whose job goes on when a service starts again."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._worker.give_up(within_s)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def wake(self) -> None:
        """There is something new to do."""
        self._wake.set()

    @property
    def is_leading(self) -> bool:
        """Whether jobs of the library are done here, and not by another service."""
        return self._lock is not None

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(POLL_S if self._worker.is_at_work else IDLE_S)
            self._wake.clear()
            try:
                self._tick()
                self._last_error = ""
            except Exception as error:  # the thread outlives whatever goes wrong in one look
                if str(error) != self._last_error:
                    _log.error("jobs.error", exc_info=error)
                self._last_error = str(error)

    def _tick(self) -> None:
        library = self._find_library()
        if library is None or self._stopping.is_set() or not self._lead(library):
            return
        with JobTable(library.root) as table:
            self._worker.step(Place(library, table))

    def _lead(self, library: Library) -> bool:
        if self._lock is None:
            try:
                self._lock = OwnerLock.acquire(library.root / LOCK, stays=True)
            except LibraryInUse:
                return False
        return True
