"""The simulated record of Local Patterns as Markdown."""

from typing import Any

from benchmarks.local_patterns.simulated_boxes import FALSE_SHARE, LEAST_IOU
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

HEAD = (
    "regions scored by",
    "",
    "micro AUC",
    "macro AUC",
    "AP, step",
    "events detected",
    f"box, IoU ≥ {LEAST_IOU}",
)


def simulated_table(record: RunRecord) -> str:
    """One row per way to score, with intervals over videos."""
    scores, arguments = record.scores, record.arguments
    title = (
        f"**Local Patterns, simulated**: {scores['num_videos']} test videos with "
        f"{scores['num_events']} events; motion regions, compact encoder. In percent, with 95 % "
        f"intervals over videos. Fitted on {scores['num_normal_regions']:,} regions of normal "
        f"stretches of {arguments['fitted']} training videos; scores are smoothed by a Gaussian of "
        f"{arguments['smooth_s']:g} s. An event is detected above the score that "
        f"{100 * FALSE_SHARE:g} % of the pictures of normal stretches of "
        f"{arguments['held_out']} other training videos exceed; the last column is the share of "
        "the detected events whose peak's box is right."
    )
    return "\n\n".join(
        [title, markdown_table(HEAD, list(map(_row, scores["rows"]))), origin(record)]
    )


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    metrics = (_cell(row[name]) for name in ("micro_auc", "macro_auc", "ap_step"))
    boxes = (f"{row[name]:.0f}" for name in ("detected", "right_box"))
    return row["name"], "paper" if row["is_paper"] else "ours", *metrics, *boxes


def _cell(found: list[float]) -> str:
    value, low, high = found
    return f"{value:.1f} ({low:.1f}–{high:.1f})"
