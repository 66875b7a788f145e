"""Starting a service for a benchmark, and ending it."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from segments.errors import RetraceError

STOP_S = 30


@dataclass(frozen=True)
class Served:
    """A service that answers."""

    url: str
    pid: int | None
    """None where it was not started here, and has no route to its store alone."""

    @property
    def memory_mib(self) -> int | None:
        """Resident, files that are mapped included."""
        return self.pid and round(psutil.Process(self.pid).memory_info().rss / 2**20)


@contextmanager
def serving(library: Path, log: Path) -> Generator[Served]:
    """The service over a library, until the block ends.

    Raises:
        RetraceError: it did not come up; the log says why.
    """
    command = [sys.executable, "-m", "benchmarks.serving.child", str(library)]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise RetraceError(f"the service did not start, see {log}")
            yield Served(url, process.pid)
        finally:
            process.terminate()
            process.wait(STOP_S)
