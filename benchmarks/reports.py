"""Records as Markdown tables: what the console shows and the README holds."""

from collections.abc import Sequence
from typing import Any

from benchmarks.records import RunRecord


def compact_table(record: RunRecord) -> str:
    """Parts 9a to 9c of the compact profile, each beside its baseline."""
    fights, sounds, simulated = (record.scores[k] for k in ("fights", "sounds", "simulated"))
    parts = [
        _fight_rows(fights),
        _sound_rows(sounds),
        _simulated_rows(simulated),
        origin(record),
    ]
    return "\n\n".join(parts)


def indexing_table(record: RunRecord) -> str:
    """Speed and memory of `retrace index`."""
    rows = [
        (
            name,
            run["files"],
            f"{run['footage_s'] / 60:.1f} min",
            f"{run['wall_s']:.0f} s",
            f"{run['times_real_time']:.1f}×",
            f"{run['peak_mib']:.0f} MiB",
        )
        for name, run in record.scores.items()
    ]
    head = ("footage", "files", "length", "whole process", "× real time", "peak memory")
    return f"{markdown_table(head, rows)}\n\n{origin(record)}"


def origin(record: RunRecord) -> str:
    """When, on what and by which command a record was made."""
    cores = record.hardware["cores"]
    return f"Measured {record.date[:10]} on {cores} cores: `{record.command}`"


def _fight_rows(scores: dict[str, Any]) -> str:
    rows = [
        (
            f"“{query}”" if query else "linear model on frame differences",
            _with_interval(s["auc"], 3),
            _with_interval(s["ap"], 3),
        )
        for query, s in [*scores["ours"].items(), ("", scores["frame differences"])]
    ]
    some = scores["frame differences"]
    title = (
        f"**Words find fights** in {some['num_clips']} real clips ({some['num_fights']} fights), "
        "five folds by source, 95 % intervals over sources:"
    )
    return f"{title}\n\n{markdown_table(('asked', 'AUC', 'average precision'), rows)}"


def _sound_rows(scores: dict[str, Any]) -> str:
    rows = [
        (
            name,
            f"{100 * part['mean_of_folds']:.1f}",
            f"{100 * part['interval'][0]:.1f}–{100 * part['interval'][1]:.1f}",
        )
        for name, part in (
            ("retrace", scores["ours"]),
            ("log-mel mean and deviation, cosine", scores["log-mel moments"]),
        )
    ]
    title = (
        f"**Sounds find sounds of their kind** in ESC-10 ({scores['ours']['num_queries']} queries, "
        "three rotations, clips of the same recording left out):"
    )
    return f"{title}\n\n{markdown_table(('', 'R@1 %', '95 %'), rows)}"


def _simulated_rows(scores: dict[str, Any]) -> str:
    rows = []
    for asked in ("words", "sounds"):
        ours, histograms = scores[asked], scores[f"{asked}, histograms"]
        for name, part in (
            ("retrace", ours),
            ("colour and motion histograms, ridge", histograms),
            ("chance", ours["chance"]),
        ):
            recalls = (f"{part[key]:.1f}" for key in ("r1", "r5", "r10", "median_rank"))
            rows.append((f"{asked} → video", name, *recalls))
    title = (
        f"**Held-out simulated scenes** ({scores['words']['num_queries']} by words, "
        f"{scores['sounds']['num_queries']} by their sound), asked in wordings that training "
        "never used:"
    )
    return f"{title}\n\n{markdown_table(('', '', 'R@1', 'R@5', 'R@10', 'median rank'), rows)}"


def _with_interval(measured: dict[str, Any], digits: int) -> str:
    low, high = measured["interval"]
    return f"{measured['pooled']:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; cells are shown as `str` does."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
