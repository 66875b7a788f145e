"""How anomalous a clip is: nearest anomalous traces against nearest normal ones (METHODS B.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int

from detectors.trace.sentences import Trace
from segments.errors import UserError

Rule = Literal["difference", "share"]
""""difference": best anomalous cosine minus best normal one, in [-2, 2]. "share": the part that
anomalous traces have of the softmax over traces, in [0, 1] (Flashback, METHODS B.5)."""
K = 5
SHARE_TAU = 0.05
"""Temperature of "share": chosen on simulated training videos."""
SMALLEST_NORM = 1e-12


@dataclass(frozen=True)
class TraceSet:
    """Sentences with their unit vectors, all normal or all anomalous."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    contexts: tuple[str, ...]
    kinds: tuple[str | None, ...]
    vectors: Float32[np.ndarray, "n d"]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, traces: Iterable[Trace], vectors: Float32[np.ndarray, "n d"]) -> Self:
        """Traces and what a profile's words make of their texts, scaled to length 1."""
        rows = tuple(traces)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return cls(
            tuple(trace.id for trace in rows),
            tuple(trace.text for trace in rows),
            tuple(trace.context for trace in rows),
            tuple(trace.kind for trace in rows),
            (vectors / np.maximum(norms, SMALLEST_NORM)).astype(np.float32),
        )

    def take(self, rows: Int[np.ndarray, " m"] | Bool[np.ndarray, " n"]) -> "TraceSet":
        """Some of the traces, in the given order."""
        kept = np.arange(len(self))[rows]
        ids, texts, contexts, kinds = (
            tuple(column[row] for row in kept)
            for column in (self.ids, self.texts, self.contexts, self.kinds)
        )
        return TraceSet(ids, texts, contexts, kinds, self.vectors[kept])

    def of_contexts(self, names: Iterable[str]) -> "TraceSet":
        """The traces of these contexts."""
        return self.take(np.isin(self.contexts, list(names)))


@dataclass(frozen=True)
class TraceScores:
    """Scores of clips, and the traces that they rest on, nearest first."""

    scores: Float32[np.ndarray, " t"]
    normal_ids: tuple[tuple[str, ...], ...]
    normal_sims: Float32[np.ndarray, "t k"]
    anomalous_ids: tuple[tuple[str, ...], ...]
    anomalous_sims: Float32[np.ndarray, "t j"]
    """k and j are smaller than asked for where a set has fewer traces."""


def score(
    z: Float32[np.ndarray, "t d"],
    normal: TraceSet,
    anomalous: TraceSet,
    *,
    k: int = K,
    rule: Rule = "share",
    counted: int | None = None,
) -> TraceScores:
    """Compares clips with the traces of the chosen contexts.

    Args:
        z: unit vectors, one per clip.
        k: traces of each set that are kept as the explanation.
        counted: nearest traces of each set that "share" is taken over; None for all. One sentence
            that happens to be near decides less than with "difference".

    Raises:
        UserError: a set is empty, or k is below 1.
    """
    if not len(normal) or not len(anomalous) or k < 1:
        raise UserError(
            f"scores need at least one normal and one anomalous trace and k of 1, not "
            f"{len(normal)}, {len(anomalous)} and {k}: choose more contexts"
        )
    normal_rows, normal_sims = nearest(z, normal.vectors, k)
    anomalous_rows, anomalous_sims = nearest(z, anomalous.vectors, k)
    if rule == "difference":
        scores = anomalous_sims[:, 0] - normal_sims[:, 0]
    else:
        scores = _share(z @ normal.vectors.T, z @ anomalous.vectors.T, counted)
    return TraceScores(
        scores.astype(np.float32),
        _named(normal, normal_rows),
        normal_sims,
        _named(anomalous, anomalous_rows),
        anomalous_sims,
    )


def nearest(
    z: Float32[np.ndarray, "t d"], vectors: Float32[np.ndarray, "n d"], k: int
) -> tuple[Int[np.ndarray, "t k"], Float32[np.ndarray, "t k"]]:
    """Rows and cosines of the k nearest, nearest first; the first of equals comes first."""
    sims = z @ vectors.T
    rows = np.argsort(-sims, axis=1, kind="stable")[:, : min(k, len(vectors))]
    return rows, np.take_along_axis(sims, rows, axis=1)


def _share(
    normal: Float32[np.ndarray, "t n"], anomalous: Float32[np.ndarray, "t m"], counted: int | None
) -> Float64[np.ndarray, " t"]:
    sums = [np.exp(_largest(s, counted) / SHARE_TAU).sum(axis=1) for s in (normal, anomalous)]
    return sums[1] / (sums[0] + sums[1])


def _largest(sims: Float32[np.ndarray, "t n"], count: int | None) -> Float64[np.ndarray, "t k"]:
    if count is not None and count < sims.shape[1]:
        sims = np.partition(sims, -count, axis=1)[:, -count:]
    return sims.astype(np.float64)


def _named(traces: TraceSet, rows: Int[np.ndarray, "t k"]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(traces.ids[row] for row in nearest_rows) for nearest_rows in rows)
