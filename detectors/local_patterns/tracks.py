"""Boxes of one thing over pictures, joined by their overlap; and how many a picture may have."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64
from scipy.optimize import linear_sum_assignment


def areas(boxes: Float[np.ndarray, "n 4"]) -> Float64[np.ndarray, " n"]:
    """Of left, top, right and bottom; 0 where a side lies beyond its opposite."""
    left, top, right, bottom = np.asarray(boxes, np.float64).reshape(-1, 4).T
    return np.clip(right - left, 0, None) * np.clip(bottom - top, 0, None)


def overlaps(
    boxes: Float[np.ndarray, "n 4"], others: Float[np.ndarray, "m 4"]
) -> Float64[np.ndarray, "n m"]:
    """Intersection over union of each pair; 0 where neither has an area."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.clip(high - low, 0, None).astype(np.float64).prod(axis=-1)
    union = areas(boxes)[:, None] + areas(others)[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def expanded(boxes: Float[np.ndarray, "n 4"], share: float = 0.5) -> Float64[np.ndarray, "n 4"]:
    """Boxes with `share` of their width added left and right, and of their height above and below.

    The paper adds one half, and the released code a third; cut off at the picture's edges.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    margin = share * np.tile(boxes[:, 2:] - boxes[:, :2], 2) * (-1, -1, 1, 1)
    return np.clip(boxes + margin, 0.0, 1.0)


def busiest(
    boxes: Float[np.ndarray, "n 4"], motion: Float[np.ndarray, " n"], *, most: int
) -> Int64[np.ndarray, " k"]:
    """Which regions to keep where there are more than `most`: those that move most, then the
    largest, then the first. A crowd thus costs no more time than `most` people.

    Args:
        motion: of each box, such as `motion_histogram.mean_speed`.

    Returns:
        Their indices in the order in which they came.
    """
    order = np.lexsort((np.arange(len(boxes)), -areas(boxes), -np.asarray(motion)))
    return np.sort(order[:most]).astype(np.int64)


@dataclass
class _Track:
    box: Float64[np.ndarray, " 4"]
    unseen: int = 0


class Tracker:
    """Gives the boxes of successive pictures ids that last.

    Pairs are chosen together, by the Hungarian method, so that their overlaps add up to the most:
    taking the best pair first would let two people who pass each other leave one without a partner.
    A box belongs to where its track was last seen, however many pictures ago.

    Args:
        least_overlap: pairs below this intersection over union are none.
        gap: pictures that a track outlives without a box.
    """

    def __init__(self, *, least_overlap: float = 0.3, gap: int = 5) -> None:
        self._least_overlap, self._gap = least_overlap, gap
        self._tracks: dict[int, _Track] = {}
        self._next_id = 0

    @property
    def live(self) -> frozenset[int]:
        """Ids that a later box may still be given."""
        return frozenset(self._tracks)

    def update(self, boxes: Float[np.ndarray, "n 4"]) -> Int64[np.ndarray, " n"]:
        """The id of each box of the next picture; no two boxes have the same."""
        boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
        ids = np.full(len(boxes), -1, np.int64)
        for box, track in self._pairs(boxes):
            ids[box] = track
        for box in np.flatnonzero(ids < 0):
            ids[box], self._next_id = self._next_id, self._next_id + 1
        self._age(set(ids.tolist()))
        self._tracks |= {int(i): _Track(box) for i, box in zip(ids, boxes, strict=True)}
        return ids

    def _pairs(self, boxes: Float64[np.ndarray, "n 4"]) -> list[tuple[int, int]]:
        if not self._tracks or len(boxes) == 0:
            return []
        known = list(self._tracks)
        overlap = overlaps(boxes, np.stack([self._tracks[i].box for i in known]))
        overlap[overlap < self._least_overlap] = 0.0
        chosen = zip(*linear_sum_assignment(overlap, maximize=True), strict=True)
        return [(int(b), known[t]) for b, t in chosen if overlap[b, t] > 0]

    def _age(self, seen: set[int]) -> None:
        for track_id in self._tracks.keys() - seen:
            self._tracks[track_id].unseen += 1
            if self._tracks[track_id].unseen > self._gap:
                del self._tracks[track_id]
