"""Progress of long commands: a live bar on a terminal, lines elsewhere."""

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.discovery import FoundFile
from indexer.steps import Step


class _LiveBar:
    """A bar on stderr, where a terminal is; what a run has to say goes above it."""

    def __init__(self, console: Console | None, amount: str) -> None:
        """
        Args:
            amount: how much is done, in rich's fields of a task.
        """
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(amount),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()


class IndexProgress(_LiveBar):
    """Shows the steps of a run on stderr. What is left is estimated by the bytes of the files."""

    def __init__(self, files: Sequence[FoundFile], console: Console | None = None) -> None:
        super().__init__(console, "{task.percentage:>3.0f} %")
        self._num_files = len(files)
        self._num_done = 0
        self._footage_s = 0.0
        self._num_frames = 0
        self._shares: dict[FoundFile, float] = {}
        self._started = time.perf_counter()
        self._task = self._bar.add_task("", total=sum(file.size_bytes for file in files))

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def show(self, step: Step) -> None:
        """An `indexer.steps.Observer`."""
        self._footage_s += step.footage_s
        self._num_frames += step.num_frames
        gained = step.share - self._shares.get(step.file, 0.0)
        self._shares[step.file] = step.share
        if step.outcome is not None:
            self._num_done += 1
            if not self._console.is_terminal or step.outcome.status == "failed":
                self._say_done(step)
        self._bar.update(
            self._task, advance=gained * step.file.size_bytes, description=self.describe()
        )

    def describe(self) -> str:
        """Files, frames per second and how much faster than real time, so far."""
        elapsed_s = max(time.perf_counter() - self._started, 1e-3)
        files = f"{self._num_done}/{self._num_files} files"
        speed = f"{self._footage_s / elapsed_s:.1f}x real time"
        return f"{files}, {self._num_frames / elapsed_s:.0f} frames/s, {speed}"

    def _say_done(self, step: Step) -> None:
        assert step.outcome is not None
        text = f"{self._num_done}/{self._num_files} {step.outcome.status}: {step.outcome.path}"
        self._console.print(text, markup=False)


class TrainingProgress(_LiveBar):
    """Shows the steps of a training run on stderr, with the parts of the loss."""

    LINE_EVERY = 100
    """Steps between lines where no terminal is."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console, "{task.completed:.0f}/{task.total:.0f} steps")
        self._num_steps = 0

    def start(self, num_steps: int) -> None:
        """Of the whole run; a run that goes on begins further right."""
        self._num_steps = num_steps
        self._task = self._bar.add_task("", total=num_steps)
        self._bar.start()

    def show(self, step: int, losses: dict[str, float]) -> None:
        """An `encoders.alan.training.trainer.OnStep`."""
        parts = ", ".join(f"{name} {loss:.4f}" for name, loss in losses.items())
        self._bar.update(self._task, completed=step, description=parts)
        if not self._console.is_terminal and step % self.LINE_EVERY == 0:
            text = f"step {step}/{self._num_steps}: {parts}"
            self._console.print(text, markup=False)


class VideoProgress(_LiveBar):
    """Shows on stderr how many videos of a library are done."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console, "{task.completed:.0f}/{task.total:.0f} videos")
        self._task = self._bar.add_task("", total=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def show(self, done: int, total: int) -> None:
        """An `indexer.rescoring.OnVideo`."""
        self._bar.update(self._task, completed=done, total=total)
