"""All about jobs, of one service."""

import os
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from detectors.registry import require_detectors
from search_api.jobs.footage import FootageTable
from search_api.jobs.orders import watched_order
from search_api.jobs.processes import COMMAND
from search_api.jobs.records import UNFINISHED, JobRecord, NewJob
from search_api.jobs.runner import JobRunner
from search_api.jobs.table import JobTable, QueueFull
from search_api.jobs.watching import FindFootage, WatchedFolder, Watcher
from search_api.jobs.working import JobWorker, RunSettings
from search_api.service.owner import LibraryOwner
from search_api.service.problems import ApiProblem
from search_api.service.settings import ServiceSettings
from segments.errors import RetraceError
from segments.library import Library

SWEEP_EVERY_S = 3600.0

_log = structlog.get_logger("retrace.jobs")


@dataclass(frozen=True)
class JobParts:
    """What jobs need and this package may not import."""

    find_footage: FindFootage = lambda folder: ()
    """Lists the footage in a folder (`indexer.discovery`)."""
    command: Sequence[str] = COMMAND
    """What indexes, before its options."""


class JobDesk:
    """Takes jobs, has them done from `start` to `stop`. Threads may share it."""

    def __init__(self, settings: ServiceSettings, owner: LibraryOwner, parts: JobParts) -> None:
        require_detectors(settings.job_detectors)
        self._settings, self._owner = settings, owner
        self._changes: Counter[str] = Counter()
        self._closing = threading.Event()
        self._streams = threading.BoundedSemaphore(settings.max_event_streams)
        self._sendings = threading.BoundedSemaphore(settings.footage_at_once)
        runs = RunSettings(
            cancel_grace_s=settings.cancel_grace_s,
            threads=settings.job_threads or max(1, (os.cpu_count() or 1) // 2),
            command=parts.command,
        )
        self._runner = JobRunner(JobWorker(runs, self.note_change), self._open_library)
        watchers = [self._watcher(text, parts.find_footage) for text in settings.watch]
        self._works: list[Callable[[threading.Event], None]] = [w.run for w in watchers]
        self._works.append(self._sweep_often)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._closing.clear()
        self._runner.start()
        self._threads = [
            threading.Thread(target=work, args=(self._closing,), name="jobs", daemon=True)
            for work in self._works
        ]
        for thread in self._threads:
            thread.start()

    def close_streams(self) -> None:
        """Ends event streams, which would keep a service from stopping."""
        self._closing.set()

    def stop(self) -> None:
        """Ends all; a job at work goes on when a service starts again."""
        self._closing.set()
        self._runner.stop(within_s=self._settings.stop_timeout_s)
        for thread in self._threads:
            thread.join()

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    @contextmanager
    def table(self) -> Generator[JobTable]:
        """Raises:
        ApiProblem: "library-unavailable".
        """
        with JobTable(self._owner.library().root) as table:
            yield table

    @contextmanager
    def footage(self) -> Generator[FootageTable]:
        """Raises:
        ApiProblem: "library-unavailable".
        """
        with FootageTable(self._owner.library().root) as table:
            yield table

    def take_stream(self) -> Callable[[], None]:
        """One of the event streams that may be open at once; what is given back ends it.

        Raises:
            ApiProblem: "overloaded".
        """
        return self._take(self._streams, f"{self._settings.max_event_streams} event streams")

    def take_sending(self) -> Callable[[], None]:
        """One of the files of footage that may be on their way at once, likewise.

        Raises:
            ApiProblem: "overloaded".
        """
        return self._take(self._sendings, f"{self._settings.footage_at_once} files of footage")

    def submit(self, new: NewJob) -> JobRecord:
        """Keeps a job, to be done after those that wait.

        Raises:
            ApiProblem: "too-many-jobs", "library-unavailable".
        """
        try:
            return self._submit(new)
        except QueueFull:
            most = self._settings.max_jobs_waiting
            detail = f"{most} jobs wait, and no more are taken: wait for some, or cancel some"
            raise ApiProblem("too-many-jobs", detail, headers={"Retry-After": "60"}) from None

    def cancel(self, job_id: str) -> None:
        """Ends a job that is not over, soon."""
        with self.table() as table:
            table.cancel(job_id)
        self.note_change(job_id)
        self._runner.wake()

    def note_change(self, job_id: str) -> None:
        self._changes[job_id] += 1

    def num_changes(self, job_id: str) -> int:
        """Another number once the job has changed."""
        return self._changes[job_id]

    def _take(self, places: threading.BoundedSemaphore, what: str) -> Callable[[], None]:
        if places.acquire(blocking=False):
            return places.release
        wait = {"Retry-After": str(self._settings.retry_after_s)}
        raise ApiProblem("overloaded", f"{what} are open, and no more may be", headers=wait)

    def _submit(self, new: NewJob) -> JobRecord:
        with self.table() as table:
            job = table.create(new, max_waiting=self._settings.max_jobs_waiting)
        self._runner.wake()
        return job

    def _open_library(self) -> Library | None:
        if self._owner.state != "ready":
            return None
        try:
            return self._owner.library()
        except ApiProblem:
            return None

    def _watcher(self, text: str, find_footage: FindFootage) -> Watcher:
        return Watcher(
            folder=WatchedFolder.parse(text),
            find_footage=find_footage,
            root=self._led_root,
            submit=self._submit,
            make_order=lambda paths, folder: watched_order(paths, folder, self._settings),
            num_looks=self._settings.watch_looks,
            every_s=self._settings.watch_every_s,
        )

    def _led_root(self) -> Path | None:
        library = self._open_library()
        return library.root if library is not None and self._runner.is_leading else None

    def _sweep_often(self, stopping: threading.Event) -> None:
        wait_s = 1.0  # the library is opened meanwhile
        while not stopping.wait(wait_s):
            wait_s = SWEEP_EVERY_S if self._sweep() else wait_s

    def _sweep(self) -> bool:
        """Deletes footage that nobody had indexed in time; False where the library is away."""
        root = self._led_root()
        if root is None:
            return False
        try:
            with JobTable(root) as jobs, FootageTable(root) as footage:
                unfinished = [job for state in UNFINISHED for job in jobs.all(state)]
                used = {path for job in unfinished for path in job.order.paths}
                used |= {source.path for source in self._owner.catalog().sources()}
                gone = footage.sweep(used=used, lifetime_s=self._settings.footage_lifetime_s)
        except (RetraceError, ApiProblem, OSError) as error:
            _log.warning("footage.error", error=str(error))
            return True
        if gone:
            _log.info("footage.deleted", footage=[one.footage_id for one in gone])
        return True
