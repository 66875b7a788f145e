"""Retrieval records as Markdown tables, beside the paper's rows."""

from collections.abc import Mapping
from typing import Any

from benchmarks.paper_rows import FOLLOW_UPS, TABLE_II, TABLE_III, PaperRow
from benchmarks.records import RunRecord
from benchmarks.reports import markdown_table, origin
from benchmarks.retrieval.ablations import TABLES

RECALLS = ("to_video.r1", "to_video.r5", "to_video.r10")
BACK = ("to_query.r1", "to_query.r5", "to_query.r10")
PUBLISHED = {"ucfcrime-ar": (*TABLE_II, *FOLLOW_UPS), "xdviolence-ar": (*TABLE_III, *FOLLOW_UPS)}


def table_of(record: RunRecord) -> str:
    """The table that fits a retrieval record."""
    if record.arguments.get("ablation"):
        return ablations_table(record)
    return c3d_table(record) if record.task == "c3d-subset" else retrieval_table(record)


def retrieval_table(record: RunRecord) -> str:
    """Our systems, then the published rows of the same benchmark."""
    asked = {"text": "T", "audio": "A"}[record.scores["query"]]
    rows = [_ours(name, scores) for name, scores in record.scores["systems"].items()]
    rows += [
        _published(row) for row in PUBLISHED.get(record.task, ()) if row.benchmark == record.task
    ]
    parts = [markdown_table(_head(f"{asked}→V", f"V→{asked}"), rows), _alpha(record)]
    return "\n\n".join([*parts, origin(record)])


def c3d_table(record: RunRecord) -> str:
    """Both protocols of the C3D subset, each system beside ridge."""
    parts = []
    for protocol, title in (
        ("five folds", "**Five folds pooled** (290 queries, each in a gallery of 58):"),
        ("official split", "**Official split** (46 queries), mean of the seeds:"),
    ):
        rows = [_ours(name, scores) for name, scores in record.scores[protocol].items()]
        parts += [title, markdown_table(_head("T→V", "V→T", "to ridge, mean"), rows)]
    return "\n\n".join([*parts, origin(record)])


def ablations_table(record: RunRecord) -> str:
    """Every variant of some tables beside the default."""
    parts = []
    for name, systems in record.scores["tables"].items():
        rows = [_ours(variant, scores) for variant, scores in systems.items()]
        parts += [f"**{TABLES[name].title}**", markdown_table(_head("query→V", "V→query"), rows)]
    return "\n\n".join([*parts, origin(record)])


def _head(there: str, back: str, compared: str = "to the first row") -> tuple[str, ...]:
    ways = [f"{way} R@{k}" for way in (there, back) for k in (1, 5, 10)]
    return ("", *ways[:3], "MdR", *ways[3:], "MdR", "SumR (95 %)", f"{compared} (95 %)")


def _ours(name: str, scores: Mapping[str, Any]) -> tuple[str, ...]:
    recalls, medians = scores["recalls"], scores["median_ranks"]
    total, against = recalls["sum_recall"], scores["against baseline"]
    difference = (
        "" if not any(against.values()) else f"{_signed(against['value'])} ({_span(against)})"
    )
    return (
        name,
        *(f"{recalls[key]['value']:.1f}" for key in RECALLS),
        f"{medians[0]:.1f}",
        *(f"{recalls[key]['value']:.1f}" for key in BACK),
        f"{medians[1]:.1f}",
        f"**{total['value']:.1f}** ({_span(total)})",
        difference,
    )


def _published(row: PaperRow) -> tuple[str, ...]:
    recalls = ["–"] * 6 if row.recalls is None else [f"{value:.1f}" for value in row.recalls]
    medians = ["–"] * 2 if row.median_ranks is None else [f"{m:.1f}" for m in row.median_ranks]
    return (
        f"{row.method} ({row.source})",
        *recalls[:3],
        medians[0],
        *recalls[3:],
        medians[1],
        f"{row.sum_recall:.1f}",
        "",
    )


def _alpha(record: RunRecord) -> str:
    keys = ("to_video.r1", "to_video.r10", "to_query.r1", "to_query.r10", "sum_recall")
    rows = [
        (alpha, *(f"{scores[key]:.1f}" for key in keys))
        for alpha, scores in record.scores["alpha"].items()
    ]
    head = ("α at search", "R@1", "R@10", "back R@1", "back R@10", "SumR")
    return f"The same networks asked with another α:\n\n{markdown_table(head, rows)}"


def _span(interval: Mapping[str, float]) -> str:
    return f"{interval['low']:.1f} to {interval['high']:.1f}"


def _signed(value: float) -> str:
    return f"{value:+.1f}"
