"""Scores of regions, on numbers that can be worked out."""

import numpy as np
import pytest

from benchmarks.local_patterns.simulated_scorers import (
    Footage,
    Normal,
    acting,
    acting_beyond,
    crowd,
    mahalanobis,
    neighbours,
    present,
    rarity,
    reconstruction,
    speed,
    words,
)
from detectors.local_patterns.reconstruction import ReconstructionConfig
from tests.support.stored_regions import stored

BOX = (0.1, 0.1, 0.2, 0.2)
RNG = np.random.default_rng(0)


def footage(num_clips: int) -> Footage:
    """A region per clip, with G of 2 numbers and M of 8, all about 0 with a deviation of 1."""
    regions = stored([[BOX], []] * num_clips)
    there = (num_clips, 2)
    regions.patterns[:, 0, 0] = RNG.normal(size=there)
    regions.motion[:, 0, 0] = RNG.normal(size=(num_clips, 8))
    return Footage(regions, np.ones(num_clips, bool))


NORMAL = Normal([footage(400)])


def test_speed_is_the_regions_own():
    scores = speed(NORMAL)(stored([[BOX], []], motion=0.25))
    assert scores[0].tolist() == [[0.25, 0, 0, 0], [0, 0, 0, 0]]


def test_what_a_region_does_is_its_score_and_rm_adds_what_is_beyond_normal():
    regions = stored([[BOX], [BOX]], patterns=(0.5, -0.5)).told(
        np.float32([0.25, 0.75]), ["a", "b"]
    )
    assert acting(NORMAL)(regions)[0, :, 0].tolist() == [0.25, 0.75]
    config = ReconstructionConfig(hidden=16, layers=2)
    score = acting_beyond(config)(NORMAL)
    assert score(regions)[0, :, 0].tolist() == [0.25, 0.75]  # as normal as those learned from
    far = stored([[BOX], []], patterns=(50.0, -50.0)).told(np.float32([0.25]), ["a"])
    assert score(far)[0, 0, 0] > 10.0


def test_a_crowd_counts_the_regions_of_its_picture():
    scores = crowd(NORMAL)(stored([[BOX] * 3, [BOX]]))
    assert scores[0].tolist() == [[3, 3, 3, 0], [1, 0, 0, 0]]


def test_any_region_counts_one():
    assert present(NORMAL)(stored([[BOX] * 2, []]))[0].tolist() == [[1, 1, 0, 0], [0, 0, 0, 0]]


def test_words_compare_the_nearest_of_both_kinds():
    normal, anomalous = np.array([[1.0, 0.0], [0.0, -1.0]]), np.array([[0.0, 1.0]])
    scores = words(normal, anomalous)(NORMAL)(stored([[BOX], []], patterns=(3.0, 4.0)))
    assert scores[0, 0, 0] == pytest.approx(2.0 + 0.8 - 0.6, rel=1e-3)
    assert scores[0, 0, 1] == 0.0


def test_rarity_adds_the_logs_of_shares_of_normal_regions():
    """Pictures of one, of two and of three: 1, 2 and 3 regions in 6."""
    known = stored([[BOX], [BOX] * 2, [BOX] * 3, []])
    normal = Normal([Footage(known, np.ones(2, bool))])
    found = rarity((crowd, crowd))(normal)(stored([[BOX] * 2, [BOX] * 4]))
    np.testing.assert_allclose(found[0, 0], [-2 * np.log(6 / 7)] * 2 + [0, 0], rtol=1e-5)
    np.testing.assert_allclose(found[0, 1], [-2 * np.log(1 / 7)] * 4, rtol=1e-5)


def test_rarity_learns_of_normal_clips_only():
    known = stored([[BOX], [], [BOX] * 3, []])
    normal = Normal([Footage(known, np.array([True, False]))])
    found = rarity((crowd,))(normal)(stored([[BOX], [BOX] * 2]))
    assert found[0, 0, 0] == pytest.approx(0.0)
    assert found[0, 1, 0] == pytest.approx(-np.log(1 / 2))


def test_features_are_those_of_normal_clips():
    known = stored([[BOX], [], [BOX] * 3, []], patterns=(0.5, 0.25), motion=2.0)
    features = Normal([Footage(known, np.array([False, True]))]).features
    assert features.tolist() == [[0.5, 0.25] + [2.0] * 8] * 3


@pytest.mark.parametrize("fit", [mahalanobis, neighbours])
def test_distances_grow_away_from_normal(fit):
    score = fit(NORMAL)
    near, far = (
        score(stored([[BOX], []], patterns=(x, 0.0), motion=0.0))[0, 0, 0] for x in (0.0, 9.0)
    )
    assert far > near + 4.0


def test_mahalanobis_counts_deviations():
    found = mahalanobis(NORMAL)(stored([[BOX], []], patterns=(10.0, 0.0)))[0, 0, 0]
    assert found == pytest.approx(10.0, rel=0.1)


def test_reconstruction_sees_its_blocks_only():
    config = ReconstructionConfig(appearance_dim=0, hidden=16, layers=3)
    score = reconstruction(config)(NORMAL)
    low, high = (score(stored([[BOX], []], patterns=(x, x)))[0, 0, 0] for x in (0.0, 50.0))
    assert low == high
    both = reconstruction(ReconstructionConfig(hidden=16, layers=3))(NORMAL)
    low, high = (both(stored([[BOX], []], patterns=(x, x)))[0, 0, 0] for x in (0.0, 50.0))
    assert high > low + 100.0
