"""Does the jobs that wait, one after the other: a library takes in from one process at a time."""

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from search_api.jobs.lines import FileEnded, Line, last_line, read_lines
from search_api.jobs.outcomes import IN_USE, Outcome, after_run, after_service
from search_api.jobs.places import one_line
from search_api.jobs.processes import COMMAND, Run, RunFiles, find, run_folder, start
from search_api.jobs.records import JobRecord
from search_api.jobs.table import JobTable
from segments.errors import LibraryInUse
from segments.library import Library
from segments.store.lock import OwnerLock

POLL_S = 0.2
"""How often what a run says is looked at."""
AGAIN_S = 2.0
"""Until a job is tried again that another process kept from indexing."""
LOCK = "jobs.lock"
_GONE = "it is not there any more"

_log = structlog.get_logger("retrace.jobs")


@dataclass(frozen=True)
class RunnerSettings:
    """How jobs are done."""

    cancel_grace_s: float
    """From being asked to end until being ended."""
    threads: int
    """That the models of a run compute with."""
    command: Sequence[str] = COMMAND


@dataclass
class _Current:
    """The job at work."""

    job: JobRecord
    run: Run
    files: RunFiles
    kill_at: float | None = None
    """When it is ended, once it was asked to end; on the clock of `time.monotonic`."""


@dataclass
class JobRunner:
    """Works for one library from `start` to `stop`, while it alone does so.

    Args:
        find_library: the library, once it is open; None while it is away.
        on_change: told the id of a job that changed.
    """

    settings: RunnerSettings
    find_library: Callable[[], Library | None]
    on_change: Callable[[str], None] = lambda job_id: None
    _wake: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _lock: OwnerLock | None = None
    _current: _Current | None = None
    _root: Path = Path()
    """The library's folder, as it was last seen."""
    _not_before: float = 0.0
    _last_error: str = ""

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
        self._give_up(within_s)
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
            self._wake.wait(POLL_S if self._current else 1.0)
            self._wake.clear()
            try:
                self._tick()
                self._last_error = ""
            except Exception as error:  # the thread outlives whatever goes wrong in one look
                if str(error) != self._last_error:
                    _log.error("jobs.error", exc_info=error)
                self._last_error = str(error)

    def _tick(self) -> None:
        library = self.find_library()
        if library is None or not self._lead(library):
            return
        self._root = library.root
        with JobTable(library.root) as table:
            if self._current is None:
                self._take_up(library, table)
            if self._current is not None:
                self._follow(self._current, table)

    def _lead(self, library: Library) -> bool:
        if self._lock is None:
            try:
                self._lock = OwnerLock.acquire(library.root / LOCK, stays=True)
            except LibraryInUse:
                return False
        return True

    def _take_up(self, library: Library, table: JobTable) -> None:
        """Goes on with the job that was begun, or begins the next one."""
        begun = table.running()
        if begun is not None:
            self._recover(library, table, begun)
        elif time.monotonic() >= self._not_before and (waiting := table.next_waiting()):
            if _is_free(library):
                self._begin(library, table, waiting)
            elif waiting.reason != IN_USE:
                self._settle(table, waiting, Outcome("waiting", IN_USE))

    def _recover(self, library: Library, table: JobTable, job: JobRecord) -> None:
        """A service ended without ending its run, which may still be at work."""
        files = RunFiles.of(library.root, job)
        run = find(job, files)
        if run is not None:
            _log.info("job.adopted", job_id=job.job_id, pid=run.pid)
            self._current = _Current(job, run, files)
            return
        self._read(table, job, files)
        self._settle(table, job, after_service(job, last_line(files.lines)))

    def _begin(self, library: Library, table: JobTable, waiting: JobRecord) -> None:
        job = table.begin(waiting.job_id)
        files = RunFiles.of(library.root, job)
        gone = [path for path in job.order.paths if not Path(path).exists()]
        table.apply(
            job.job_id,
            [FileEnded(path=path, status="failed", reason=_GONE) for path in gone],
            read_bytes=0,
        )
        there = tuple(path for path in job.order.paths if path not in set(gone))
        if not there:
            self._end(table, job, Outcome("failed", "none of its files is there any more"))
            return
        order = job.order.model_copy(update={"paths": there})
        try:
            run = start(self.settings.command, library, order, files, threads=self.settings.threads)
        except OSError as error:
            reason = f"indexing cannot be started: {error.strerror}"
            self._end(table, job, Outcome("failed", reason))
            return
        table.set_pid(job.job_id, run.pid)
        self._current = _Current(job, run, files)
        self.on_change(job.job_id)
        _log.info("job.started", job_id=job.job_id, pid=run.pid, attempt=job.attempts)

    def _follow(self, current: _Current, table: JobTable) -> None:
        is_alive = current.run.is_alive()  # before the reading: what it says last is read too
        job = table.find(current.job.job_id)
        assert job is not None, "a job that runs is kept"
        self._read(table, job, current.files)
        if is_alive and job.state == "cancelling":
            self._ask_to_end(current)
        if not is_alive:
            self._current = None
            said, how = last_line(current.files.lines), current.run.how_it_ended()
            self._settle(table, job, after_run(job, said, how=how))

    def _ask_to_end(self, current: _Current) -> None:
        if current.kill_at is None:
            current.kill_at = time.monotonic() + self.settings.cancel_grace_s
            current.run.interrupt()
        elif time.monotonic() >= current.kill_at:
            current.run.kill()

    def _read(self, table: JobTable, job: JobRecord, files: RunFiles) -> None:
        """Takes in all that the run has said since."""
        offset = job.read_bytes
        while (found := read_lines(files.lines, offset)).lines:
            lines = [_cleaned(line, job) for line in found.lines]
            table.apply(job.job_id, lines, read_bytes=found.offset)
            self.on_change(job.job_id)
            offset = found.offset

    def _settle(self, table: JobTable, job: JobRecord, ended: Outcome) -> None:
        if ended.state == "waiting":
            table.wait_again(job.job_id, ended.reason or "")
            self._not_before = time.monotonic() + AGAIN_S
            self.on_change(job.job_id)
        else:
            self._end(table, job, ended)

    def _end(self, table: JobTable, job: JobRecord, ended: Outcome) -> None:
        table.end(job.job_id, ended.state, ended.reason)
        self.on_change(job.job_id)
        _log.info("job.ended", job_id=job.job_id, state=ended.state, reason=ended.reason)
        folder = run_folder(self._root, job.job_id)
        if ended.state != "failed":  # what it said stays for whoever looks for the reason
            shutil.rmtree(folder, ignore_errors=True)
        for old in table.forget_old():
            shutil.rmtree(run_folder(self._root, old), ignore_errors=True)

    def _give_up(self, within_s: float) -> None:
        """Ends the run at work, and leaves its job to the next service."""
        current, self._current = self._current, None
        if current is None:
            return
        current.run.interrupt()
        end = time.monotonic() + within_s
        while current.run.is_alive() and time.monotonic() < end:
            time.sleep(POLL_S / 4)
        current.run.kill()


def _is_free(library: Library) -> bool:
    """Whether nobody is indexing into the library."""
    try:
        OwnerLock.acquire(library.indexer_lock_file).release()
    except LibraryInUse:
        return False
    return True


def _cleaned(line: Line, job: JobRecord) -> Line:
    """Its reason names no path elsewhere."""
    if not isinstance(line, FileEnded) or line.reason is None:
        return line
    reason = one_line(line.reason, path=line.path, within=job.order.within)
    return line.model_copy(update={"reason": reason})
