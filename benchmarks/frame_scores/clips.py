"""What detectors are given of a video, and which of its clips each frame belongs to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int

from segments.levels import CLIP_S
from segments.vectors import ClipFeatures

Sense = Literal["pictures", "sound"]
SAME_TIME_S = 1e-6
"""A frame that begins this little before a clip belongs to it: times are rounded."""


@dataclass(frozen=True)
class ClipMeasures:
    """What pictures and sound tell without any network."""

    mean_speed: Float32[np.ndarray, " t"]
    """Over all cells of a clip's motion fields, in frame heights per second."""
    top_speed: Float32[np.ndarray, " t"]
    """Of the fastest cell of a clip's motion fields, in frame heights per second."""
    brightness_change: Float32[np.ndarray, " t"]
    """How far the mean grey is from that of the clip before, in [0, 1]; 0 for the first clip."""
    loudness: Float32[np.ndarray, " t"]
    """Decades of the root mean square above `SILENCE`: from 0, which is no sound."""


@dataclass(frozen=True)
class Look:
    """One crop of a video, clip by clip."""

    features: ClipFeatures
    measures: ClipMeasures | None = None
    """None where features are all there is."""


class ClipSource(Protocol):
    """Where clips come from: a folder of features, footage, or the simulator."""

    @property
    def senses(self) -> frozenset[Sense]:
        """What looks have measures of; none where features are all there is."""
        ...

    def looks(self, video: str) -> Iterator[Look]:
        """One look per crop.

        Raises:
            DatasetMissing: nothing is known of this video.
        """
        ...

    def clip_of_frame(self, video: str, num_clips: int) -> Int[np.ndarray, " n"]:
        """Index of the clip that each frame of the video belongs to."""
        ...

    def digest(self, video: str) -> str:
        """SHA-256 of what is read of the video."""
        ...


class Labels(Protocol):
    """Which frames of which videos are abnormal; `FrameLabels` is one."""

    @property
    def videos(self) -> tuple[str, ...]:
        """Of the test set, in its order."""
        ...

    @property
    def num_frames(self) -> Mapping[str, int]:
        """Of the videos whose length the labels tell."""
        ...

    def truth(self, video: str, num_frames: int | None = None) -> Bool[np.ndarray, " n"]:
        """Whether each frame is abnormal: of the first `num_frames`, or fewer where known."""
        ...


def clips_at(times_s: Float64[np.ndarray, " n"], num_clips: int) -> Int[np.ndarray, " n"]:
    """Index of the clip on the grid of `segments.levels` that each time lies in.

    Times after the last clip's start belong to it, however long it is.
    """
    starts = np.arange(num_clips) * CLIP_S
    return np.searchsorted(starts, times_s + SAME_TIME_S, side="right") - 1
