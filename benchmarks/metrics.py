"""Retrieval metrics (METHODS D) and bootstrap intervals over clusters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True)
class RetrievalScores:
    """Recall at 1, 5 and 10 in percent, and the median rank from 1."""

    r1: float
    r5: float
    r10: float
    median_rank: float
    num_queries: int


def paired_ranks(similarity: Float[np.ndarray, "q g"]) -> Float[np.ndarray, " q"]:
    """0-based rank of query i's own item, column i, by descending similarity.

    Ties share the mean of their positions (MMT's `metric.py`, METHODS D), so a rank may be x.5.
    """
    own = np.diagonal(similarity)[:, None]
    better = (similarity > own).sum(axis=1)
    equal = (similarity == own).sum(axis=1) - 1
    return better + equal / 2.0


def retrieval_scores(ranks: Float[np.ndarray, " q"]) -> RetrievalScores:
    """R@K = share of 0-based ranks under K; MdR = median + 1. Without queries all are nan."""
    if not len(ranks):
        return RetrievalScores(*[float("nan")] * 4, num_queries=0)
    r1, r5, r10 = (100.0 * float(np.mean(ranks < k)) for k in (1, 5, 10))
    return RetrievalScores(r1, r5, r10, float(np.median(ranks)) + 1.0, len(ranks))


def chance_scores(gallery: int) -> RetrievalScores:
    """What a random ranking of `gallery` items is expected to reach."""
    r1, r5, r10 = (100.0 * min(k, gallery) / gallery for k in (1, 5, 10))
    return RetrievalScores(r1, r5, r10, (gallery + 1) / 2.0, gallery)


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
