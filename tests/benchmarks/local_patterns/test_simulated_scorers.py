"""Scores of regions, on numbers that can be worked out."""

import numpy as np
import pytest

from benchmarks.local_patterns.simulated_scorers import (
    Normal,
    crowd,
    mahalanobis,
    neighbours,
    reconstruction,
    speed,
    together,
    words,
)
from detectors.local_patterns.reconstruction import ReconstructionConfig
from tests.support.stored_regions import stored

BOX = (0.1, 0.1, 0.2, 0.2)
RNG = np.random.default_rng(0)
NORMAL = Normal(RNG.normal(size=(400, 10)).astype(np.float32), 2)
"""G of 2 numbers and M of 8, all around 0."""


def test_speed_is_the_regions_own():
    scores = speed(NORMAL)(stored([[BOX], []], motion=0.25))
    assert scores[0].tolist() == [[0.25, 0, 0, 0], [0, 0, 0, 0]]


def test_a_crowd_counts_the_regions_of_its_picture():
    scores = crowd(NORMAL)(stored([[BOX] * 3, [BOX]]))
    assert scores[0].tolist() == [[3, 3, 3, 0], [1, 0, 0, 0]]


def test_words_share_what_is_near():
    fit = words(np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([True, False]))
    (score,) = fit(NORMAL)(stored([[BOX], []], patterns=(3.0, 4.0)))[0, 0, :1].tolist()
    assert score == pytest.approx(1 / (1 + np.exp((0.8 - 0.6) / 0.05)), rel=1e-3)


def test_products_are_of_the_same_region():
    both = together((crowd, speed))(NORMAL)(stored([[BOX] * 2, []], motion=0.5))
    assert both[0, 0].tolist() == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("fit", [mahalanobis, neighbours])
def test_distances_grow_away_from_normal(fit):
    score = fit(NORMAL)
    near, far = (
        score(stored([[BOX], []], patterns=(x, 0.0), motion=0.0))[0, 0, 0] for x in (0.0, 9.0)
    )
    assert far > near + 5.0


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
