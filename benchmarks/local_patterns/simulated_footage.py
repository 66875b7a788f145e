"""Simulated videos as Local Patterns reads them: drawn once, and what their regions are like.

A drawn video is a small file: the different clips of it as JPEG of high quality and their fields in
float16 (`benchmarks.simulator.recording` tells clips that look alike). Everything is read from
these files, so that a second run reads what the first one did.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from jaxtyping import Float32, Int64, UInt8

from benchmarks.simulator.programme import Video
from benchmarks.simulator.recording import DrawnClip, Recording
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.pipeline import LocalPatterns
from detectors.local_patterns.regions.motion import MotionRegions
from detectors.local_patterns.stored import StoredRegions
from encoders.compact.profile import CompactProfile
from encoders.regions.compact import CompactRegionEncoder
from segments.arrays import to_npz
from segments.files import write_atomically
from segments.levels import CLIP_S

PICTURES = 2
"""Of each clip."""
FIELDS = 4
"""Of each clip; each picture has half of them around it."""
QUALITY = 95
"""Of the JPEGs that a drawn video is kept as."""
CLIPS_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class DrawnVideo:
    """The clips of a video that look different, and where each of them is shown."""

    pictures: UInt8[np.ndarray, "c 2 h w 3"]
    velocity: Float32[np.ndarray, "c 4 gh gw 2"]
    """In frame heights per second."""
    shown: Int64[np.ndarray, " t"]
    """For each clip of the video, its row."""

    def __len__(self) -> int:
        return len(self.shown)


def draw(video: Video, folder: Path) -> DrawnVideo:
    """A video from `folder`, where it is put first if it is missing."""
    path = folder / f"{video.name}.npz"
    if not path.exists():
        write_atomically(path, to_npz(_drawn(Recording(video.scene))))
    with np.load(path, allow_pickle=False) as arrays:
        return _unpacked(arrays)


def read_regions(drawn: DrawnVideo, parts: LocalPatterns) -> StoredRegions:
    """The regions of a video from its first clip to its last, as indexing finds them."""
    reader = parts.follow()
    times_s = picture_times(len(drawn))
    frames = []
    for start in range(0, len(drawn), CLIPS_AT_ONCE):
        rows = drawn.shown[start : start + CLIPS_AT_ONCE]
        pictures = drawn.pictures[rows].reshape(-1, *drawn.pictures.shape[2:])
        fields = drawn.velocity[rows].reshape(len(pictures), -1, *drawn.velocity.shape[2:])
        first = PICTURES * start
        frames += reader.read(pictures, fields, times_s[first : first + len(pictures)])
    most = parts.config.most
    return StoredRegions.of_frames(frames, pictures=PICTURES, most=most)


@dataclass(frozen=True, eq=False)
class SimulatedRegions:
    """The regions of simulated videos by motion and the compact encoder, as indexing has them."""

    parts: LocalPatterns
    folder: Path
    """Of the drawn videos."""
    key: str
    """Names the parts: what was read with others is not taken."""

    @classmethod
    def of(cls, profile: CompactProfile, work: Path) -> Self:
        """Keeps what is drawn and what is read in `work`."""
        encoder = CompactRegionEncoder.of(profile, list(region_captions()))
        engine = MotionRegions()
        parts = LocalPatterns(engine, encoder)
        known = repr((engine.config, parts.config, sorted(profile.manifest.digests.items())))
        key = hashlib.sha256(known.encode()).hexdigest()[:16]
        return cls(parts, work / "drawn", key)

    def read(self, video: Video) -> StoredRegions:
        """What `read_regions` finds, kept beside the drawn video."""
        path = self.folder / self.key / f"{video.name}.npz"
        if not path.exists():
            regions = read_regions(draw(video, self.folder), self.parts)
            write_atomically(path, to_npz(regions.as_rows()))
        with np.load(path, allow_pickle=False) as arrays:
            return StoredRegions.of_rows(arrays)


def picture_times(num_clips: int) -> np.ndarray:
    """When the pictures of a video's clips are shown, in seconds, in order."""
    return (np.arange(PICTURES * num_clips) + 0.5) * CLIP_S / PICTURES


def _drawn(recording: Recording) -> Mapping[str, np.ndarray]:
    clips = list(recording.clips())
    codes = [_code(picture) for clip in clips for picture in clip.frames]
    return {
        "jpeg": np.frombuffer(b"".join(codes), np.uint8),
        "lens": np.array([len(code) for code in codes]).reshape(-1, PICTURES),
        "motion": np.stack([_fields(clip) for clip in clips]).astype(np.float16),
        "shown": np.array(recording.shown),
    }


def _fields(clip: DrawnClip) -> Float32[np.ndarray, "4 gh gw 2"]:
    """The first clip of a video has a field less: nothing moved before it."""
    missing = FIELDS - len(clip.motion)
    return np.pad(clip.motion, ((missing, 0), (0, 0), (0, 0), (0, 0)))


def _code(picture: UInt8[np.ndarray, "h w 3"]) -> bytes:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _unpacked(arrays: Mapping[str, np.ndarray]) -> DrawnVideo:
    pictures = np.stack(list(_decoded(arrays["jpeg"], arrays["lens"].ravel())))
    return DrawnVideo(
        pictures.reshape(-1, PICTURES, *pictures.shape[1:]),
        arrays["motion"].astype(np.float32),
        arrays["shown"].astype(np.int64),
    )


def _decoded(
    codes: UInt8[np.ndarray, " b"], lengths: Int64[np.ndarray, " k"]
) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
    for code in np.split(codes, np.cumsum(lengths)[:-1]):
        bgr = cv2.imdecode(code, cv2.IMREAD_COLOR)
        assert bgr is not None, "it was encoded by `_code`"
        yield np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
