"""Windows over clips, and which frames and sounds reach which tower."""

from collections.abc import Sequence

import numpy as np
import pytest

from encoders.pretrained.clips import SOUND_CLIPS, ClipTowers, cover, pick, spread
from segments.media import ClipBatch


class Watcher:
    """A tower that gives each window the mean of its frames' first pixels, and remembers them."""

    def __init__(self, num_frames: int) -> None:
        self.frame_size, self.dim, self.num_frames = (1, 1), 1, num_frames
        self.seen: list[list[int]] = []

    def encode(self, frames: np.ndarray) -> np.ndarray:
        values = frames[:, :, 0, 0, 0]
        self.seen = values.tolist()
        return values.astype(np.float32).mean(axis=1, keepdims=True)


class Follower(Watcher):
    """A tower that gives each frame the sum of its own and its window's first value."""

    def encode(self, frames: np.ndarray) -> np.ndarray:
        values = frames[:, :, 0, 0, 0].astype(np.float32)
        self.seen = frames[:, :, 0, 0, 0].tolist()
        return (100 * values[:, :1] + values)[:, :, None]


class Listener:
    dim, rate_hz, window_s = 1, 100, 10.0

    def encode(self, sounds: np.ndarray) -> np.ndarray:
        self.shape = sounds.shape
        return sounds.mean(axis=1, keepdims=True)


def batch(num_clips: int, frames_per_clip: int = 1, *, has_sound: bool = False) -> ClipBatch:
    """Frame i of all has the value i; the samples of clip i have the value i."""
    count = num_clips * frames_per_clip
    frames = np.arange(count, dtype=np.uint8).reshape(num_clips, frames_per_clip, 1, 1, 1)
    clips = np.arange(num_clips, dtype=np.float32)
    return ClipBatch(
        "v",
        range(num_clips),
        frames.repeat(3, axis=-1),
        np.zeros((num_clips, frames_per_clip)),
        np.zeros((num_clips, 0, 24, 32, 2), np.float32),
        "flow",
        clips[:, None].repeat(64, axis=1) if has_sound else None,
    )


@pytest.mark.parametrize(
    ("num_clips", "size", "starts"),
    [
        (3, 8, [(0, 3)]),
        (8, 8, [(0, 8)]),
        (9, 8, [(0, 8), (1, 9)]),
        (5, 2, [(0, 2), (2, 4), (3, 5)]),
    ],
)
def test_windows_cover_every_clip(num_clips: int, size: int, starts: Sequence[tuple[int, int]]):
    assert [(w.start, w.stop) for w in cover(num_clips, size)] == starts


def test_a_clip_has_its_first_window():
    windows = cover(5, 2)
    vectors = np.array([[10.0], [20.0], [30.0]], np.float32)
    assert spread(vectors, windows)[:, 0].tolist() == [10, 10, 20, 20, 30]


def test_frames_are_picked_evenly():
    assert pick(8, 8) == list(range(8))
    assert pick(16, 4) == [2, 6, 10, 14]
    assert pick(2, 4) == [0, 0, 1, 1]


def test_pictures_are_looked_at_one_by_one_and_averaged():
    pictures = Watcher(1)
    features = ClipTowers(pictures, None, None).encode(batch(3, 2))
    assert pictures.seen == [[0], [1], [2], [3], [4], [5]]
    assert features.streams["appearance"][:, 0].tolist() == [0.5, 2.5, 4.5]
    assert list(features.streams) == ["appearance"]
    assert features.audio is None


def test_a_temporal_tower_sees_whole_windows_and_tells_of_each_clip():
    temporal = Follower(4)
    features = ClipTowers(Watcher(1), temporal, None).encode(batch(6))
    assert temporal.seen == [[0, 1, 2, 3], [2, 3, 4, 5]]
    assert features.streams["motion"][:, 0].tolist() == [0, 1, 2, 3, 204, 205]


def test_two_frames_per_clip_make_windows_of_half_as_many_clips():
    temporal = Follower(4)
    features = ClipTowers(Watcher(1), temporal, None).encode(batch(4, 2))
    assert temporal.seen == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert features.streams["motion"][:, 0].tolist() == [0.5, 2.5, 404.5, 406.5]


def test_a_short_video_repeats_frames():
    temporal = Follower(4)
    features = ClipTowers(Watcher(1), temporal, None).encode(batch(2))
    assert temporal.seen == [[0, 0, 1, 1]]
    assert features.streams["motion"][:, 0].tolist() == [0, 1]


def test_a_video_text_tower_is_the_appearance():
    features = ClipTowers(Watcher(2), None, None).encode(batch(4))
    assert features.streams["appearance"][:, 0].tolist() == [0.5, 0.5, 2.5, 2.5]


def test_sound_is_heard_in_halves_of_a_moment():
    ears = Listener()
    features = ClipTowers(Watcher(1), None, ears).encode(batch(16, has_sound=True))
    assert ears.shape == (2, SOUND_CLIPS * 64)
    assert features.audio is not None
    assert features.audio[:, 0].tolist() == [3.5] * 8 + [11.5] * 8


def test_silence_and_deafness_give_no_audio():
    assert ClipTowers(Watcher(1), None, Listener()).encode(batch(2)).audio is None
    assert ClipTowers(Watcher(1), None, None).encode(batch(2, has_sound=True)).audio is None
