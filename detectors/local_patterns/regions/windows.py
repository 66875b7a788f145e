"""Windows as large as somebody who walks, all over the picture: they miss nobody.

What a small detector does not find cannot be odd; here the fastest windows stand for the fastest
things (docs/LOG.md: on Ped2 RM is 6 points better over windows than over a small detector's boxes).
"""

import re
from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float32, UInt8

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.sliding import MOST_WINDOWS, count_along, laid
from segments.errors import UserError

NAME = "windows"
LEAST_SIDE = 1 / 24
"""Of the picture's height: two cells of the finer motion grid."""
_SIZE = re.compile(r"windows:(\d*\.?\d+)x(\d*\.?\d+)")


@dataclass(frozen=True)
class WindowConfig:
    """Sizes as shares of the picture's height, both of them: a walker is as wide in every picture.

    Raises:
        UserError: a side below `LEAST_SIDE` or above 1.
    """

    height: float = 1 / 8
    width: float = 9 / 128
    """With the height 30 x 17 of Ped2's 240 lines."""
    stride: float = 0.5
    """Share of a window that it moves on by, or less, so that the last ends at the edge."""

    def __post_init__(self) -> None:
        if not all(LEAST_SIDE <= side <= 1 for side in (self.height, self.width)):
            raise UserError(
                f"windows of {self.height:g} x {self.width:g} of the picture's height: from "
                f"{LEAST_SIDE:.3f} to 1 is allowed, as in {NAME}:0.125x0.07"
            )

    @classmethod
    def of(cls, name: str) -> Self:
        """What an engine's name asks for: "windows", or "windows:HEIGHTxWIDTH".

        Raises:
            UserError: it says something else, or names sides that are not allowed.
        """
        if name == NAME:
            return cls()
        if (sides := _SIZE.fullmatch(name)) is None:
            raise UserError(f"{name!r}: write {NAME}, or {NAME}:HEIGHTxWIDTH as shares of height")
        return cls(height=float(sides[1]), width=float(sides[2]))


class WalkerWindows:
    """The same windows for every picture of one shape, row by row.

    There are at most `MOST_WINDOWS`: in pictures so wide that there would be more they lie farther
    apart. Where pictures are narrower than a window, it is as wide as they are.
    """

    name = NAME

    def __init__(self, config: WindowConfig | None = None) -> None:
        self.config = config or WindowConfig()
        self._known: dict[float, Regions] = {}

    def follow(self) -> "WalkerWindows":
        """Itself: nothing is remembered of a picture but its shape."""
        return self

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The windows of each picture; only their shape is looked at."""
        height, width = pictures.shape[1:3]
        aspect = width / height
        if aspect not in self._known:
            self._known = {aspect: self._windows(aspect)}
        return [self._known[aspect]] * len(pictures)

    def _windows(self, aspect: float) -> Regions:
        size = min(1.0, self.config.width / aspect), self.config.height
        rows = count_along(size[1], self.config.stride)
        columns = min(count_along(size[0], self.config.stride), MOST_WINDOWS // rows)
        boxes = np.array(laid(size, (columns, rows)), np.float32)
        return Regions(boxes, np.ones(len(boxes), np.float32), ("",) * len(boxes))
