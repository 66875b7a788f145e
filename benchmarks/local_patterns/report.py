"""Local Patterns' record on real footage as Markdown."""

from typing import Any

from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.clips import SHOWN
from benchmarks.local_patterns.settings import SIGMA_FRAMES
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

PAPERS_MICRO = {
    "1: backbone": "79.3",
    "2, 5: image tokens": "90.7, 95.9",
    "3: patterns": "96.8",
    "4: sentence": "95.4",
    "6: patterns and motion": "99.1",
    "7: patterns and motion, without SMM": "98.5",
    "8: motion alone": "94.5",
    "9: N_SMM = 1": "99.1",
    "10: N_SMM = 5": "99.1",
    "7, N_q = 64": "99.1 of setting 6",
    "7, N_q = 128": "99.1 of setting 6",
    "8, 5 layers": "98.6 of setting 6",
    "8, 9 layers": "98.9 of setting 6",
    "8, sliding windows": "87.8 of setting 6",
    "8, without expansion": "99.0 of setting 6",
}
"""Tables 3 to 5 of the paper, which trains on the 16 official training clips."""
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

_SIZES = {"real": "BLIP-2's", "smoke": "a toy's"}


def patterns_table(record: RunRecord) -> str:
    """One row per setting, the chosen one in bold, beside what the paper has for it."""
    arguments = PatternArguments.model_validate(record.arguments)
    scores = record.scores
    head = ("of", "setting", "micro AUC", "macro AUC", "macro AUC, padded", "paper, micro")
    rows = [_cells(row, chosen=scores["chosen"]) for row in scores["rows"]]
    parts = [_title(scores, arguments), markdown_table(head, rows), origin(record)]
    return "\n\n".join(parts)


def library_table(record: RunRecord) -> str:
    """What a library's curves say of Ped2's frames, as they are and smoothed."""
    head = ("camera", "smoothed over", "micro AUC", "macro AUC", "macro AUC, padded")
    rows = [
        (row["name"], _frames(row["sigma_frames"]), *(_cell(row[metric]) for metric in SHOWN))
        for row in record.scores["rows"]
    ]
    title = (
        "**UCSD Ped2 in a library**: the test clips by `retrace index --regions "
        f"{record.arguments['regions']}`, and what is normal in them as files of its own, which "
        "`retrace train local-patterns --part rm` learns from by name, for each clip those of "
        "the others. In percent, with 95 % intervals over clips."
    )
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def _frames(sigma: float) -> str:
    return f"{sigma:g} frames" if sigma else "nothing"


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
        f"**Local Patterns at {_SIZES[arguments['size']]} size**, random weights, bf16, "
        f"{arguments['regions']} regions at once, {arguments['regions_per_frame']} a frame, "
        f"on {scores['device']} "
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
    metrics = (_cell(row[metric]) for metric in SHOWN)
    shown = f"**{name}**" if name == chosen else name
    return row["table"], shown, *metrics, PAPERS_MICRO.get(name, "")


def _cell(found: list[float]) -> str:
    value, low, high = found
    return f"{value:.1f} ({low:.1f}–{high:.1f})"
