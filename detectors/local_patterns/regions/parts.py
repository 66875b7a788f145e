"""What hangs together in a mask, as boxes, and which boxes are one thing."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int32

from detectors.local_patterns.tracks import areas


@dataclass(frozen=True, eq=False)
class Parts:
    """The connected parts of a mask."""

    labels: Int32[np.ndarray, "h w"]
    """0 where there is none, else 1 + the part's index."""
    boxes: Float64[np.ndarray, "n 4"]
    """Shares of the mask's width and height."""
    sizes: Float64[np.ndarray, " n"]
    """Shares of the mask."""

    @property
    def filled(self) -> Float64[np.ndarray, " n"]:
        """How much of its box each part fills."""
        return self.sizes / areas(self.boxes)

    def share_of(self, mask: Bool[np.ndarray, "h w"]) -> Float64[np.ndarray, " n"]:
        """How much of each part a mask covers."""
        covered = np.bincount(self.labels[mask], minlength=len(self.boxes) + 1)[1:]
        return covered / (self.sizes * self.labels.size)


def parts_of(mask: Bool[np.ndarray, "h w"], *, gap: int = 0) -> Parts:
    """The parts of a mask, corners touching included.

    Args:
        gap: pixels; narrower gaps are closed before.
    """
    solid = mask.astype(np.uint8)
    if gap:
        solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((gap + 1, gap + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    low, size, counts = stats[1:, :2], stats[1:, 2:4], stats[1:, 4]
    height, width = mask.shape
    boxes = np.concatenate([low, low + size], axis=1) / (width, height, width, height)
    return Parts(labels, boxes, counts / mask.size)


def covered(boxes: Float64[np.ndarray, "n 4"], grid: tuple[int, int]) -> Bool[np.ndarray, "gh gw"]:
    """The cells of a grid that boxes touch, and those around them."""
    height, width = grid
    mask = np.zeros(grid, bool)
    for left, top, right, bottom in boxes * (width, height, width, height):
        rows = slice(max(0, int(top) - 1), int(np.ceil(bottom)) + 1)
        mask[rows, max(0, int(left) - 1) : int(np.ceil(right)) + 1] = True
    return mask


def joined(
    boxes: Float64[np.ndarray, "n 4"], filled: Float64[np.ndarray, " n"], *, most_shared: float
) -> tuple[Float64[np.ndarray, "k 4"], Float64[np.ndarray, " k"]]:
    """Boxes of which one lies mostly in another, made one, until there are none; largest first.

    Args:
        filled: share of each box that is seen; of a joint box what its parts add up to.
        most_shared: of the smaller box; with more of it in another, the two are one thing.
    """
    boxes, seen = boxes.copy(), filled * areas(boxes)
    while len(boxes) > 1:
        shares = _shares(boxes)
        one, other = np.unravel_index(shares.argmax(), shares.shape)
        if shares[one, other] <= most_shared:
            break
        boxes[one, :2] = np.minimum(boxes[one, :2], boxes[other, :2])
        boxes[one, 2:] = np.maximum(boxes[one, 2:], boxes[other, 2:])
        seen[one] += seen[other]
        boxes, seen = np.delete(boxes, other, axis=0), np.delete(seen, other)
    order = np.argsort(-areas(boxes), kind="stable")
    return boxes[order], np.clip(seen[order] / areas(boxes)[order], 0.0, 1.0)


def _shares(boxes: Float64[np.ndarray, "n 4"]) -> Float64[np.ndarray, "n n"]:
    """How much of the smaller of two boxes the other covers; 0 of a box and itself."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    size = areas(boxes)
    shares = np.clip(high - low, 0, None).prod(axis=-1) / np.minimum(size[:, None], size[None])
    np.fill_diagonal(shares, 0.0)
    return shares
