"""Metrics under any weighting of videos: against hand-worked cases and against scikit-learn."""

from itertools import permutations

import numpy as np
import pytest

from benchmarks.frame_metrics import FrameTrack
from benchmarks.frame_scores.resampling import (
    METRICS,
    ChanceFrames,
    RankedFrames,
    intervals,
    point_values,
)


def track(scores, truth) -> FrameTrack:
    return FrameTrack(np.array(scores, np.float32), np.array(truth, bool))


@pytest.fixture
def tracks() -> list[FrameTrack]:
    """Videos with ties within and across them, one of them without abnormal frames."""
    rng = np.random.default_rng(0)
    found = [
        track(rng.integers(0, 8, size) / 8, rng.random(size) < share)
        for size, share in ((40, 0.3), (25, 0.5), (31, 0.0), (18, 0.8))
    ]
    return [*found, track([0.5, 0.5, 0.25], [True, True, True])]


def test_a_case_worked_by_hand():
    # By score: 0.9 normal, 0.8 abnormal, 0.5 normal and abnormal. Of the 4 pairs 1.5 are right.
    ranked = RankedFrames([track([0.9, 0.8], [0, 1]), track([0.5, 0.5], [1, 0])])
    values = dict(zip(METRICS, ranked.measure(np.array([1, 1])), strict=True))
    assert values["micro_auc"] == pytest.approx(100 * 1.5 / 4)
    assert values["macro_auc"] == pytest.approx((0 + 50) / 2)
    # Precision 0, 1/2, 1/2 at recall 0, 1/2, 1.
    assert values["ap_step"] == pytest.approx(50)
    assert values["ap_trapezoid"] == pytest.approx(100 * (0.25 / 2 + 0.5 / 2))
    twice = dict(zip(METRICS, ranked.measure(np.array([2, 1])), strict=True))
    # 3 normal and 3 abnormal frames: 0.8 twice above 0.5 once, 0.5 beside itself once.
    assert twice["micro_auc"] == pytest.approx(100 * 2.5 / 9)
    assert twice["macro_auc"] == pytest.approx(50 / 3)


def test_without_weights_the_numbers_are_those_of_scikit_learn(tracks):
    ours = RankedFrames(tracks).measure(np.ones(len(tracks), int))
    np.testing.assert_allclose(ours, point_values(tracks), rtol=1e-6)


@pytest.mark.parametrize("weights", [(2, 0, 1, 3, 0), (0, 1, 4, 0, 1), (0, 0, 1, 1, 3)])
def test_a_weighted_video_counts_as_often_as_it_would_repeated(tracks, weights):
    repeated = [t for t, times in zip(tracks, weights, strict=True) for _ in range(times)]
    ours = RankedFrames(tracks).measure(np.array(weights))
    np.testing.assert_allclose(ours, point_values(repeated), rtol=1e-6)


def test_what_has_one_class_has_no_number(tracks):
    normal = RankedFrames(tracks).measure(np.array([0, 0, 1, 0, 0]))
    values = dict(zip(METRICS, normal, strict=True))
    undefined = {name for name, value in values.items() if np.isnan(value)}
    assert undefined == {"micro_auc", "macro_auc", "ap_step", "ap_trapezoid"}
    found = intervals([RankedFrames([tracks[2]])], 1, rounds=5)
    assert np.isnan([found["micro_auc"].value, found["micro_auc"].low]).all()


def test_chance_is_half_the_pairs_and_the_share_of_abnormal_frames():
    tracks = [track([0] * 4, [1, 0, 0, 0]), track([0] * 6, [0] * 6)]
    values = dict(zip(METRICS, ChanceFrames(tracks).measure(np.array([1, 1])), strict=True))
    assert (values["micro_auc"], values["macro_auc"]) == (50, 50)
    assert values["ap_step"] == values["ap_trapezoid"] == pytest.approx(10)
    # Of the first video's 2 * 4 padded pairs, the 3 real ones are even; the second's are all won.
    assert values["macro_auc_padded"] == pytest.approx((100 * 6.5 / 8 + 100) / 2)


def test_chance_is_the_mean_over_every_order_of_the_frames():
    truth = np.array([True, False, False, True])
    reached = [point_values([track(order, truth)]) for order in permutations((1, 2, 3, 4))]
    mean = np.mean(reached, axis=0)
    chance = ChanceFrames([track(np.zeros(4), truth)]).measure(np.array([1]))
    aucs = [METRICS.index(name) for name in ("micro_auc", "macro_auc", "macro_auc_padded")]
    np.testing.assert_allclose(chance[aucs], mean[aucs])


def test_intervals_are_of_the_mean_over_seeds_and_hold_the_value(tracks):
    better = [FrameTrack(t.scores + t.truth, t.truth) for t in tracks]
    runs = [RankedFrames(tracks), RankedFrames(better)]
    found = intervals(runs, len(tracks), rounds=200)
    mean = (point_values(tracks) + point_values(better)) / 2
    assert [part.value for part in found.values()] == pytest.approx(mean.tolist())
    assert all(part.low <= part.value <= part.high for part in found.values())
    assert found["micro_auc"].low < found["micro_auc"].high
    assert found == intervals(runs, len(tracks), rounds=200)


def test_one_video_leaves_nothing_to_draw(tracks):
    found = intervals([RankedFrames([tracks[0]])], 1, rounds=10)
    assert found["micro_auc"].low == found["micro_auc"].high == found["micro_auc"].value
