"""Trying a sentence on footage before it enters the bank."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int

from detectors.trace.scoring import TraceSet
from segments.errors import UserError

APART = 8
"""Clips (5.12 s) between two best moments at least."""


@dataclass(frozen=True)
class Beaten:
    """A present trace that the sentence would take the place of, as the nearest of its label."""

    text: str
    context: str
    kind: str | None
    num_clips: int


@dataclass(frozen=True)
class Trial:
    """How a sentence compares with a video over time."""

    similarities: Float32[np.ndarray, " t"]
    """Cosine of the sentence and each clip."""
    percentiles: Float32[np.ndarray, " t"]
    """Of the bank's sentences, how many in a hundred are less similar to the clip."""
    best: tuple[int, ...]
    """The most similar clips, best first, `APART` at least."""
    beaten_normal: tuple[Beaten, ...]
    """Were the sentence normal: where it would be the nearest, most clips first."""
    beaten_anomalous: tuple[Beaten, ...]
    """Were it anomalous."""


def compare(
    vector: Float32[np.ndarray, " d"],
    clips: Float32[np.ndarray, "t d"],
    normal: TraceSet,
    anomalous: TraceSet,
    *,
    num_best: int = 3,
) -> Trial:
    """Compares a sentence with the clips of a video, beside the bank's own sentences.

    Args:
        vector: of the sentence; unit.
        clips: unit vectors, at least one.

    Raises:
        UserError: there is no clip, or a set is empty.
    """
    if not len(clips) or not len(normal) or not len(anomalous):
        raise UserError(
            f"{len(clips)} clips, {len(normal)} normal and {len(anomalous)} anomalous traces: "
            "a trial needs some of each"
        )
    own = clips @ vector
    others = [clips @ traces.vectors.T for traces in (normal, anomalous)]
    less = np.concatenate(others, axis=1) < own[:, None]
    return Trial(
        own,
        100 * less.mean(axis=1, dtype=np.float32),
        _best(own, num_best),
        _beaten(own, others[0], normal),
        _beaten(own, others[1], anomalous),
    )


def _best(similarities: Float32[np.ndarray, " t"], count: int) -> tuple[int, ...]:
    chosen: list[int] = []
    for clip in np.argsort(-similarities, kind="stable").tolist():
        if len(chosen) == count:
            break
        if all(abs(clip - other) >= APART for other in chosen):
            chosen.append(clip)
    return tuple(chosen)


def _beaten(
    own: Float32[np.ndarray, " t"], others: Float32[np.ndarray, "t n"], traces: TraceSet
) -> tuple[Beaten, ...]:
    nearest: Int[np.ndarray, " t"] = others.argmax(axis=1)
    rows = nearest[own > others.max(axis=1)]
    names, counts = np.unique(rows, return_counts=True)
    return tuple(
        Beaten(traces.texts[row], traces.contexts[row], traces.kinds[row], int(count))
        for row, count in sorted(zip(names, counts, strict=True), key=lambda pair: -pair[1])
    )
