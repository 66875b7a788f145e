"""TRACE's records as Markdown."""

from typing import Any

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin


def ablations_table(record: RunRecord) -> str:
    """One row per variant, with intervals over videos, and the spread over banks."""
    scores = record.scores
    head = ("part", "variant", "micro AUC", "macro AUC", "AP, step")
    rows = [
        (
            row["ablation"],
            row["name"],
            *(_cell(row[m]) for m in ("micro_auc", "macro_auc", "ap_step")),
        )
        for row in scores["rows"]
    ]
    title = (
        f"**TRACE, one thing changed at a time**: {scores['num_videos']} simulated test videos; in "
        "percent, with 95 % intervals over videos."
    )
    parts = [title, markdown_table(head, rows)]
    if spread := scores["resampling"]:
        parts.append(
            f"Micro AUC of {spread['banks']} random halves of the bank: {spread['mean']:.1f} ± "
            f"{spread['sd']:.1f} ({spread['lowest']:.1f} to {spread['highest']:.1f})."
        )
    return "\n\n".join([*parts, origin(record)])


def _cell(found: list[float]) -> str:
    value, low, high = found
    return f"{value:.1f} ({low:.1f}–{high:.1f})"


def fights_table(record: RunRecord) -> str:
    """AUC and average precision on surv-fight, pooled and by fold of sources."""
    head = ("scores", "AUC", "average precision", "AUC, mean of folds")
    rows = [("chance", "0.500", f"{_share_of_fights(record):.3f}", "0.500")]
    rows += [
        (name, _pooled(found["auc"]), _pooled(found["ap"]), f"{found['auc']['mean_of_folds']:.3f}")
        for name, found in record.scores["rows"].items()
    ]
    title = (
        f"**surv-fight**: {record.scores['num_fights']} fights among {record.scores['num_clips']} "
        "real clips, 95 % intervals over sources."
    )
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def _share_of_fights(record: RunRecord) -> float:
    return record.scores["num_fights"] / record.scores["num_clips"]


def _pooled(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    return f"{found['pooled']:.3f} ({low:.3f}–{high:.3f})"


def speed_table(record: RunRecord) -> str:
    """Clips per second, times real time and arithmetic of TRACE, live and from an archive."""
    head = ("what", "clips/s", "× real time", "ms per clip", "MFLOP per clip")
    rows = [
        (
            name,
            f"{row['clips_per_s']:,.0f}",
            f"{row['times_real_time']:,.0f}×",
            f"{row['ms_per_clip']:.3f}",
            f"{row['mflop_per_clip']:.1f}",
        )
        for name, row in record.scores["rows"].items()
    ]
    return "\n\n".join([markdown_table(head, rows), origin(record)])


def explanations_table(record: RunRecord) -> str:
    """What the nearest anomalous traces say, event by event."""
    scores = record.scores
    rows = [
        (row["event"], ", ".join(row["kinds"]), row["texts"][0], _tick(row["is_named"]))
        for row in scores["rows"]
    ]
    title = (
        f"**Reasons**: a right kind is among the three nearest anomalous traces for "
        f"{scores['named']} of {scores['of']} simulated test videos of different events where the "
        f"event scores highest, for {scores['named_at_peak']} where the whole video does; of all "
        f"{scores['all']} kinds, {scores['all_named']} and {scores['all_named_at_peak']}."
    )
    head = ("event", "kinds of the three nearest", "the nearest", "right")
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def _tick(is_right: bool) -> str:
    return "yes" if is_right else "no"
