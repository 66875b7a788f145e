"""How anomalous a clip is: nearest anomalous traces against nearest normal ones (METHODS B.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int

from detectors.trace.sentences import Trace
from segments.errors import UserError

Rule = Literal["difference", "share"]
""""difference": best anomalous cosine minus best normal one, in [-2, 2]. "share": part of the
softmax over the k + k nearest that the anomalous have, in [0, 1] (Flashback, METHODS B.5)."""
K = 5
SHARE_TAU = 0.07
"""Temperature of "share": that of training."""
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
    rule: Rule = "difference",
) -> TraceScores:
    """Compares clips with the traces of the chosen contexts.

    Args:
        z: unit vectors, one per clip.
        k: traces of each set that are kept as the explanation, and that "share" counts.

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
    rules = {"difference": _difference, "share": _share}
    return TraceScores(
        rules[rule](normal_sims, anomalous_sims).astype(np.float32),
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


def _difference(
    normal: Float32[np.ndarray, "t k"], anomalous: Float32[np.ndarray, "t j"]
) -> Float32[np.ndarray, " t"]:
    return anomalous[:, 0] - normal[:, 0]


def _share(
    normal: Float32[np.ndarray, "t k"], anomalous: Float32[np.ndarray, "t j"]
) -> Float64[np.ndarray, " t"]:
    sums = [np.exp(sims.astype(np.float64) / SHARE_TAU).sum(axis=1) for sims in (normal, anomalous)]
    return sums[1] / (sums[0] + sums[1])


def _named(traces: TraceSet, rows: Int[np.ndarray, "t k"]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(traces.ids[row] for row in nearest_rows) for nearest_rows in rows)
