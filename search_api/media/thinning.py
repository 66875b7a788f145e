"""Long curves in few points."""

import numpy as np
from jaxtyping import Float32, Int64

LEAST_POINTS = 4


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
