"""What a run did, for people and for programs."""

import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

import psutil

Status = Literal["indexed", "extracted", "known", "failed"]
EXIT_FINE, EXIT_NOTHING, EXIT_SOME_FAILED = 0, 1, 3


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file."""

    path: str
    status: Status
    """"known": its content was there already, unchanged or at another path."""
    video_id: str | None = None
    reason: str | None = None
    """Why it failed."""


@dataclass
class RunReport:
    """What a run over files did."""

    success: ClassVar[Status]
    """What a file is that was read to its end."""

    outcomes: list[FileOutcome] = field(default_factory=list)
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What is wrong with files that were read all the same, by path."""
    footage_s: float = 0.0
    """Footage that this run decoded and encoded."""
    num_frames: int = 0
    """Pictures of that footage, at its own frame rate."""
    timings_s: dict[str, float] = field(default_factory=dict)
    """Seconds by phase; phases overlap."""
    wall_s: float = 0.0
    """From the start of the process, loading of models included."""
    peak_memory_bytes: int = 0
    interrupted: bool = False

    def of(self, status: Status) -> list[FileOutcome]:
        return [outcome for outcome in self.outcomes if outcome.status == status]

    @property
    def speed(self) -> float:
        """Footage seconds per wall second."""
        return self.footage_s / self.wall_s if self.wall_s else 0.0

    @property
    def exit_code(self) -> int:
        """0 where all is fine, 3 where some files failed, 1 where nothing could be done."""
        if len(self.of("failed")) == len(self.outcomes):
            return EXIT_NOTHING
        return EXIT_SOME_FAILED if self.of("failed") else EXIT_FINE

    def count(self, footage_s: float, num_frames: int) -> None:
        """Adds footage that was just encoded."""
        self.footage_s += footage_s
        self.num_frames += num_frames

    def measure(self) -> None:
        """Takes wall time and peak memory of this process, now."""
        self.wall_s = time.time() - psutil.Process().create_time()
        self.peak_memory_bytes = peak_memory_bytes()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "speed": self.speed}

    def lines(self) -> list[str]:
        """The summary, a fact per line."""
        read = f"{len(self.of(self.success))} {self.success}"
        done = f"{read}, {len(self.of('known'))} already known"
        lines = [
            f"{len(self.outcomes)} files: {done}, {len(self.of('failed'))} failed",
            f"{self.footage_s / 3600:.2f} h of footage in {self.wall_s:.1f} s: "
            f"{self.speed:.1f}x real time, {self.num_frames / max(self.wall_s, 1e-9):.0f} frames/s",
            f"peak memory {self.peak_memory_bytes / 2**20:.0f} MiB",
        ]
        lines += [f"failed: {_named(o.path, o.reason or '')}" for o in self.of("failed")]
        lines += [f"note: {path}: {'; '.join(found)}" for path, found in self.problems.items()]
        return lines


@dataclass
class IndexReport(RunReport):
    """What indexing did."""

    success = "indexed"

    removed: list[str] = field(default_factory=list)
    """Contents that no path holds any more, and that were removed."""
    handed_over: bool = False
    """Another process owns the store: it takes the chunks from the spool."""

    def lines(self) -> list[str]:
        """The summary, a fact per line."""
        lines = super().lines()
        lines += [
            f"removed: {video_id[:12]}, whose file holds something else now"
            for video_id in self.removed
        ]
        if self.handed_over:
            lines.append("another process owns the store and takes the points from the spool")
        return lines


def _named(path: str, reason: str) -> str:
    return reason if reason.startswith(path) else f"{path}: {reason}"


def peak_memory_bytes() -> int:
    """The most memory this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
