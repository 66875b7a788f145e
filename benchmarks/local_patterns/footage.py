"""Every picture of a video, with the motion around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64

from detectors.local_patterns.codec_motion import read_reencoded_motion
from segments.media import FrameBatch, VideoSource
from segments.motion import GRAY_SIZE, FlowEstimator, cell_velocity
from segments.reading import iter_frames
from segments.reading.canvas import Canvas
from segments.reading.fields import PAIR_GAP_S, FieldReader
from segments.reading.pictures import Playhead, VideoTrack

PICTURE_ROWS = 240
"""Height of the pictures that are looked at; as many as Ped2 has."""
Motion = Literal["flow", "fine", "vectors"]
"""The library's optical flow; the same between pictures of twice the size, on twice the grid; or
the paper's way, the vectors of a copy encoded anew."""
_FINER = 2


@dataclass(frozen=True, eq=False)
class Fields:
    """The motion that led to each picture of a video."""

    velocity: Float32[np.ndarray, "f gh gw 2"]
    """In frame heights per second; the first picture's is that of the second."""
    pts_s: Float64[np.ndarray, " f"]

    @property
    def around(self) -> Float32[np.ndarray, "f 2 gh gw 2"]:
        """The two fields around each picture: what led to it, and what leads on.

        The last picture has what led to it twice. A live system is thus one picture late.
        """
        after = np.concatenate([self.velocity[1:], self.velocity[-1:]])
        return np.stack([self.velocity, after], axis=1)


def pictures(source: VideoSource) -> Iterator[FrameBatch]:
    """Every picture of a video, `PICTURE_ROWS` high.

    Raises:
        MediaError: the file cannot be read.
    """
    width = round(PICTURE_ROWS * source.width / source.height)
    return iter_frames(source, size=(PICTURE_ROWS, width), threads=1)


def read_fields(source: VideoSource, motion: Motion, folder: Path) -> Fields:
    """The motion that led to each picture.

    Args:
        folder: the copy that is encoded anew is put here and taken away again.

    Raises:
        MediaError: the file cannot be read.
    """
    pts_s = np.concatenate([b.pts_s for b in iter_frames(source, size=(2, 2), threads=1)])
    if motion == "flow":
        velocity = _flow(source, pts_s)
    elif motion == "fine":
        velocity = _fine_flow(source)
    else:
        velocity = read_reencoded_motion(source, folder).velocity
        velocity = np.concatenate([np.zeros_like(velocity[:1]), velocity])
    velocity[:1] = velocity[1:2]
    return Fields(velocity, pts_s)


def _flow(
    source: VideoSource, pts_s: Float64[np.ndarray, " f"]
) -> Float32[np.ndarray, "f gh gw 2"]:
    with VideoTrack(source.path, threads=1) as track:
        playhead = Playhead(track.pictures(), keep_s=PAIR_GAP_S)
        aspect = source.width / source.height
        reader = FieldReader(playhead, aspect=aspect, has_vectors=False)
        return np.stack([reader.at(time_s).velocity for time_s in pts_s.tolist()])


def _fine_flow(source: VideoSource) -> Float32[np.ndarray, "f gh gw 2"]:
    """Between each picture and the one right before it."""
    size = _FINER * GRAY_SIZE[0], _FINER * GRAY_SIZE[1]
    estimator, canvas = FlowEstimator(), Canvas(size, format="gray")
    velocity: list[Float32[np.ndarray, "gh gw 2"]] = []
    with VideoTrack(source.path, threads=1) as track:
        earlier, earlier_s = None, 0.0
        for picture in track.pictures():
            later = canvas.draw(picture.frame)
            if earlier is not None:
                moved_px = estimator.displacement(earlier, later) / _FINER
                gap_s, aspect = picture.time_s - earlier_s, source.width / source.height
                velocity.append(cell_velocity(moved_px, gap_s=gap_s, aspect=aspect))
            earlier, earlier_s = later, picture.time_s
    return np.stack([np.zeros_like(velocity[0]), *velocity])
