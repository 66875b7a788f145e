"""Part 9b's protocol, on vectors whose answer is known and on the real clips' names."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.compact.sounds import (
    Embedder,
    Recording,
    evaluate_sounds,
    in_clips,
    log_mel_moments,
    nearest_is_kin,
    read_esc10,
    read_gunshots,
)
from encoders.compact.sound_batches import Sound
from segments.errors import UserError


def recording(kind: str, source: str, fold: int = 1) -> Recording:
    return Recording(Path(f"{kind}-{fold}-{source}-A.ogg"), kind, fold, source, np.zeros(1, "f4"))


def test_a_clip_of_the_same_recording_is_no_neighbour() -> None:
    recordings = [recording("dog", "7"), recording("dog", "7"), recording("rain", "8")]
    recordings.append(recording("rain", "9"))
    angles = np.radians([0, 1, 170, 200])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    # The dogs may only meet rain; the rains are each other's nearest.
    assert nearest_is_kin(vectors, recordings).tolist() == [False, False, True, True]


def test_cosine_is_centred() -> None:
    recordings = [recording("dog", "1"), recording("dog", "2"), recording("rain", "3")]
    recordings.append(recording("rain", "4"))
    vectors = np.array([[100, 1], [100, 2], [100, -1], [100, -2]], np.float32)
    assert nearest_is_kin(vectors, recordings).all()
    vectors[:, 1] = [-1, 2, 1, -2]
    assert not nearest_is_kin(vectors, recordings).any()


def test_clips_are_filled_up_with_silence() -> None:
    clips = in_clips(np.ones(15_000, np.float32))
    assert clips.shape == (2, 10_240)
    assert clips.sum() == 15_000


def test_no_data_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="esc10.*--shared"):
        read_esc10(tmp_path)


def test_the_real_clips(shared_data: Path) -> None:
    recordings = read_esc10(shared_data.parent)
    assert len(recordings) == 150
    assert {r.fold: sum(o.fold == r.fold for o in recordings) for r in recordings} == {
        1: 48, 2: 50, 3: 52
    }  # fmt: skip
    named = next(r for r in recordings if r.path.name == "dog_bark-1-100032-A.ogg")
    assert (named.kind, named.fold, named.source) == ("dog_bark", 1, "100032")
    assert len(read_gunshots(shared_data.parent)) == 40


def test_each_rotation_trains_without_its_fold(shared_data: Path) -> None:
    trained: list[Sound] = []
    counts: list[int] = []

    def train(sounds: Sequence[Sound], seed: int) -> Embedder:
        trained.extend(sounds)
        counts.append(len(sounds))
        assert seed == 5
        return log_mel_moments

    scores = evaluate_sounds(shared_data.parent, seed=5, train=train)
    assert counts == [150 - 48 + 40, 150 - 50 + 40, 150 - 52 + 40]
    assert sum(kind != "gunshot" for _, kind in trained) == 2 * 150
    # The given embedder is the baseline itself, so both sides are equal.
    assert scores.ours == scores.baseline
    assert scores.baseline.num_queries == 150
    assert scores.baseline.mean_of_folds == pytest.approx(0.52, abs=0.02)
    low, high = scores.baseline.interval
    assert low < scores.baseline.pooled < high
