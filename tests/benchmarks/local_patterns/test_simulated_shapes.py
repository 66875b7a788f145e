"""What boxes alone tell."""

import numpy as np
import pytest

from benchmarks.local_patterns.simulated_scorers import Normal
from benchmarks.local_patterns.simulated_shapes import REACH, shape, size, staying
from tests.support.stored_regions import stored

NORMAL = Normal([])
WIDE, THERE = (0.1, 0.2, 0.5, 0.4), (0.6, 0.6, 0.7, 0.9)


def test_shape_and_size_are_the_boxs():
    regions = stored([[WIDE, THERE], []])
    np.testing.assert_allclose(shape(NORMAL)(regions)[0, 0], [2, 1 / 3, 0, 0], rtol=1e-5)
    np.testing.assert_allclose(size(NORMAL)(regions)[0, 0], [0.08, 0.03, 0, 0], rtol=1e-5)
    assert not size(NORMAL)(regions)[0, 1].any()


def test_what_stays_is_counted_over_ten_seconds_each_way():
    """One thing is there for 20 pictures, another for one."""
    pictures = [[WIDE] if k < 20 else [] for k in range(80)]
    pictures[10] = [WIDE, THERE]
    scores = staying(NORMAL)(stored(pictures))
    whole = 2 * REACH + 1
    assert scores[0, 0, 0] == pytest.approx(20 / whole)
    assert scores[5, 0, 0] == pytest.approx(20 / whole)
    assert scores[5, 0, 1] == pytest.approx(1 / whole)
    assert not scores[10:].any()


def test_what_lasts_longer_than_the_reach_has_stayed_throughout():
    scores = staying(NORMAL)(stored([[WIDE]] * 140))
    assert scores[35, 0, 0] == pytest.approx(1.0)
    assert scores[0, 0, 0] == pytest.approx((REACH + 1) / (2 * REACH + 1))


def test_a_thing_that_moves_on_does_not_stay():
    pictures = [[(0.02 * k, 0.1, 0.02 * k + 0.02, 0.3)] for k in range(40)]
    scores = staying(NORMAL)(stored(pictures))
    assert scores[:, :, 0] == pytest.approx(np.full((20, 2), 1 / (2 * REACH + 1)))
