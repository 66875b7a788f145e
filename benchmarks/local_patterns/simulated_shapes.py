"""What a region's box tells without looking into it: how long it stays, its shape, its size.

None of it is in the paper. Daily life in this simulation walks through the picture or takes 5 to
10 s, anomalous events take 8 to 20 s in one spot, and people who fight, fall or lie are wider than
people who walk: these scores say how far that alone goes.
"""

from functools import cache

import numpy as np
from jaxtyping import Float32

from benchmarks.local_patterns.simulated_scorers import Normal, RegionScores, Score
from detectors.local_patterns.stored import StoredRegions

REACH = 32
"""Pictures before and after, 10 s each way."""
SAME_PLACE = 0.3
"""Intersection over union of two boxes that are in one place."""


def staying(_normal: Normal) -> Score:
    """Share of the pictures within 10 s that have a region in the same place."""
    return _staying


def shape(_normal: Normal) -> Score:
    """Width against height, as shares of the picture's."""
    return lambda regions: _sides(regions)[0] / np.maximum(_sides(regions)[1], 1e-6)


def size(_normal: Normal) -> Score:
    """Share of the picture that the box covers."""
    return lambda regions: _sides(regions)[0] * _sides(regions)[1]


@cache
def _staying(regions: StoredRegions) -> RegionScores:
    there = regions.is_there
    boxes = regions.boxes.reshape(-1, *regions.boxes.shape[2:])
    found = np.zeros(boxes.shape[:2], np.float32)
    for shift in range(-REACH, REACH + 1):
        first, last = max(0, -shift), min(len(boxes), len(boxes) - shift)
        if first < last:
            others = boxes[first + shift : last + shift]
            found[first:last] += _is_same_place(boxes[first:last], others).any(axis=2)
    return np.where(there, found.reshape(there.shape) / (2 * REACH + 1), 0).astype(np.float32)


def _is_same_place(
    boxes: Float32[np.ndarray, "p n 4"], others: Float32[np.ndarray, "p m 4"]
) -> np.ndarray:
    """Of each pair of one picture's boxes and another's; an absent box is all zeros: nowhere."""
    one, other = boxes[:, :, None], others[:, None]
    low, high = np.maximum(one[..., :2], other[..., :2]), np.minimum(one[..., 2:], other[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    union = _area(one) + _area(other) - shared
    return (shared > SAME_PLACE * union) & (union > 0)


def _area(boxes: Float32[np.ndarray, "*n 4"]) -> Float32[np.ndarray, "*n"]:
    return (boxes[..., 2:] - boxes[..., :2]).prod(axis=-1)


def _sides(regions: StoredRegions) -> tuple[RegionScores, RegionScores]:
    """Widths and heights; 0 where no region is."""
    sides = np.where(
        regions.is_there[..., None], regions.boxes[..., 2:] - regions.boxes[..., :2], 0
    )
    return sides[..., 0], sides[..., 1]
