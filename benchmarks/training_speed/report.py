"""A record of training speed as Markdown."""

from typing import Any

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin

HEAD = ("mode", "videos/s", "s per epoch", "ms per step", "peak memory", "TFLOP per step")
HEAD_FLOOR = ("floor, s per epoch", "× floor", "batches made, share")


def training_speed_table(record: RunRecord) -> str:
    """Every mode beside its floor, and where the operations are."""
    scores = record.scores
    rows = [_row(name, found) for name, found in scores["modes"].items()]
    parts = [
        _title(scores),
        markdown_table((*HEAD, *HEAD_FLOOR), rows),
        _data(scores["data"]),
        _flops(scores),
        origin(record),
    ]
    return "\n\n".join(parts)


def _title(scores: dict[str, Any]) -> str:
    peaks = ", ".join(
        f"{peak:.3g} TFLOP/s in {name}" for name, peak in scores["peak_tflops"].items()
    )
    return (
        f"**Training** on {scores['device']}; an epoch is {scores['epoch_videos']:,} videos. The "
        f"floor is the matrix products alone at {peaks}."
    )


def _row(name: str, found: dict[str, Any]) -> tuple[str, ...]:
    if "skipped" in found:
        return (name, found["skipped"], *["–"] * (len(HEAD) + len(HEAD_FLOOR) - 2))
    return (
        name,
        f"{found['videos_per_s']:.0f}",
        f"{found['epoch_s']:.2f}",
        f"{1000 * found['step_s']:.0f}",
        f"{found['peak_bytes'] / 2**30:.2f} GiB",
        f"{found['step_flops'] / 1e12:.3g}",
        f"{found['floor_s']:.3g}",
        f"{found['times_floor']:.1f}",
        f"{found['data_share']:.0%}",
    )


def _data(data: dict[str, Any]) -> str:
    return (
        f"The batches of an epoch are {data['bytes'] / 2**30:.2f} GiB, {data['padding']:.0%} of "
        f"their clips padding; by themselves they are made in {data['make_s']:.2f} s and moved to "
        f"the device in {data['move_s']:.2f} s."
    )


def _flops(scores: dict[str, Any]) -> str:
    parts, first = scores["step_flops"], scores["first_step"]
    whole = sum(parts.values())
    largest = sorted(parts.items(), key=lambda part: -part[1])
    shares = ", ".join(f"{name} {count / whole:.0%}" for name, count in largest)
    return (
        f"Operations of a step: {shares}. Of the first step, by hand and as PyTorch counts them: "
        f"{first['flops_by_hand']:.4g} and {first['flops_counted']:.4g}; "
        f"{first['parameters'] / 1e6:.1f} M weights are trained."
    )
