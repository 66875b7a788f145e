"""A record of the speed of pretrained models as Markdown."""

from typing import Any

from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin
from benchmarks.tower_speed.towers import fastest

TOWER_HEAD = (
    *("model", "half", "GFLOP per item", "number format", "items/s by micro-batch"),
    *("TFLOP/s", "share of peak", "peak memory"),
)
PROFILE_HEAD = ("profile", "clips/s", "× real time", "load", "first batch", "× floor", "memory")


def tower_speed_table(record: RunRecord) -> str:
    """Every tower by number format, and every profile, each beside its floor."""
    scores = record.scores
    towers = [row for tower in scores["towers"] for row in _tower_rows(tower)]
    profiles = [row for name, found in scores["profiles"].items() for row in _rows(name, found)]
    parts = [
        title(scores),
        markdown_table(TOWER_HEAD, towers),
        f"Profiles run in {scores['dtype']}; a batch is {scores['batch']['clips']} clips "
        f"({scores['batch']['footage_s']:g} s) of noise with sound.",
        markdown_table(PROFILE_HEAD, profiles),
        origin(record),
    ]
    return "\n\n".join(parts)


def title(scores: dict[str, Any]) -> str:
    """What was measured, where, and how quiet it was there."""
    peaks = ", ".join(
        f"{peak:.3g} TFLOP/s in {name}" for name, peak in scores["peak_tflops"].items()
    )
    return (
        f"**Pretrained models** with random weights on {scores['device']}. A large matrix product "
        f"reaches {peaks}. Other processes used {scores['others_share']:.0%} of the cores."
    )


def _tower_rows(tower: dict[str, Any]) -> list[tuple[str, ...]]:
    names = (tower["model"], tower["half"])
    if "skipped" in tower:
        return [_padded(*names, "–", tower["skipped"])]
    flops = f"{tower['flops'] / 1e9:.3g}"
    return [_mode_row(*names, flops, name, sizes) for name, sizes in tower["modes"].items()]


def _mode_row(
    model: str, half: str, flops: str, name: str, sizes: dict[str, Any]
) -> tuple[str, ...]:
    if "skipped" in sizes:
        return _padded(model, half, flops, name, sizes["skipped"])
    best = sizes[str(fastest(sizes))]
    speeds = ", ".join(f"{size}: {found['items_per_s']:.3g}" for size, found in sizes.items())
    memory = ", ".join(
        f"{size}: {found['peak_bytes'] / 2**30:.2f} GiB"
        for size, found in sizes.items()
        if "peak_bytes" in found
    )
    share = f"{best['share_of_peak']:.0%}"
    return (model, half, flops, name, speeds, f"{best['tflop_s']:.3g}", share, memory or "–")


def _padded(*cells: str) -> tuple[str, ...]:
    return (*cells, *["–"] * (len(TOWER_HEAD) - len(cells)))


def _rows(name: str, found: dict[str, Any]) -> list[tuple[str, ...]]:
    """A profile as it runs, and compiled where that was measured."""
    if "skipped" in found:
        return [(name, found["skipped"], *["–"] * (len(PROFILE_HEAD) - 2))]
    memory = f"{found['peak_bytes'] / 2**30:.2f} GiB" if "peak_bytes" in found else "–"
    row = (
        name,
        f"{found['clips_per_s']:.3g}",
        f"{found['times_real_time']:.3g}",
        f"{found['load_s']:.1f} s",
        f"{found['first_batch_s']:.1f} s",
        f"{found['batch_s'] / found['floor_s']:.1f}" if "floor_s" in found else "–",
        memory,
    )
    compiled = _rows(f"{name}, compiled", found["compiled"]) if "compiled" in found else []
    return [row, *compiled]
