"""Steps of `retrace index` for programs: a JSON object per line, in a file (`--progress`)."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from indexer.discovery import FoundFile
from indexer.report import FileOutcome, IndexReport
from indexer.steps import Step
from search_api.jobs.lines import (
    FileEnded,
    FilesFound,
    Line,
    NamedFile,
    RunEnded,
    RunProgress,
    RunRefused,
)
from segments.errors import LibraryInUse, RetraceError, UserError

EVERY_S = 0.5
"""Between two lines that only say how far it is."""
FILES_PER_LINE = 200


class ProgressLines:
    """Writes what a run does, as it does it; also why it could not, where a block of it fails."""

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            path: the file, which is added to; None: nothing is written anywhere.

        Raises:
            UserError: the file cannot be written.
        """
        try:
            self._file = (path or Path(os.devnull)).open("a", encoding="utf-8")
        except OSError as error:
            raise UserError(f"--progress {path} cannot be written: {error.strerror}") from None
        self._clock = clock
        self._begun = self._said = clock()
        self._rate = _Rate(clock)
        self._total_bytes = 0
        self._done_bytes = self._footage_s = 0.0
        self._num_frames = 0
        self._shares: dict[FoundFile, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, RetraceError):
            in_use = isinstance(error, LibraryInUse)
            self._write(RunRefused(is_in_use=in_use, reason=str(error)))
        self._file.close()

    def found(self, files: Sequence[FoundFile]) -> None:
        """What the run will look at."""
        self._total_bytes = sum(file.size_bytes for file in files)
        named = [NamedFile(str(file.path), file.size_bytes) for file in files]
        for first in range(0, len(named), FILES_PER_LINE):
            self._write(FilesFound(files=tuple(named[first : first + FILES_PER_LINE])))

    def show(self, step: Step) -> None:
        """An `indexer.steps.Observer`."""
        gained = step.share - self._shares.get(step.file, 0.0)
        self._shares[step.file] = step.share
        self._done_bytes += gained * step.file.size_bytes
        self._footage_s += step.footage_s
        self._num_frames += step.num_frames
        if step.footage_s:
            self._rate.add(gained * step.file.size_bytes)
        if step.outcome is not None:
            self._write(_file_ended(step.outcome))
        if step.outcome is not None or self._clock() >= self._said + EVERY_S:
            self._say_progress(step.file)

    def end(self, report: IndexReport) -> None:
        """The run came to its end."""
        self._write(RunEnded(exit_code=report.exit_code, was_interrupted=report.interrupted))

    def _say_progress(self, file: FoundFile) -> None:
        self._said = self._clock()
        line = RunProgress(
            path=str(file.path),
            done_bytes=self._done_bytes,
            footage_s=self._footage_s,
            num_frames=self._num_frames,
            elapsed_s=self._said - self._begun,
            left_s=self._rate.seconds_for(self._total_bytes - self._done_bytes),
        )
        self._write(line)

    def _write(self, line: Line) -> None:
        self._file.write(f"{line.model_dump_json()}\n")
        self._file.flush()


def _file_ended(outcome: FileOutcome) -> FileEnded:
    assert outcome.status != "extracted", "indexing extracts nothing"
    return FileEnded(
        path=outcome.path,
        status=outcome.status,
        video_id=outcome.video_id,
        reason=outcome.reason,
    )


class _Rate:
    """How fast footage is read, from the end of the first batch on: models are loaded before."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._begun: float | None = None
        self._read_bytes = 0.0

    def add(self, num_bytes: float) -> None:
        if self._begun is None:
            self._begun = self._clock()
        else:
            self._read_bytes += num_bytes

    def seconds_for(self, num_bytes: float) -> float | None:
        """None where too little was read to tell."""
        if self._begun is None or not self._read_bytes:
            return None
        return max(0.0, num_bytes) * (self._clock() - self._begun) / self._read_bytes
