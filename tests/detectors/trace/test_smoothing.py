"""Smoothers and aggregations by value."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d, median_filter

from detectors.trace.smoothing import Smoother, aggregate, parse_smoother
from segments.errors import UserError
from segments.levels import CLIP_S

STEP = np.array([0, 0, 3, 0, 0, 6, 6], np.float32)


def smoother(name: str, clips: float) -> Smoother:
    return Smoother(name, clips * CLIP_S)


def test_none_leaves_scores_as_they_are() -> None:
    assert parse_smoother("none")(STEP) is STEP


def test_the_gaussian_is_that_of_scipy() -> None:
    scores = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    expected = gaussian_filter1d(scores.astype(np.float64), 2.5, mode="nearest")
    np.testing.assert_allclose(smoother("gaussian", 2.5)(scores), expected, atol=1e-6)


def test_the_median_is_that_of_scipy() -> None:
    assert smoother("median", 3)(STEP).tolist() == [0, 0, 0, 0, 0, 6, 6]
    scores = np.random.default_rng(0).standard_normal(30).astype(np.float32)
    expected = median_filter(scores, 5, mode="nearest")
    np.testing.assert_allclose(smoother("median", 5)(scores), expected)


def test_the_mean_is_of_the_last_clips() -> None:
    assert smoother("mean", 3)(STEP).tolist() == [0, 0, 1, 1, 1, 2, 4]


def test_the_decay_forgets_by_e_in_its_width() -> None:
    found = smoother("decay", 2)(np.array([1, 0, 0, 0], np.float32))
    np.testing.assert_allclose(found, np.exp(-np.arange(4) / 2), rtol=1e-6)


@pytest.mark.parametrize("name", ["none", "mean", "decay", "gaussian", "median"])
def test_only_live_smoothers_ignore_what_comes_later(name: str) -> None:
    one = smoother(name, 3)
    later = STEP.copy()
    later[4:] = 7
    is_same = np.array_equal(one(STEP)[:4], one(later)[:4])
    assert one.is_live == is_same


@pytest.mark.parametrize("name", ["mean", "decay", "gaussian", "median"])
def test_a_level_stays_and_an_empty_track_too(name: str) -> None:
    np.testing.assert_allclose(smoother(name, 4)(np.full(9, 0.3, np.float32)), 0.3, rtol=1e-6)
    assert len(smoother(name, 4)(np.zeros(0, np.float32))) == 0


def test_a_span_is_one_number() -> None:
    scores = np.arange(20, dtype=np.float32)
    assert aggregate(scores, "max") == 19
    assert aggregate(scores, "mean") == 9.5
    assert aggregate(scores, "top") == 18.5  # of the highest two


@pytest.mark.parametrize("text", ["box:3", "gaussian", "gaussian:0", "mean:x", "decay:inf"])
def test_other_smoothers_are_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"smoother|width"):
        parse_smoother(text)


def test_other_aggregations_and_empty_spans_are_refused() -> None:
    with pytest.raises(UserError, match="max, mean, top"):
        aggregate(STEP, "median")
    with pytest.raises(UserError, match="0 scores"):
        aggregate(STEP[:0], "max")
