"""A run's numbers as Markdown, beside what was published."""

from statistics import stdev
from typing import Any

from benchmarks.frame_scores.arguments import FrameArguments
from benchmarks.frame_scores.detectors import ALAN
from benchmarks.frame_scores.published import FrameRow, published_rows
from benchmarks.frame_scores.resampling import METRICS
from benchmarks.frame_scores.tasks import TASKS
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

HEAD = ("micro AUC", "macro AUC", "macro AUC, padded", "AP, step", "AP, trapezoid")
"""Of `METRICS`."""
UNDEFINED = "–"


def frames_table(record: RunRecord) -> str:
    """Every detector's metrics with intervals, and the published rows where there are some."""
    arguments = FrameArguments.model_validate(record.arguments)
    scores = record.scores
    rows = [
        (_named(name, found, arguments), *(_cell(found, metric) for metric in METRICS))
        for name, found in scores["detectors"].items()
    ]
    parts = [_title(scores, arguments), markdown_table(("detector", *HEAD), rows)]
    if published := published_rows(record.task):
        head = ("published", "micro AUC", "macro AUC, padded", "AP", "source")
        parts.append(markdown_table(head, [_published(row) for row in published]))
    return "\n\n".join([*parts, origin(record)])


def _title(scores: dict[str, Any], arguments: FrameArguments) -> str:
    smooth = arguments.smooth
    smoothed = f" Scores are smoothed by a Gaussian of {smooth:g} frames." if smooth else ""
    return (
        f"**{TASKS[arguments.task].title}**: {scores['num_videos']} videos, "
        f"{scores['num_with_both']} of them with normal and abnormal frames; "
        f"{scores['num_frames']:,} frames, {scores['num_abnormal']:,} abnormal. In percent, with "
        f"95 % intervals over videos ({arguments.rounds:,} draws).{smoothed}"
    )


def _named(name: str, found: dict[str, Any], arguments: FrameArguments) -> str:
    if name != ALAN:
        return name
    if not arguments.checkpoint:
        return f"{name}, as the profile has it"
    seeds = len(found["by_seed"][METRICS[0]])
    return f"{name}, mean ± sd of {seeds} networks" if seeds > 1 else f"{name}, trained"


def _cell(found: dict[str, Any], metric: str) -> str:
    mean, (low, high) = found["mean"][metric], found["interval"][metric]
    if mean is None:
        return UNDEFINED
    values = found.get("by_seed", {}).get(metric, [])
    spread = f" ± {stdev(values):.1f}" if len(values) > 1 else ""
    return f"{mean:.1f}{spread} ({low:.1f}–{high:.1f})"


def _published(row: FrameRow) -> tuple[str, ...]:
    numbers = (row.micro_auc, row.macro_auc, row.ap)
    return row.method, *(UNDEFINED if n is None else f"{n:.2f}" for n in numbers), row.source
