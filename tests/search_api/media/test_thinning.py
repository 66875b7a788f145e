"""Long curves in few points: nothing is lost that matters, and nothing is made up."""

import numpy as np
import pytest

from search_api.media.thinning import strongest_rows, thin, within
from segments.levels import CLIP_S
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

DAY = round(24 * 3600 / CLIP_S)


def _track(scores: np.ndarray) -> AnomalyTrack:
    return AnomalyTrack("alan", scores, np.arange(len(scores)) * 1.0, float(len(scores)))


def test_each_bucket_keeps_its_lowest_and_highest_and_the_ends_stay() -> None:
    scores = np.array([5, 1, 9, 5, 5, 0, 5, 7, 5, 6], np.float32)
    assert thin(scores, 6).tolist() == [0, 1, 2, 5, 7, 9]  # halves: 1 and 9, 0 and 7
    assert thin(scores, 4).tolist() == [0, 2, 5, 9]  # one bucket: 0 and 9
    assert thin(scores, 10).tolist() == list(range(10))


def test_a_day_fits_into_two_thousand_points_with_its_peak() -> None:
    rng = np.random.default_rng(0)
    scores = rng.uniform(0, 0.5, DAY).astype(np.float32)
    scores[123_456], scores[99] = 0.9, -1.0
    kept = thin(scores, 2_000)
    assert DAY == 135_000
    assert len(kept) <= 2_000
    assert {99, 123_456} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


@pytest.mark.parametrize("most", [4, 5, 7, 100, 999])
@pytest.mark.parametrize("count", [1, 4, 5, 101, 1_000])
def test_there_are_never_more_points_than_allowed(count: int, most: int) -> None:
    scores = np.random.default_rng(count).normal(size=count).astype(np.float32)
    kept = thin(scores, most)
    assert len(kept) <= max(most, 1)
    assert int(scores.argmax()) in kept
    assert int(scores.argmin()) in kept
    assert {0, count - 1} <= set(kept.tolist())


def test_the_first_of_equal_peaks_is_kept() -> None:
    scores = np.zeros(100, np.float32)
    scores[[40, 70]] = 1.0
    assert 40 in thin(scores, 4)


def test_rows_speak_for_the_time_until_the_next() -> None:
    track = _track(np.zeros(4, np.float32))
    assert within(track, TimeSpan(1.5, 2.5)) == range(1, 3)
    assert within(track, TimeSpan(1.0, 2.0)) == range(1, 2)
    assert within(track, TimeSpan(0.0, 99.0)) == range(4)
    assert len(within(track, TimeSpan(4.0, 5.0))) == 0
    late = AnomalyTrack("alan", track.scores, track.pts_s + 10, 14.0)
    assert len(within(late, TimeSpan(0.0, 10.0))) == 0


def test_the_strongest_lie_apart() -> None:
    track = _track(np.array([1, 5, 4, 3, 4.5, 0, 0, 2], np.float32))
    assert strongest_rows(track, range(8), 2) == [1, 4]
    assert strongest_rows(track, range(8), 9) == [1, 4, 7]
    assert strongest_rows(track, range(5, 8), 1) == [7]
