"""The simulated walkway: what its truth and its boxes say, and what can be judged by it."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.local_patterns.arguments import PatternArguments
from benchmarks.local_patterns.clips import KnownClip, scored
from benchmarks.local_patterns.parts import BenchmarkParts
from benchmarks.local_patterns.settings import CHOSEN, settings_named
from benchmarks.local_patterns.store import PatternStore
from benchmarks.local_patterns.walkway import WalkwayClip, kept_walkway, walkway_clip
from benchmarks.local_patterns.walkway_run import motion_settings
from segments.errors import UserError
from segments.motion import GRAY_SIZE, FlowEstimator
from segments.reading import probe


@pytest.fixture(scope="module")
def clip() -> WalkwayClip:
    return walkway_clip(3)


def test_somebody_odd_comes_in_after_normal_pictures(clip: WalkwayClip) -> None:
    assert clip.pictures.shape == (100, 240, 360, 3)
    first = int(np.argmax(clip.truth))
    assert 10 <= first < 90
    assert not clip.truth[:first].any()
    assert clip.truth[first : first + 10].all()


def test_boxes_lie_in_the_picture_and_some_are_missed(clip: WalkwayClip) -> None:
    counts = np.array([len(found) for found in clip.regions])
    assert 3 < counts.mean() < 22
    assert counts.std() > 0.5
    boxes = np.concatenate([found.boxes for found in clip.regions])
    assert boxes.min() >= 0.0
    assert boxes.max() <= 1.0
    height = np.median(boxes[:, 3] - boxes[:, 1])
    assert 24 / 240 < height < 34 / 240  # walkers are 24 to 34 of 240 pixels high


def test_what_is_odd_is_faster_than_who_walks(clip: WalkwayClip) -> None:
    estimator, grey = FlowEstimator(), clip.pictures[:, ::2, ::2, 0]
    padded = [np.ascontiguousarray(one[: GRAY_SIZE[0], : GRAY_SIZE[1]]) for one in grey]
    pairs = zip(padded, padded[1:], strict=False)
    moved = [np.hypot(*np.moveaxis(estimator.displacement(*pair), -1, 0)) for pair in pairs]
    fastest = np.array([np.quantile(one, 0.995) for one in moved])
    odd = clip.truth[1:]
    assert np.median(fastest[odd]) > 1.2 * np.median(fastest[~odd])


def test_a_clip_is_drawn_once(tmp_path: Path, clip: WalkwayClip) -> None:
    first = kept_walkway(tmp_path, 3)
    written = first.path.stat().st_mtime_ns
    again = kept_walkway(tmp_path, 3)
    assert again.path.stat().st_mtime_ns == written
    np.testing.assert_array_equal(again.truth, clip.truth)
    for mine, theirs in zip(again.regions, clip.regions, strict=True):
        np.testing.assert_array_equal(mine.boxes, theirs.boxes)
    source = probe(first.path)
    assert (source.height, source.width) == (240, 360)


def test_clips_are_scored_and_counted(tmp_path: Path) -> None:
    kept = kept_walkway(tmp_path, 3)
    store = PatternStore(tmp_path, BenchmarkParts(tmp_path, tmp_path))
    clips = [KnownClip(probe(kept.path), store, kept.truth)]
    arguments = PatternArguments(shared=tmp_path, work=tmp_path, rounds=5)
    setting = settings_named(["fastest window, untrained, finer flow"])
    scores = scored(arguments, setting, clips)
    assert scores["num_frames"] == 100
    assert scores["num_abnormal"] == kept.truth.sum()
    assert scores["rows"][0]["micro_auc"][0] > 80.0
    assert scores["rows"][1]["micro_auc"][0] == 50.0


def test_ovals_cannot_judge_appearance() -> None:
    names = {setting.name for setting in motion_settings([])}
    assert CHOSEN in names
    assert "4: sentence" not in names
    with pytest.raises(UserError, match="'4: sentence'"):
        motion_settings(["4: sentence"])
    with pytest.raises(UserError, match="no setting 'best'"):
        motion_settings(["best"])
