"""Regions without weights: what moves, and what was not there before.

The motion fields say what moves from the first picture on, but coarsely, and never what has come to
a stop. A model of the empty scene says both sharply, once it has seen that scene. Joined, they find
a person in the first picture as well as a bag that was left behind, until it is part of the scene.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.background import Background, BackgroundConfig
from detectors.local_patterns.regions.merging import joined


@dataclass(frozen=True)
class MotionConfig:
    """What counts as a region. Sizes are shares of the picture, whatever its pixels."""

    least_speed: float = 0.04
    """Frame heights per second; a walker 1/8 of the picture high makes 0.1."""
    noise_factor: float = 4.0
    """Cells must be this many times faster than the picture's median cell."""
    gap: float = 0.02
    """Share of the picture's height; parts of a thing that lie no farther apart are one."""
    least_area: float = 0.0008
    """Share of the picture; 22 of the compact profile's 27,648 pixels."""
    least_filled: float = 0.1
    """Of a moving region; where less is foreground, the fields alone say where it is."""
    most: int = 32
    """Regions of a picture; of more, the largest are kept."""
    background: BackgroundConfig = BackgroundConfig()


class MotionRegions:
    """Finds what moves and what is new; needs no weights."""

    name = "motion"

    def __init__(self, config: MotionConfig | None = None) -> None:
        self.config = config or MotionConfig()

    def follow(self) -> "MotionFinder":
        """A finder for a new run of pictures, with an empty background."""
        return MotionFinder(self.config)


class MotionFinder:
    """Remembers the background of one run of pictures, and nothing that grows with the run."""

    def __init__(self, config: MotionConfig) -> None:
        self._config = config
        self._background = Background(config.background)

    def find(
        self,
        pictures: UInt8[np.ndarray, "f h w 3"],
        velocity: Float32[np.ndarray, "f m gh gw 2"],
    ) -> list[Regions]:
        """The regions of each picture, largest first; confidence is how much of its box is seen."""
        return [self._regions(*pair) for pair in zip(pictures, velocity, strict=True)]

    def _regions(
        self, picture: UInt8[np.ndarray, "h w 3"], velocity: Float32[np.ndarray, "m gh gw 2"]
    ) -> Regions:
        new = self._background.foreground(picture)
        height, width = new.shape
        cells = moving_cells(velocity, self._config).astype(np.uint8)
        moving = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST) > 0
        boxes, filled = _components(moving, new, self._config)
        boxes, filled = joined(boxes, filled)
        sizes = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        large = np.flatnonzero(sizes >= self._config.least_area * height * width)
        rows = large[np.argsort(-sizes[large], kind="stable")][: self._config.most]
        shares = boxes[rows] / (width, height, width, height)
        return Regions(
            shares.astype(np.float32), filled[rows].astype(np.float32), ("",) * len(rows)
        )


def moving_cells(
    velocity: Float32[np.ndarray, "m gh gw 2"], config: MotionConfig
) -> Bool[np.ndarray, "gh gw"]:
    """The cells that move otherwise than the picture as a whole does.

    The median vector is the camera's own shake or pan, and the median of what is left its noise:
    both hold as long as things cover less than half of the picture.
    """
    if len(velocity) == 0:
        return np.zeros(velocity.shape[1:3], bool)
    own = velocity - np.median(velocity, axis=(1, 2), keepdims=True)
    speed = np.hypot(own[..., 0], own[..., 1]).mean(axis=0)
    return speed > max(config.least_speed, config.noise_factor * float(np.median(speed)))


def _components(
    moving: Bool[np.ndarray, "h w"], new: Bool[np.ndarray, "h w"], config: MotionConfig
) -> tuple[Float64[np.ndarray, "n 4"], Float64[np.ndarray, " n"]]:
    """Boxes in pixels of what hangs together, and how much of each is seen."""
    seen = moving | new
    reach = 2 * round(config.gap * len(seen) / 2) + 1
    closed = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, reach)))
    count, labels = cv2.connectedComponents(closed)
    boxes, filled = np.zeros((count - 1, 4)), np.zeros(count - 1)
    for label in range(1, count):
        inside = labels == label
        sharp = inside & new
        is_sharp = np.count_nonzero(sharp) >= config.least_filled * np.count_nonzero(inside)
        part = sharp if is_sharp else inside
        boxes[label - 1] = _around(part)
        left, top, right, bottom = boxes[label - 1].astype(int)
        filled[label - 1] = part[top:bottom, left:right].mean()
    return boxes, filled


def _around(mask: Bool[np.ndarray, "h w"]) -> tuple[int, int, int, int]:
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
