"""Parts of curves, and long ones in few points."""

import numpy as np
from jaxtyping import Float32, Int64

from search_api.stretches import APART_S
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

LEAST_POINTS = 4
_SAME_TIME_S = 1e-6
"""Spans that reach less than this into a score's time do not ask for it."""


def within(track: AnomalyTrack, span: TimeSpan) -> range:
    """The rows that speak for any part of a span."""
    ends = np.append(track.pts_s[1:], track.end_s)
    inset_s = min(_SAME_TIME_S, span.duration_s / 2)
    start = int(np.searchsorted(ends, span.start_s + inset_s, side="right"))
    stop = int(np.searchsorted(track.pts_s, span.end_s - inset_s, side="left"))
    return range(start, max(start, stop))


def thin(scores: Float32[np.ndarray, " t"], most: int) -> Int64[np.ndarray, " n"]:
    """Which of the scores to show, in order: all, or the lowest and highest of even buckets.

    The first and the last score and the curve's highest, the first of equals, are always kept, and
    nothing is made up between them.

    Args:
        most: n is no larger; at least `LEAST_POINTS`.
    """
    if len(scores) <= most:
        return np.arange(len(scores))
    num_buckets = (most - 2) // 2
    edges = np.linspace(0, len(scores), num_buckets + 1).round().astype(np.int64).tolist()
    kept = {0, len(scores) - 1}
    for start, stop in zip(edges[:-1], edges[1:], strict=True):
        bucket = scores[start:stop]
        kept |= {start + int(bucket.argmin()), start + int(bucket.argmax())}
    return np.array(sorted(kept), np.int64)


def strongest_rows(track: AnomalyTrack, rows: range, limit: int) -> list[int]:
    """The rows of the highest scores that begin `APART_S` apart or more, in time order."""
    chosen: list[int] = []
    order = np.argsort(-track.scores[rows.start : rows.stop], kind="stable") + rows.start
    for row in order.tolist():
        if all(abs(track.pts_s[row] - track.pts_s[other]) >= APART_S for other in chosen):
            chosen.append(row)
        if len(chosen) == limit:
            break
    return sorted(chosen)
