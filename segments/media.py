"""What is read from a file: the source, its segments, and their pictures, sound and motion."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from segments.spans import TimeSpan

AUDIO_RATE_HZ = 16_000
MOTION_GRID = (24, 32)
"""Rows and columns of every MotionField, whatever the frame size; a `LookSpec` may ask for more."""

Level = Literal["moment", "scene", "video"]


@dataclass(frozen=True)
class VideoSource:
    """One media file and what its headers and a look at its packets say."""

    path: Path
    video_id: str
    """SHA-256 of the file's bytes, 64 hex digits: names the content, not the place."""
    size_bytes: int
    container: str
    codec: str
    width: int
    """Pixels, after rotation: as a person sees it."""
    height: int
    fps: float
    """Average frames per second; a variable frame rate has no other."""
    duration_s: float
    """Length of the picture track: from the packets where the header is absent or wrong."""
    rotation_deg: int = 0
    """How far the decoder's pictures are turned clockwise to be upright: 0, 90, 180 or 270."""
    audio_codec: str | None = None
    """None where the file has no sound."""
    created_at: datetime | None = None
    """The container's creation time, with zone; None where it is absent or the epoch."""
    problems: tuple[str, ...] = ()
    """What is wrong with a file that can be read all the same ("truncated: ...")."""

    @property
    def has_audio(self) -> bool:
        return self.audio_codec is not None


@dataclass(frozen=True)
class VideoSegment:
    """One searchable piece of a video: a run of whole clips."""

    video_id: str
    levels: tuple[Level, ...]
    """The levels it stands for, finest first: a 3 s clip is its own moment, scene and video."""
    index: int
    """0-based position among the segments of its finest level."""
    span: TimeSpan
    clips: range
    """Indices of its clips on the video's clip grid (`segments.levels`)."""


@dataclass(frozen=True)
class FrameBatch:
    """Decoded pictures, in time order."""

    pixels: UInt8[np.ndarray, "t h w 3"]
    """RGB, 0..255."""
    pts_s: Float64[np.ndarray, " t"]
    """Presentation time of each picture, in seconds from the first frame; strictly increasing."""

    def __post_init__(self) -> None:
        if len(self.pixels) != len(self.pts_s):
            raise ValueError(f"{len(self.pixels)} pictures with {len(self.pts_s)} times")

    def __len__(self) -> int:
        return len(self.pts_s)

    def __repr__(self) -> str:
        return f"FrameBatch(pixels={self.pixels.shape}, {_extent(self.pts_s)})"


@dataclass(frozen=True)
class AudioClip:
    """Mono sound."""

    samples: Float32[np.ndarray, " s"]
    """In [-1, 1], at `rate_hz`."""
    start_s: float = 0.0
    """Time of the first sample on the video's clock; may be negative."""
    rate_hz: int = AUDIO_RATE_HZ

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.start_s, self.start_s + len(self.samples) / self.rate_hz)

    def between(self, span: TimeSpan) -> "AudioClip":
        """The samples inside `span`; empty where the sound does not reach it."""
        first = max(0, round((span.start_s - self.start_s) * self.rate_hz))
        last = max(first, round((span.end_s - self.start_s) * self.rate_hz))
        return AudioClip(
            self.samples[first:last], self.start_s + first / self.rate_hz, self.rate_hz
        )

    def __repr__(self) -> str:
        return (
            f"AudioClip({len(self.samples)} samples at {self.rate_hz} Hz from {self.start_s:.3f} s)"
        )


@dataclass(frozen=True)
class MotionField:
    """A coarse grid of image motion, the same whatever codec the file has."""

    velocity: Float32[np.ndarray, "t gh gw 2"]
    """(x, y) speed of each cell in frame heights per second; right and down are positive."""
    pts_s: Float64[np.ndarray, " t"]
    """Time of the later of the two pictures each field compares."""
    origin: Literal["codec", "flow"]
    """Where it came from: the stream's own motion vectors, or low-resolution optical flow."""

    def __post_init__(self) -> None:
        if len(self.velocity) != len(self.pts_s):
            raise ValueError(f"{len(self.velocity)} fields with {len(self.pts_s)} times")

    def __len__(self) -> int:
        return len(self.pts_s)

    def __repr__(self) -> str:
        return f"MotionField({self.origin}, velocity={self.velocity.shape}, {_extent(self.pts_s)})"


@dataclass(frozen=True)
class LookSpec:
    """What is sampled of each clip beside what a profile asks for."""

    side_px: int
    """Longer side of the pictures; they keep the video's shape."""
    frames_per_clip: int
    fields_per_clip: int
    fineness: int = 1
    """Fields are of flow between pictures so many times larger, on a grid so many times finer."""

    def frame_size(self, aspect: float) -> tuple[int, int]:
        """Height and width of the pictures of a video, given its width by height."""
        shorter = max(1, round(self.side_px / max(aspect, 1 / aspect)))
        return (shorter, self.side_px) if aspect >= 1 else (self.side_px, shorter)


@dataclass(frozen=True)
class SecondLook:
    """The same clips once more, as a `LookSpec` asks; arrays as those of `ClipBatch`."""

    frames: UInt8[np.ndarray, "t f h w 3"]
    frame_pts_s: Float64[np.ndarray, "t f"]
    motion: Float32[np.ndarray, "t m gh gw 2"]


@dataclass(frozen=True)
class ClipBatch:
    """Consecutive clips of one video, ready for a profile's encoders."""

    video_id: str
    clips: range
    """Their indices on the video's clip grid (`segments.levels`)."""
    frames: UInt8[np.ndarray, "t f h w 3"]
    """RGB pictures spread evenly over each clip, each the one on show at its sampling time."""
    frame_pts_s: Float64[np.ndarray, "t f"]
    """True presentation times of `frames`; a picture that stands still repeats its time."""
    motion: Float32[np.ndarray, "t m gh gw 2"]
    """Fields spread evenly over each clip, in the units of `MotionField.velocity`."""
    motion_origin: Literal["codec", "flow"]
    audio: Float32[np.ndarray, "t s"] | None
    """CLIP_S of sound per clip, zero where the track does not reach; None: no sound."""
    second: SecondLook | None = None
    """None where nobody asked for one."""

    def __len__(self) -> int:
        return len(self.clips)


def _extent(pts_s: Float64[np.ndarray, " t"]) -> str:
    return f"{pts_s[0]:.3f}..{pts_s[-1]:.3f} s" if len(pts_s) else "empty"
