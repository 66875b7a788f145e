"""Ranks of several runs as what a record keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.metrics import (
    DirectionRanks,
    DirectionScores,
    direction_scores,
    paired_bootstrap,
    recall_intervals,
)


def system_scores(runs: Sequence[DirectionRanks]) -> dict[str, Any]:
    """Means over runs (seeds) with 95 % intervals over pairs, and every query's rank."""
    each = [direction_scores(run) for run in runs]
    return {
        "recalls": {name: asdict(interval) for name, interval in recall_intervals(runs).items()},
        "median_ranks": _median_ranks(each),
        "sum_recall_by_seed": [score.sum_recall for score in each],
        "ranks": [
            {"to_video": run.to_video.tolist(), "to_query": run.to_query.tolist()} for run in runs
        ],
    }


def compared_scores(
    systems: Mapping[str, Sequence[DirectionRanks]], *, baseline: str
) -> dict[str, Any]:
    """`system_scores` of each, with the interval of its SumR minus the baseline's."""
    return {
        name: system_scores(runs)
        | {"against baseline": asdict(paired_bootstrap(runs, systems[baseline])["sum_recall"])}
        for name, runs in systems.items()
    }


def _median_ranks(each: Sequence[DirectionScores]) -> list[float]:
    """Of query to video and of video to query."""
    return [
        sum(score.to_video.median_rank for score in each) / len(each),
        sum(score.to_query.median_rank for score in each) / len(each),
    ]
