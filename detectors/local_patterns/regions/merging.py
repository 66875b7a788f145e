"""Boxes that belong together."""

import numpy as np
from jaxtyping import Float64

from detectors.local_patterns.tracks import areas

_MOST_SHARED = 0.5
"""Of the smaller box; with more of it in another, the two are parts of one thing."""


def joined(
    boxes: Float64[np.ndarray, "n 4"], filled: Float64[np.ndarray, " n"]
) -> tuple[Float64[np.ndarray, "k 4"], Float64[np.ndarray, " k"]]:
    """Boxes of which one lies mostly in another, made one, until there are none.

    Args:
        filled: share of each box that is seen; of a joint box the sum over its parts.
    """
    order = np.argsort(-areas(boxes), kind="stable")
    left = [(boxes[row], filled[row] * areas(boxes[row])[0]) for row in order]
    kept: list[tuple[Float64[np.ndarray, " 4"], float]] = []
    while left:
        box, seen = left.pop(0)
        partner = next((k for k, (other, _) in enumerate(kept) if _share(box, other)), None)
        if partner is None:
            kept.append((box, seen))
            continue
        other, other_seen = kept.pop(partner)
        both = np.concatenate([np.minimum(box, other)[:2], np.maximum(box, other)[2:]])
        left.insert(0, (both, seen + other_seen))
    found = np.array([box for box, _ in kept]).reshape(-1, 4)
    total = np.array([seen for _, seen in kept])
    return found, np.clip(total / np.maximum(areas(found), 1.0), 0.0, 1.0)


def _share(box: Float64[np.ndarray, " 4"], other: Float64[np.ndarray, " 4"]) -> bool:
    low, high = np.maximum(box, other)[:2], np.minimum(box, other)[2:]
    shared = np.clip(high - low, 0, None).prod()
    return bool(shared > _MOST_SHARED * min(areas(box)[0], areas(other)[0]))
