"""Indexing processes: started in a group of their own, found again, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from search_api.jobs.records import JobOrder, JobRecord
from segments.files import write_atomically
from segments.library import Library

COMMAND = (sys.executable, "-P", "-m", "cli", "index")
"""`retrace index`; -P keeps folders that happen to be here out of Python's path."""
NICENESS = 10
"""Below those who search."""
_SECRET = ("RETRACE_STORE_API_KEY",)
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def run_folder(root: Path, job_id: str) -> Path:
    """Where the runs of a job leave their files, in the library at `root`."""
    return root.absolute() / "jobs" / job_id


@dataclass(frozen=True)
class RunFiles:
    """Where a job's run says what it does: a new file each run."""

    folder: Path
    attempt: int

    @classmethod
    def of(cls, root: Path, job: JobRecord) -> "RunFiles":
        """
        Args:
            root: the library's folder.
        """
        return cls(run_folder(root, job.job_id), job.attempts)

    @property
    def lines(self) -> Path:
        return self.folder / f"{self.attempt}.jsonl"

    @property
    def paths(self) -> Path:
        """What it is to index, with a zero byte after each."""
        return self.folder / f"{self.attempt}.paths"

    @property
    def log(self) -> Path:
        """What a person would have seen."""
        return self.folder / f"{self.attempt}.log"


@dataclass(frozen=True)
class Run:
    """One indexing process, of this service or of one before it."""

    process: psutil.Process
    child: subprocess.Popen[bytes] | None
    """None where another service started it."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_alive(self) -> bool:
        if self.child is not None:
            return self.child.poll() is None
        try:
            return self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def how_it_ended(self) -> str:
        """For people."""
        code = None if self.child is None else self.child.poll()
        if code is None:
            return "ended"
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def interrupt(self) -> None:
        """Asks it to end after the batch it is at."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Ends it and whatever it started, now."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if not self.is_alive():
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            return  # it has just ended


def start(
    command: Sequence[str], library: Library, order: JobOrder, files: RunFiles, *, threads: int
) -> Run:
    """Starts indexing; returns at once.

    Args:
        command: the words before the options, like `COMMAND`.
        threads: that the models compute with.

    Raises:
        OSError: the process cannot be started, or the run's files cannot be written.
    """
    files.folder.mkdir(parents=True, exist_ok=True)
    paths = b"".join(os.fsencode(path) + b"\0" for path in order.paths)
    write_atomically(files.paths, paths)  # a pipe would lose some where this process is killed
    with files.log.open("wb") as log:
        child = subprocess.Popen(
            [*command, *_options(library, order, files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=_environment(threads),
            start_new_session=True,
        )
    process = psutil.Process(child.pid)
    process.nice(NICENESS)
    return Run(process, child)


def find(job: JobRecord, files: RunFiles) -> Run | None:
    """The process of a job's newest run, if it still runs.

    A process with the recorded id is the one if it was told to write into the run's own file: other
    processes that get the id later were not.
    """
    if job.pid is None:
        return None
    try:
        process = psutil.Process(job.pid)
        found = Run(process, None)
        return found if str(files.lines) in process.cmdline() and found.is_alive() else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _options(library: Library, order: JobOrder, files: RunFiles) -> Iterable[str]:
    """Values stand behind "=", so that none is taken for an option."""
    yield f"--library={library.root.absolute()}"
    yield f"--profile={library.space}"
    yield f"--detectors={','.join(order.detectors)}"
    yield from (f"--within={folder}" for folder in order.within)
    yield f"--files-from={files.paths}"
    yield "--hand-over"
    yield "--progress"
    yield str(files.lines)
    optional = {
        "camera": order.camera,
        "name-pattern": order.name_pattern,
        "timezone": order.timezone,
    }
    yield from (f"--{name}={value}" for name, value in optional.items() if value is not None)


def _environment(threads: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _SECRET}
    return {**kept, **dict.fromkeys(_THREADS, str(threads))}
