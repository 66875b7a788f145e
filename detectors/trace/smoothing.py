"""Named smoothers of a track of scores, and the one number that a span gets from them.

A smoother that is `live` looks at no later clip; the others need the whole track.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from numpy.lib.stride_tricks import sliding_window_view

from segments.errors import UserError
from segments.levels import CLIP_S

Track = Float32[np.ndarray, " t"]
TOP_SHARE = 0.1
"""Of the clips that `top` takes."""


@dataclass(frozen=True)
class Smoother:
    """One way of smoothing, and how wide it is."""

    name: str
    width_s: float = 0.0

    def __call__(self, scores: Track) -> Track:
        """As many scores as came, on the same scale."""
        if not len(scores) or self.name == "none":
            return scores
        return SMOOTHERS[self.name](scores, self.width_s / CLIP_S).astype(np.float32)

    @property
    def is_live(self) -> bool:
        return self.name in LIVE


def parse_smoother(text: str) -> Smoother:
    """`none`, or a name and a width in seconds: `gaussian:2`, `median:3`, `mean:3`, `decay:2`.

    Raises:
        UserError: there is no such smoother, or its width is no positive number.
    """
    name, _, width = text.partition(":")
    if text == "none":
        return Smoother("none")
    if name not in SMOOTHERS:
        raise UserError(f"no smoother {text!r}: choose none, or {_names()}, e.g. gaussian:2")
    try:
        width_s = float(width)
    except ValueError:
        width_s = 0.0
    if not 0.0 < width_s < np.inf:
        raise UserError(f"{text!r} needs a width in seconds: {name}:2")
    return Smoother(name, width_s)


def aggregate(scores: Track, how: str) -> float:
    """One number of a span: `max`, `mean`, or `top`, the mean of the highest tenth.

    Raises:
        UserError: there is no such aggregation, or the span has no clip.
    """
    if how not in AGGREGATIONS or not len(scores):
        known = ", ".join(AGGREGATIONS)
        raise UserError(f"cannot take {how!r} of {len(scores)} scores: choose among {known}")
    return float(AGGREGATIONS[how](scores))


def _gaussian(scores: Track, sigma: float) -> Track:
    """Cut off at four sigma; the ends continue as they are."""
    radius = max(1, round(4 * sigma))
    weights = np.exp(-0.5 * np.square(np.arange(-radius, radius + 1) / sigma))
    return np.convolve(_continued(scores, radius), weights / weights.sum(), mode="valid")


def _median(scores: Track, clips: float) -> Track:
    """Of an odd number of clips around each."""
    radius = round(clips) // 2
    windows = sliding_window_view(_continued(scores, radius), 2 * radius + 1)
    return np.median(windows, axis=1)


def _mean(scores: Track, clips: float) -> Track:
    """Of the last clips, as many as there are."""
    size = max(1, round(clips))
    sums = np.concatenate([[0.0], np.cumsum(scores, dtype=np.float64)])
    ends = np.arange(1, len(scores) + 1)
    starts = np.maximum(ends - size, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _decay(scores: Track, clips: float) -> Track:
    """Exponential: after `clips` clips a score counts 1/e of what it did; begins at the first."""
    keep, smooth = float(np.exp(-1.0 / clips)), float(scores[0])
    found = np.empty(len(scores))
    for row, value in enumerate(scores.tolist()):
        smooth = keep * smooth + (1.0 - keep) * value
        found[row] = smooth
    return found


def _continued(scores: Track, radius: int) -> Track:
    return np.pad(scores, radius, mode="edge")


def _top(scores: Track) -> float:
    count = max(1, round(TOP_SHARE * len(scores)))
    return float(np.sort(scores)[-count:].mean())


def _names() -> str:
    return ", ".join(SMOOTHERS)


SMOOTHERS: dict[str, Callable[[Track, float], Track]] = {
    "gaussian": _gaussian,
    "median": _median,
    "mean": _mean,
    "decay": _decay,
}
"""By name; they take the width in clips."""
LIVE = frozenset({"none", "mean", "decay"})
AGGREGATIONS: dict[str, Callable[[Track], float]] = {
    "max": lambda scores: float(scores.max()),
    "mean": lambda scores: float(scores.mean()),
    "top": _top,
}
