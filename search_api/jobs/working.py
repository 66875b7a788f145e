"""Does one job after the other, a step at a time."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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
from segments.store.spool import iter_chunks

AGAIN_S = 2.0
"""Until a job is tried again that another process kept from indexing."""
TAKEN_IN_S = 60.0
"""The longest that a job whose run has ended is said to run until the store has all of it."""
_POLL_S = 0.05
_GONE = "it is not there any more"

_log = structlog.get_logger("retrace.jobs")


@dataclass(frozen=True)
class RunSettings:
    """How jobs are done."""

    cancel_grace_s: float
    """From being asked to end until being ended."""
    threads: int
    """That the models of a run compute with."""
    command: Sequence[str] = COMMAND


class Place(NamedTuple):
    """Where jobs are done: valid for one step."""

    library: Library
    table: JobTable


@dataclass
class _Current:
    """The job at work."""

    job: JobRecord
    run: Run
    files: RunFiles
    kill_at: float | None = None
    """When it is ended, once it was asked to end; on the clock of `time.monotonic`."""
    ended_at: float | None = None


class JobWorker:
    """Takes up jobs of one library, in the order that they came in. For one thread."""

    def __init__(self, settings: RunSettings, on_change: Callable[[str], None]) -> None:
        """
        Args:
            on_change: told the id of a job that changed.
        """
        self._settings, self._on_change = settings, on_change
        self._current: _Current | None = None
        self._not_before = 0.0

    @property
    def is_at_work(self) -> bool:
        return self._current is not None

    def step(self, place: Place) -> None:
        """Looks after the job at work; where there is none, goes on with the one that was begun, or
        begins the next one."""
        if self._current is None:
            self._take_up(place)
        if self._current is not None:
            self._follow(self._current, place)

    def _take_up(self, place: Place) -> None:
        begun = place.table.running()
        if begun is not None:
            self._recover(place, begun)
        elif time.monotonic() >= self._not_before and (waiting := place.table.next_waiting()):
            if _is_free(place.library):
                self._begin(place, waiting)
            elif waiting.reason != IN_USE:
                self._settle(place, waiting, Outcome("waiting", IN_USE))

    def _recover(self, place: Place, job: JobRecord) -> None:
        """A service ended without ending its run, which may still be at work."""
        files = RunFiles.of(place.library.root, job)
        run = find(job, files)
        if run is not None:
            _log.info("job.adopted", job_id=job.job_id, pid=run.pid)
            self._current = _Current(job, run, files)
            return
        self._read(place, job, files)
        self._settle(place, job, after_service(job, last_line(files.lines)))

    def _begin(self, place: Place, waiting: JobRecord) -> None:
        job = place.table.begin(waiting.job_id)
        if job is None:
            return
        files = RunFiles.of(place.library.root, job)
        gone = [path for path in job.order.paths if not Path(path).exists()]
        place.table.apply(
            job.job_id,
            [FileEnded(path=path, status="failed", reason=_GONE) for path in gone],
            read_bytes=0,
        )
        there = tuple(path for path in job.order.paths if path not in set(gone))
        if not there:
            self._end(place, job, Outcome("failed", "none of its files is there any more"))
            return
        order = job.order.model_copy(update={"paths": there})
        try:
            settings = self._settings
            run = start(settings.command, place.library, order, files, threads=settings.threads)
        except OSError as error:
            reason = f"indexing cannot be started: {error.strerror}"
            self._end(place, job, Outcome("failed", reason))
            return
        place.table.set_pid(job.job_id, run.pid)
        self._current = _Current(job, run, files)
        self._on_change(job.job_id)
        _log.info("job.started", job_id=job.job_id, pid=run.pid, attempt=job.attempts)

    def _follow(self, current: _Current, place: Place) -> None:
        is_alive = current.run.is_alive()  # before the reading: what it says last is read too
        job = place.table.find(current.job.job_id)
        assert job is not None, "a job that runs is kept"
        self._read(place, job, current.files)
        if is_alive and job.state == "cancelling":
            self._ask_to_end(current)
        if not is_alive and _is_taken_in(current, place.library):
            self._current = None
            said, how = last_line(current.files.lines), current.run.how_it_ended()
            self._settle(place, job, after_run(job, said, how=how))

    def _ask_to_end(self, current: _Current) -> None:
        if current.kill_at is None:
            current.kill_at = time.monotonic() + self._settings.cancel_grace_s
            current.run.interrupt()
        elif time.monotonic() >= current.kill_at:
            current.run.kill()

    def _read(self, place: Place, job: JobRecord, files: RunFiles) -> None:
        """Takes in all that the run has said since."""
        offset = job.read_bytes
        while (found := read_lines(files.lines, offset)).lines:
            lines = [_cleaned(line, job) for line in found.lines]
            place.table.apply(job.job_id, lines, read_bytes=found.offset)
            self._on_change(job.job_id)
            offset = found.offset

    def _settle(self, place: Place, job: JobRecord, ended: Outcome) -> None:
        if ended.state == "waiting":
            place.table.wait_again(job.job_id, ended.reason or "")
            self._not_before = time.monotonic() + AGAIN_S
            self._on_change(job.job_id)
        else:
            self._end(place, job, ended)

    def _end(self, place: Place, job: JobRecord, ended: Outcome) -> None:
        place.table.end(job.job_id, ended.state, ended.reason)
        self._on_change(job.job_id)
        _log.info("job.ended", job_id=job.job_id, state=ended.state, reason=ended.reason)
        folder = run_folder(place.library.root, job.job_id)
        if ended.state != "failed":  # what it said stays for whoever looks for the reason
            shutil.rmtree(folder, ignore_errors=True)
        for old in place.table.forget_old():
            shutil.rmtree(run_folder(place.library.root, old), ignore_errors=True)

    def give_up(self, within_s: float) -> None:
        """Ends the run at work, and leaves its job to the next service."""
        current, self._current = self._current, None
        if current is None:
            return
        current.run.interrupt()
        end = time.monotonic() + within_s
        while current.run.is_alive() and time.monotonic() < end:
            time.sleep(_POLL_S)
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


def _is_taken_in(current: _Current, library: Library) -> bool:
    """Whether what an ended run handed over can be found; too long is not waited for that."""
    current.ended_at = current.ended_at or time.monotonic()
    waits = any(path.name.startswith(f"{library.space}.") for path in iter_chunks(library))
    return not waits or time.monotonic() >= current.ended_at + TAKEN_IN_S
