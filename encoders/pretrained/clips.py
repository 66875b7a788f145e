"""Clips to features: each tower looks at, follows or hears what is its own, from one decoding."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

from encoders.towers.base import PictureTower, SoundTower, TemporalTower
from segments.levels import CLIP_S, MOMENT_CLIPS
from segments.media import ClipBatch
from segments.vectors import ClipFeatures

SOUND_CLIPS = MOMENT_CLIPS // 2
"""At most 5.12 s are heard together: half a moment, and moments start at its multiples."""


@dataclass(frozen=True)
class ClipTowers:
    """The towers that turn footage into features."""

    appearance: PictureTower
    temporal: TemporalTower | None
    sound: SoundTower | None

    def encode(self, batch: ClipBatch) -> ClipFeatures:
        """One row per clip and stream; audio where the batch has sound and the profile ears."""
        streams = {"appearance": self._look(batch.frames)}
        if self.temporal is not None:
            streams["motion"] = _follow(self.temporal, batch.frames)
        if self.sound is None or batch.audio is None:
            return ClipFeatures(streams)
        return ClipFeatures(streams, hear(self.sound, batch.audio))

    def _look(self, frames: UInt8[np.ndarray, "t f h w 3"]) -> Float32[np.ndarray, "t d"]:
        """A clip's appearance is the mean over its pictures, or its window's."""
        if self.appearance.num_frames > 1:
            return _by_window(self.appearance, frames)
        num_clips, num_frames = frames.shape[:2]
        vectors = self.appearance.encode(frames.reshape(-1, 1, *frames.shape[2:]))
        return vectors.reshape(num_clips, num_frames, -1).mean(axis=1)


def hear(tower: SoundTower, clips: Float32[np.ndarray, "t s"]) -> Float32[np.ndarray, "t d"]:
    """Every clip gets the unit vector of the `clips_heard_together` that it is one of."""
    windows = cover(len(clips), clips_heard_together(tower))
    sounds = np.stack([clips[window.start : window.stop].ravel() for window in windows])
    return spread(tower.encode(sounds), windows)


def clips_heard_together(tower: SoundTower) -> int:
    """`SOUND_CLIPS`, or as many as a model of shorter windows takes."""
    return max(1, min(SOUND_CLIPS, int(tower.window_s / CLIP_S)))


def cover(num_clips: int, size: int) -> list[range]:
    """Windows of `size` clips, one after the other; the last reaches back to be a whole one."""
    if num_clips <= size:
        return [range(num_clips)]
    starts = list(range(0, num_clips - size + 1, size))
    if starts[-1] + size < num_clips:
        starts.append(num_clips - size)
    return [range(start, start + size) for start in starts]


def spread(
    vectors: Float32[np.ndarray, "w d"], windows: Sequence[range]
) -> Float32[np.ndarray, "t d"]:
    """The vector of each clip's window; of the first one, where two hold it."""
    owners = np.full(windows[-1].stop, -1)
    for index, window in enumerate(windows):
        part = owners[window.start : window.stop]
        part[part < 0] = index
    return vectors[owners]


def pick(num_frames: int, wanted: int) -> list[int]:
    """`wanted` of `num_frames` frames, evenly; some twice where there are too few."""
    return [int((k + 0.5) * num_frames / wanted) for k in range(wanted)]


def _by_window(
    tower: PictureTower, frames: UInt8[np.ndarray, "t f h w 3"]
) -> Float32[np.ndarray, "t d"]:
    """Every clip gets the vector of its window."""
    windows = cover(len(frames), max(1, tower.num_frames // frames.shape[1]))
    return spread(tower.encode(_shown(frames, windows, tower.num_frames)), windows)


def _follow(
    tower: TemporalTower, frames: UInt8[np.ndarray, "t f h w 3"]
) -> Float32[np.ndarray, "t d"]:
    """Every clip gets the mean of its own frames' tokens, which know their whole window."""
    per_clip = frames.shape[1]
    windows = cover(len(frames), max(1, tower.num_frames // per_clip))
    tokens = tower.encode(_shown(frames, windows, tower.num_frames))
    clips = np.empty((len(frames), tokens.shape[-1]), np.float32)
    for window, states in reversed(list(zip(windows, tokens, strict=True))):
        places = np.array(pick(len(window) * per_clip, tower.num_frames)) // per_clip
        for place, clip in enumerate(window):
            clips[clip] = states[places == place].mean(axis=0)
    return clips


def _shown(
    frames: UInt8[np.ndarray, "t f h w 3"], windows: Sequence[range], num_frames: int
) -> UInt8[np.ndarray, "w n h w 3"]:
    per_clip = frames.shape[1]
    flat = frames.reshape(-1, *frames.shape[2:])
    chosen = [
        [window.start * per_clip + place for place in pick(len(window) * per_clip, num_frames)]
        for window in windows
    ]
    return flat[np.array(chosen)]
