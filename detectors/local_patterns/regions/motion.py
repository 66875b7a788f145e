"""Regions without weights: what moves, and what was not there before.

The motion fields say what moves from the first picture on, but coarsely, and never what has come to
a stop. A model of the empty scene says both sharply, once it has seen that scene. Together they
find a person in the first picture as well as a bag that was left behind, until it is part of the
scene.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from detectors.local_patterns.base import Regions
from detectors.local_patterns.regions.background import Background, BackgroundConfig
from detectors.local_patterns.regions.parts import Parts, covered, joined, parts_of


@dataclass(frozen=True)
class MotionConfig:
    """What counts as a region. Shares are of the picture, whatever its pixels."""

    least_speed: float = 0.04
    """Frame heights per second; a walker an eighth of the picture high makes 0.1. Where the whole
    picture moves as fast, the camera does, and the background begins anew."""
    noise_factor: float = 4.0
    """Cells must be this many times faster than the picture's median cell."""
    gap: float = 0.03
    """Of the picture's height; new parts that lie no farther apart are one thing."""
    least_size: float = 0.0012
    """Of the picture, of what is new: 33 of the compact profile's 27,648 pixels."""
    least_moving: float = 0.0075
    """Of the picture, of what moves where nothing is new: 6 cells of 24 x 32, as flow invents two
    or three at the picture's edges."""
    least_support: float = 0.4
    """Of a new part: as much must move, or have been new before. Snow and noise do neither."""
    warm_up: int = 8
    """Pictures, 2.6 s, that are judged by motion alone. A young background takes a walker for the
    scene, sees only what he newly covers, and the place that he left for a thing."""
    most_shared: float = 0.5
    """Of a box; with more of it in another, the two are one thing."""
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
        config = self._config
        moving, camera_speed = moving_cells(velocity, config)
        if camera_speed > config.least_speed:
            self._background.begin_anew()
        things, kept = self._new(picture, moving)
        moving &= ~covered(things.boxes[kept], moving.shape)
        others = parts_of(moving)
        is_large = others.sizes >= config.least_moving
        boxes = np.concatenate([things.boxes[kept], others.boxes[is_large]])
        filled = np.concatenate([things.filled[kept], others.filled[is_large]])
        return _largest(boxes, filled, config)

    def _new(
        self, picture: UInt8[np.ndarray, "h w 3"], moving: Bool[np.ndarray, "gh gw"]
    ) -> tuple[Parts, Bool[np.ndarray, " n"]]:
        """What stands out from the background, and which parts of it to believe."""
        config = self._config
        new = self._background.foreground(picture)
        if self._background.age <= config.warm_up:
            new = np.zeros_like(new)
        height, width = new.shape
        moves = cv2.resize(moving.astype(np.uint8), (width, height), interpolation=_NEAREST)
        was_new = cv2.dilate(self._background.before.astype(np.uint8), _AROUND)
        parts = parts_of(new, gap=2 * round(config.gap * height / 2))
        support = np.asarray(moves, bool) | np.asarray(was_new, bool)
        is_supported = parts.share_of(support) >= config.least_support
        return parts, is_supported & (parts.sizes >= config.least_size)


_AROUND = np.ones((3, 3), np.uint8)
_NEAREST = cv2.INTER_NEAREST


def moving_cells(
    velocity: Float32[np.ndarray, "m gh gw 2"], config: MotionConfig
) -> tuple[Bool[np.ndarray, "gh gw"], float]:
    """The cells that move otherwise than the whole picture in every field, and its own speed.

    The median vector is the camera's shake or pan, and the median of what is left its noise: both
    hold as long as things cover less than half of the picture.
    """
    if len(velocity) == 0:
        return np.zeros(velocity.shape[1:3], bool), 0.0
    camera = np.median(velocity, axis=(1, 2), keepdims=True)
    own = velocity - camera
    speed = np.hypot(own[..., 0], own[..., 1])
    least = max(config.least_speed, config.noise_factor * float(np.median(speed)))
    return speed.min(axis=0) > least, float(np.hypot(camera[..., 0], camera[..., 1]).max())


def _largest(
    boxes: Float64[np.ndarray, "n 4"], filled: Float64[np.ndarray, " n"], config: MotionConfig
) -> Regions:
    boxes, filled = joined(boxes, filled, most_shared=config.most_shared)
    boxes, filled = boxes[: config.most], filled[: config.most]
    return Regions(boxes.astype(np.float32), filled.astype(np.float32), ("",) * len(boxes))
