"""Tables of gradual events, and of the whole way's speed."""

from collections.abc import Sequence

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin


def gradual_table(record: RunRecord) -> str:
    """AUC of clips by network, for gradual events and for all others."""
    scores = record.scores
    rows = [
        (name, _auc(found["gradual"]), _auc(found["others"]))
        for name, found in scores["rows"].items()
    ]
    head = ("network", ", ".join(scores["gradual"]), "other anomalies")
    title = f"AUC of clips against normal ones, {scores['num_videos']} held-out training videos."
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def whole_table(record: RunRecord) -> str:
    """Frames per second and latency from pictures to scores; one frame per clip."""
    rows = [
        (
            name,
            f"{row['frames_per_s']:,.1f}",
            f"{row['ms_per_clip']:.2f}",
            f"{row['ms_95']:.2f}" if "ms_95" in row else "",
            f"{row['floor_ms']:.3f}",
        )
        for name, row in record.scores["whole"].items()
    ]
    head = ("what", "frames/s", "ms per clip", "95 of 100 within", "FLOP floor, ms")
    title = f"On {record.scores['device']}, encoders of size {record.arguments['size']}."
    return "\n\n".join([title, markdown_table(head, rows), origin(record)])


def _auc(found: Sequence[float]) -> str:
    value, low, high = found
    return f"{value:.1f} ({low:.1f}–{high:.1f})"
