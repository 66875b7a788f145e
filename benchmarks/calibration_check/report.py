"""The record of a calibration check as Markdown."""

from typing import Any

from benchmarks.calibration_check.methods import METHODS
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

HEAD = (
    "scores",
    "camera",
    "asked a day",
    "refused",
    "stated",
    "observed",
    *(f"inside, {name}" for name in METHODS),
    "observed, fitted tail",
)


def calibration_table(record: RunRecord) -> str:
    """One row per detector, camera and rate."""
    scores = record.scores
    title = (
        f"**Simulated**, {scores['num_videos']} normal videos, {scores['footage_s'] / 3600:.1f} h; "
        f"{scores['num_splits']} random halves per row. Alarms are means over the splits that were "
        "not refused; *inside* is how often the held-out number lay in the stated 95 % interval:"
    )
    rows = [_row(row, scores["num_splits"]) for row in scores["rows"]]
    return f"{title}\n\n{markdown_table(HEAD, rows)}\n\n{origin(record)}"


def _row(row: dict[str, Any], num_splits: int) -> list[str]:
    methods = row["methods"]
    refused = f"{100 * row['refused'] / num_splits:.0f} %"
    inside = [_shown(methods[name]["inside"], percent=True) for name in METHODS]
    numbers = [_shown(methods["counted"][key]) for key in ("stated", "observed")]
    tail = _shown(methods["fitted tail"]["observed"])
    names = [row["detector"], row["camera"], f"{row['asked']:g}"]
    return [*names, refused, *numbers, *inside, tail]


def _shown(value: float | None, *, percent: bool = False) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.0f} %" if percent else f"{value:.1f}"
