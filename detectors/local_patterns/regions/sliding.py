"""Regions without looking: windows of fixed sizes all over the picture (paper Table 4)."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from detectors.local_patterns.base import Regions
from segments.errors import UserError

MOST_WINDOWS = 1024
"""More would make every picture as slow as a film."""


@dataclass(frozen=True)
class SlidingConfig:
    """Windows as shares of the picture's width and height."""

    sizes: tuple[tuple[float, float], ...] = ((0.25, 0.25), (0.5, 0.5))
    """Width and height of each kind of window."""
    stride: float = 0.5
    """Share of a window that it moves on by, or less, so that the last ends at the edge."""


class SlidingWindows:
    """The same windows for every picture, row by row.

    Raises:
        UserError: sizes or stride out of (0, 1], or too many windows.
    """

    name = "sliding"

    def __init__(self, config: SlidingConfig | None = None) -> None:
        self.config = config or SlidingConfig()
        for share in (self.config.stride, *(side for size in self.config.sizes for side in size)):
            if not 0 < share <= 1:
                raise UserError(f"sliding windows: {share = }, above 0 and up to 1 is allowed")
        self._regions = _windows(self.config)

    def follow(self) -> "SlidingWindows":
        """Itself: nothing is remembered of a picture."""
        return self

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The windows of each picture; neither pictures nor velocity are looked at."""
        return [self._regions] * len(pictures)


def _windows(config: SlidingConfig) -> Regions:
    counts = [
        (count_along(x, config.stride), count_along(y, config.stride)) for x, y in config.sizes
    ]
    count = sum(columns * rows for columns, rows in counts)
    if count > MOST_WINDOWS:
        raise UserError(
            f"{count} sliding windows, at most {MOST_WINDOWS} are allowed: take larger ones or a"
            " larger stride"
        )
    boxes = [box for pair in zip(config.sizes, counts, strict=True) for box in laid(*pair)]
    return Regions(
        np.array(boxes, np.float32).reshape(-1, 4), np.ones(count, np.float32), ("",) * count
    )


def laid(
    size: tuple[float, float], counts: tuple[int, int]
) -> list[tuple[float, float, float, float]]:
    """Windows of one width and height, spread evenly over so many columns and rows."""
    (width, height), (columns, rows) = size, counts
    return [
        (left, top, left + width, top + height)
        for top in np.linspace(0, 1 - height, rows).tolist()
        for left in np.linspace(0, 1 - width, columns).tolist()
    ]


def count_along(size: float, stride: float) -> int:
    """Windows along one axis: as few as, evenly spread, are no farther apart than the stride."""
    return 1 + math.ceil(round((1 - size) / (stride * size), 6))
