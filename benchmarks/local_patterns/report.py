"""Local Patterns' record on real footage as Markdown."""

from typing import Any

from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.settings import SIGMA_FRAMES
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

PAPERS_MICRO = {
    "1, 2, 5: image tokens": "79.3, 90.7, 95.9",
    "3, without SMM: patterns": "96.8 with SMM",
    "4: sentence": "95.4",
    "7: patterns and motion, without SMM": "98.5",
    "8: motion alone": "94.5",
    "8, 5 layers": "98.6 of setting 6",
    "8, 9 layers": "98.9 of setting 6",
    "8, sliding windows": "87.8 of setting 6",
    "8, without expansion": "99.0 of setting 6",
}
"""Tables 3 and 4 of the paper, which trains on the 16 official training clips."""
PAPERS_MS = {
    "ITAM": "10.1 with the backbone",
    "TSGM: captions written": "5.9",
    "TSGM: SMM": "1.5",
    "CMAM": "0.0078",
    "TME": "2.6",
    "RM": "0.28",
}
"""Table 6, which does not say whether a row is a frame's or a region's; they add up to less than
the 84 ms that the paper has for a frame."""

_FOOTAGE = {
    "ped2": "**UCSD Ped2**: the test clips, as the official training clips are not here",
    "walkway": "**A simulated walkway** like Ped2's, boxes as a small detector may find them",
}
_CHOICE = {
    "ped2": "In bold what was chosen on the walkway before it was scored here; rows of boxes had "
    "been scored here before. The {trained} trained rows are all that were ever scored.",
    "walkway": "In bold what was chosen here for Ped2.",
}


def patterns_table(record: RunRecord) -> str:
    """One row per setting, the chosen one in bold, beside what the paper has for it."""
    arguments = PatternArguments.model_validate(record.arguments)
    scores = record.scores
    head = ("of", "setting", "micro AUC", "macro AUC", "macro AUC, padded", "paper, micro")
    rows = [_cells(row, chosen=scores["chosen"]) for row in scores["rows"]]
    parts = [_title(scores, arguments), markdown_table(head, rows), origin(record)]
    return "\n\n".join(parts)


def pattern_speed_table(record: RunRecord) -> str:
    """Milliseconds per frame of each module, beside the floor of its products and the paper's."""
    scores, arguments = record.scores, record.arguments
    rows = [
        (
            name,
            f"{row['ms_per_frame']:.3f}",
            "" if row["floor_ms_per_frame"] is None else f"{row['floor_ms_per_frame']:.3f}",
            PAPERS_MS.get(name, ""),
        )
        for name, row in scores["rows"].items()
    ]
    rows.append(("all of these", f"{scores['ms_per_frame']:.3f}", "", "84, 12 frames/s"))
    head = ("module", "ms per frame", "floor", "paper, A100")
    title = (
        f"**Local Patterns at BLIP-2's size**, random weights, bf16, {arguments['regions']} "
        f"regions at once, {arguments['regions_per_frame']} a frame, on {scores['device']} "
        f"({scores['peak_tflops']:.1f} TFLOP/s in a large product): "
        f"{scores['frames_per_s']:.1f} frames/s without finding the regions."
    )
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def _title(scores: dict[str, Any], arguments: PatternArguments) -> str:
    seeds = f", {arguments.seeds} in the bold row" if arguments.seeds > 1 else ""
    trained = sum(row["table"] != "baseline" for row in scores["rows"])
    return (
        f"{_FOOTAGE[arguments.dataset]}, {scores['num_videos']} clips, {scores['num_frames']:,} "
        f"frames, {scores['num_abnormal']:,} abnormal. RM learns from the normal frames of the "
        f"other clips ({scores['num_normal_only_in']} have some), one module per clip{seeds}. "
        f"Scores are smoothed by a centred Gaussian of {SIGMA_FRAMES:g} frames unless a row says "
        f"otherwise. "
        f"{_CHOICE[arguments.dataset].format(trained=trained)} "
        "In percent, with 95 % intervals over clips."
    )


def _cells(row: dict[str, Any], *, chosen: str) -> tuple[str, ...]:
    name = row["name"]
    metrics = (_cell(row[m]) for m in ("micro_auc", "macro_auc", "macro_auc_padded"))
    shown = f"**{name}**" if name == chosen else name
    return row["table"], shown, *metrics, PAPERS_MICRO.get(name, "")


def _cell(found: list[float]) -> str:
    value, low, high = found
    return f"{value:.1f} ({low:.1f}–{high:.1f})"
