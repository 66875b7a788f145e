"""Retrieval metrics in both directions (METHODS D), and bootstrap intervals of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float, Int

RECALL_AT = (1, 5, 10)
ROUNDS = 10_000
"""Bootstrap rounds of the recalls: the ends of a 95 % interval rest on 250 of them."""


@dataclass(frozen=True)
class RetrievalScores:
    """Recall at 1, 5 and 10 in percent, and the median rank from 1."""

    r1: float
    r5: float
    r10: float
    median_rank: float
    num_queries: int

    @property
    def recalls(self) -> tuple[float, float, float]:
        return self.r1, self.r5, self.r10


@dataclass(frozen=True)
class DirectionRanks:
    """0-based ranks of the same pairs, asked from either side; row i of both is pair i."""

    to_video: Float[np.ndarray, " q"]
    """Of pair i's video when its query asks."""
    to_query: Float[np.ndarray, " q"]
    """Of pair i's query when its video asks."""

    def __post_init__(self) -> None:
        if self.to_video.shape != self.to_query.shape:
            raise ValueError(f"{self.to_video.shape = } is not {self.to_query.shape = }")

    @classmethod
    def of(cls, similarity: Float[np.ndarray, "q q"]) -> Self:
        """Ranks where rows are queries, columns are videos, and pair i is on the diagonal."""
        return cls(paired_ranks(similarity), paired_ranks(similarity.T))

    @classmethod
    def pooled(cls, folds: Sequence["DirectionRanks"]) -> Self:
        """The pairs of all folds, each ranked within the gallery of its own."""
        return cls(
            np.concatenate([fold.to_video for fold in folds]),
            np.concatenate([fold.to_query for fold in folds]),
        )


@dataclass(frozen=True)
class DirectionScores:
    """How well queries find their videos, and videos their queries."""

    to_video: RetrievalScores
    to_query: RetrievalScores

    @property
    def sum_recall(self) -> float:
        """SumR: the six recalls added, at most 600."""
        return sum(self.to_video.recalls) + sum(self.to_query.recalls)


@dataclass(frozen=True)
class Interval:
    """A number, and the percentile interval of it under resampling."""

    value: float
    low: float
    high: float


def paired_ranks(similarity: Float[np.ndarray, "q g"]) -> Float[np.ndarray, " q"]:
    """0-based rank of query i's own item, column i, by descending similarity.

    Ties share the mean of their positions (MMT's `metric.py`, METHODS D), so a rank may be x.5.
    """
    return ranks_of(similarity, np.arange(len(similarity)))


def ranks_of(
    similarity: Float[np.ndarray, "q g"], own: Int[np.ndarray, " q"]
) -> Float[np.ndarray, " q"]:
    """Like `paired_ranks` where query i's own item is column `own[i]`."""
    of_own = np.take_along_axis(similarity, own[:, None], axis=1)
    better = (similarity > of_own).sum(axis=1)
    equal = (similarity == of_own).sum(axis=1) - 1
    return better + equal / 2.0


def retrieval_scores(ranks: Float[np.ndarray, " q"]) -> RetrievalScores:
    """R@K = share of 0-based ranks under K; MdR = median + 1. Without queries all are nan."""
    if not len(ranks):
        return RetrievalScores(*[float("nan")] * 4, num_queries=0)
    r1, r5, r10 = (100.0 * float(np.mean(ranks < k)) for k in RECALL_AT)
    return RetrievalScores(r1, r5, r10, float(np.median(ranks)) + 1.0, len(ranks))


def direction_scores(ranks: DirectionRanks) -> DirectionScores:
    """Recalls and median rank from either side; nan without pairs."""
    return DirectionScores(retrieval_scores(ranks.to_video), retrieval_scores(ranks.to_query))


def both_directions(similarity: Float[np.ndarray, "q q"]) -> DirectionScores:
    """Scores where rows are queries, columns are videos, and pair i is on the diagonal."""
    return direction_scores(DirectionRanks.of(similarity))


def chance_scores(gallery: int) -> RetrievalScores:
    """What a random ranking of `gallery` items is expected to reach."""
    r1, r5, r10 = (100.0 * min(k, gallery) / gallery for k in RECALL_AT)
    return RetrievalScores(r1, r5, r10, (gallery + 1) / 2.0, gallery)


def recall_intervals(
    runs: Sequence[DirectionRanks], *, rounds: int = ROUNDS, level: float = 0.95, seed: int = 0
) -> dict[str, Interval]:
    """Intervals of one system's recalls and SumR when its pairs are drawn with replacement.

    A video and its query are drawn together, so the two directions stay paired.

    Args:
        runs: the same pairs ranked once or several times (seeds): recalls are means over them.

    Returns:
        By "to_video.r1" to "to_query.r10", and "sum_recall"; nan without pairs.
    """
    return _intervals(_hits(runs), rounds=rounds, level=level, seed=seed)


def paired_bootstrap(
    ours: Sequence[DirectionRanks],
    theirs: Sequence[DirectionRanks],
    *,
    rounds: int = ROUNDS,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Intervals of ours minus theirs when the same pairs are drawn for both systems.

    Args and result as in `recall_intervals`; row i of every run is the same pair.
    """
    return _intervals(_hits(ours) - _hits(theirs), rounds=rounds, level=level, seed=seed)


def _hits(runs: Sequence[DirectionRanks]) -> Float[np.ndarray, "q r"]:
    """What pair i adds to each recall, in percent of itself: the mean over runs."""
    tables = [
        np.stack([ranks < k for ranks in (run.to_video, run.to_query) for k in RECALL_AT], axis=1)
        for run in runs
    ]
    return 100.0 * np.mean(tables, axis=0)


def _intervals(
    hits: Float[np.ndarray, "q r"], *, rounds: int, level: float, seed: int
) -> dict[str, Interval]:
    names = [f"{way}.r{k}" for way in ("to_video", "to_query") for k in RECALL_AT]
    if not len(hits):
        return dict.fromkeys([*names, "sum_recall"], Interval(*[float("nan")] * 3))
    table = np.column_stack([hits, hits.sum(axis=1)])
    # Pairs with equal hits are interchangeable: how often each kind is drawn is all that counts.
    kinds, counts = np.unique(table, axis=0, return_counts=True)
    shares = np.random.default_rng(seed).multinomial(len(hits), counts / len(hits), size=rounds)
    drawn = shares @ kinds / len(hits)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    found = zip(table.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return dict(zip([*names, "sum_recall"], (Interval(*each) for each in found), strict=True))


def unit(rows: Float[np.ndarray, "*n d"]) -> Float[np.ndarray, "*n d"]:
    """Rows of length 1, as cosines are taken of."""
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True).clip(min=1e-9)


def clustered_bootstrap(
    statistic: Callable[[Int[np.ndarray, " n"]], float],
    clusters: Sequence[str],
    *,
    rounds: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of a statistic when whole clusters are drawn with replacement.

    Args:
        statistic: takes row indices, repeats included; a round where it is nan is left out.
        clusters: the cluster of each row, e.g. the source video of each clip.
    """
    rng = np.random.default_rng(seed)
    labels = np.asarray(clusters)
    members = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    values = []
    for _ in range(rounds):
        drawn = rng.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[i] for i in drawn])))
    low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
