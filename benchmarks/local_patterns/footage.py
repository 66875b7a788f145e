"""Every picture of a video, with the motion around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64

from detectors.local_patterns.codec_motion import read_reencoded_motion
from detectors.local_patterns.ways import WINDOWS
from segments.media import FrameBatch, VideoSource
from segments.reading import iter_frames
from segments.reading.fields import PAIR_GAP_S, FieldReader
from segments.reading.pictures import Playhead, VideoTrack

PICTURE_ROWS = 240
"""Height of the pictures that are looked at; as many as Ped2 has."""
Motion = Literal["flow", "fine", "vectors"]
"""The library's optical flow; the finer one that windows are read with; or the paper's way, the
vectors of a copy encoded anew."""


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
    if motion == "vectors":
        velocity = read_reencoded_motion(source, folder).velocity
        velocity = np.concatenate([np.zeros_like(velocity[:1]), velocity])
    else:
        velocity = _flow(source, pts_s, fineness=WINDOWS.fineness if motion == "fine" else 1)
    velocity[:1] = velocity[1:2]
    return Fields(velocity, pts_s)


def _flow(
    source: VideoSource, pts_s: Float64[np.ndarray, " f"], *, fineness: int
) -> Float32[np.ndarray, "f gh gw 2"]:
    with VideoTrack(source.path, threads=1) as track:
        playhead = Playhead(track.pictures(), keep_s=PAIR_GAP_S)
        aspect = source.width / source.height
        reader = FieldReader(playhead, aspect=aspect, has_vectors=False)
        fields = [reader.at(time_s, fineness=fineness) for time_s in pts_s.tolist()]
    return np.stack([field.velocity for field in fields])
