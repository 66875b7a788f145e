"""Frame scores by regions that others' normal frames teach: by hand, and who learns from whom."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.local_patterns.scoring import (
    RegionRows,
    fastest,
    leave_one_out,
    module_config,
    region_rows,
    smoothed,
)
from benchmarks.local_patterns.settings import CHOSEN, SETTINGS, WHOLE, settings_named
from detectors.local_patterns.base import PatternFrame
from detectors.local_patterns.reconstruction import ReconstructionConfig
from segments.errors import UserError

SMALL = ReconstructionConfig(appearance_dim=0, motion_dim=2, hidden=16, layers=3, epochs=30)


def frame(speeds: list[float], pattern: list[float] | None = None) -> PatternFrame:
    n, pattern = len(speeds), pattern or []
    return PatternFrame(
        pts_s=0.0,
        boxes=np.zeros((n, 4), np.float32),
        tracks=np.arange(n),
        motion=np.outer(speeds, [1.0, 0.5]).astype(np.float32),
        speeds=np.array(speeds, np.float32),
        patterns=np.tile(np.array(pattern, np.float32), (n, 1)),
        weights=np.zeros((n, 0), np.float32),
        captions=("",) * n,
        is_carried=np.zeros(n, bool),
        labels=("",) * n,
    )


def video(speeds: list[list[float]], abnormal: list[int]) -> RegionRows:
    truth = np.isin(np.arange(len(speeds)), abnormal)
    return region_rows([frame(row) for row in speeds], truth, replace(WHOLE, blocks=("motion",)))


def test_a_frame_is_as_fast_as_its_fastest_region() -> None:
    np.testing.assert_allclose(fastest([frame([0.1, 0.3]), frame([])]), [0.3, 0.0])


def test_rows_are_pattern_then_motion_and_normal_ones_only_are_learned_from() -> None:
    frames = [frame([0.1], [7.0]), frame([], [7.0]), frame([0.2, 0.4], [8.0])]
    rows = region_rows(frames, np.array([False, False, True]), WHOLE)
    np.testing.assert_allclose(rows.frames[2], [[8, 0.2, 0.1], [8, 0.4, 0.2]])
    np.testing.assert_allclose(rows.normal, [[7, 0.1, 0.05]])
    assert region_rows(frames, np.array([True]), WHOLE).normal.shape == (0, 3)


def test_the_video_that_is_scored_teaches_nothing() -> None:
    rng = np.random.default_rng(0)
    slow = [rng.normal(0.1, 0.01, 4).tolist() for _ in range(40)]
    fast = [rng.normal(0.5, 0.01, 4).tolist() for _ in range(40)]
    only_slow = [video(slow, []), video(slow[::-1], [])]
    scores = leave_one_out([*only_slow, video([*slow[:20], *fast, []], [])], SMALL, seed=0)
    assert [len(row) for row in scores] == [40, 40, 61]
    # the third video's own fast frames are called normal, and yet they are odd to it ...
    assert scores[2][20:60].min() > 3 * scores[2][:20].max()
    assert scores[2][60] == 0.0
    # ... while they teach the first two; where they are labelled abnormal, nobody learns from them
    labelled = video([*slow[:20], *fast], list(range(20, 60)))
    again = leave_one_out([*only_slow, labelled], SMALL, seed=0)
    np.testing.assert_array_equal(again[2], scores[2][:60])
    assert not np.array_equal(again[0], scores[0])


def test_videos_without_normal_frames_share_a_module() -> None:
    normal = [[0.1, 0.11], [0.12], [0.1]] * 10
    odd = [[0.5], [0.1], [0.3]]
    teachers = [video(normal, []), video(normal[::-1], [])]
    alone = leave_one_out([*teachers, video(odd, [0, 1, 2])], SMALL, seed=0)
    among = leave_one_out([*teachers, video(odd[:2], [0, 1]), video(odd, [0, 1, 2])], SMALL, seed=0)
    np.testing.assert_array_equal(among[3], alone[2])
    np.testing.assert_array_equal(among[2], alone[2][:2])


def test_smoothing_by_hand() -> None:
    step = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    np.testing.assert_array_equal(smoothed(step, "none"), step)
    causal = smoothed(step, "causal", sigma=0.5)
    weights = np.exp(-2.0 * np.arange(3.0) ** 2)
    weights /= weights.sum()
    np.testing.assert_allclose(causal, [0, 0, 0, weights[0], weights[:2].sum(), 1])
    centred = smoothed(step, "centred", sigma=0.5)
    np.testing.assert_allclose(centred[2] + centred[3], 1.0)
    assert centred[2] > 0.1
    np.testing.assert_allclose(smoothed(np.full(5, 2.0), "causal"), 2.0)


def test_modules_are_as_wide_as_their_features() -> None:
    widths = {
        s.name: (c.appearance_dim, c.motion_dim)
        for s in SETTINGS
        if s.module
        for c in [module_config(s, patterns_dim=384)]
    }
    assert widths["7: patterns and motion, without SMM"] == (384, 8)
    assert widths["8: motion alone"] == (0, 8)
    assert widths["4: sentence"] == (384, 0)


def test_settings_have_names_of_their_own() -> None:
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)
    assert CHOSEN in names
    assert [s.name for s in settings_named([names[3], names[1]])] == [names[1], names[3]]
    assert settings_named([]) == SETTINGS
    with pytest.raises(UserError, match="8: motion alone"):
        settings_named(["best"])
