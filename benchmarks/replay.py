"""Runs a record's task again, from the arguments that the record keeps."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from benchmarks.arguments import TaskArguments
from benchmarks.calibration_check.arguments import TASK as CALIBRATION
from benchmarks.calibration_check.arguments import CalibrationArguments
from benchmarks.calibration_check.running import run_check
from benchmarks.frame_scores.running import replay as replay_frames
from benchmarks.local_patterns.arguments import SPEED_TASK as LOCAL_PATTERNS_SPEED
from benchmarks.local_patterns.arguments import TASK as LOCAL_PATTERNS
from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.library_run import TASK as LOCAL_PATTERNS_LIBRARY
from benchmarks.local_patterns.library_run import LibraryArguments, run_library
from benchmarks.local_patterns.running import run_patterns
from benchmarks.local_patterns.simulated import TASK as LOCAL_PATTERNS_SIMULATED
from benchmarks.local_patterns.simulated import SimulatedArguments, run_simulated
from benchmarks.records import RunRecord
from benchmarks.retrieval.arguments import RetrievalArguments
from benchmarks.retrieval.tasks import Watcher, run_retrieval
from benchmarks.serving.arguments import TASK as SERVING
from benchmarks.trace import ablations, explanations, fights, gradual, speed
from benchmarks.trace.arguments import AblationArguments
from search_api.requests import readable
from segments.errors import UserError

RUNS: dict[str, tuple[type[TaskArguments], Callable[[Any], RunRecord]]] = {
    CALIBRATION: (CalibrationArguments, run_check),
    ablations.TASK: (AblationArguments, ablations.run_ablations),
    explanations.TASK: (explanations.ExplanationArguments, explanations.run_explanations),
    fights.TASK: (fights.FightArguments, fights.run_fights),
    LOCAL_PATTERNS: (PatternArguments, run_patterns),
    LOCAL_PATTERNS_LIBRARY: (LibraryArguments, run_library),
    LOCAL_PATTERNS_SIMULATED: (SimulatedArguments, run_simulated),
    gradual.TASK: (gradual.GradualArguments, gradual.run_gradual),
}
"""By the task that a record's arguments name: what they are, and what runs it."""


def read_record(path: Path) -> RunRecord:
    """
    Raises:
        UserError: the file is not there, or is no record.
    """
    try:
        return RunRecord.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UserError(
            f"no record {path}: name a file that `retrace bench ... -o` wrote"
        ) from None
    except ValidationError as error:
        raise UserError(f"{path} is no record of `retrace bench`: {readable(error)}") from error


def replay(record: RunRecord, watcher: Watcher | None = None) -> RunRecord:
    """The record of the same task, run now.

    Raises:
        UserError: the record keeps no arguments (an older one, or of a task without replay), or
            none that this version knows, or its scores are times.
    """
    task = record.arguments.get("task")
    if task is None:
        raise UserError(
            f"the record of {record.task} keeps no arguments to run again from; its command was "
            f"`{record.command}`"
        )
    if task in (speed.TASK, LOCAL_PATTERNS_SPEED, SERVING):
        raise UserError(
            f"the record of {task} is of times, which no run finds again: to compare machines, run "
            f"`{record.command}`"
        )
    try:
        if task in RUNS:
            arguments, run = RUNS[task]
            return run(arguments.model_validate(record.arguments))
        if task.startswith("vad-"):
            return replay_frames(record)
        return run_retrieval(RetrievalArguments.model_validate(record.arguments), watcher)
    except ValidationError as error:
        raise UserError(
            f"the record of {record.task} is of a version with other options: {readable(error)}"
        ) from error


def differences(old: Any, new: Any, *, tolerance: float = 1e-6, at: str = "scores") -> list[str]:
    """Where two records' scores differ by more than `tolerance`, in words."""
    return list(_differences(old, new, tolerance, at))


def _differences(old: Any, new: Any, tolerance: float, at: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from _differences(old.get(name), new.get(name), tolerance, f"{at}.{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(one, other, tolerance, f"{at}[{place}]")
    elif isinstance(old, float | int) and isinstance(new, float | int):
        both_nan = old != old and new != new
        if not both_nan and not abs(old - new) <= tolerance:
            yield f"{at}: {old} was recorded, {new} is found now"
    elif old != new:
        yield f"{at}: {old!r} was recorded, {new!r} is found now"
