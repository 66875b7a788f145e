"""Boxes joined into tracks, by hand."""

import numpy as np
import pytest

from detectors.local_patterns.tracks import Tracker, areas, busiest, expanded, overlaps


def box(left: float, top: float = 0.0, *, size: float = 0.2) -> list[float]:
    return [left, top, left + size, top + size]


def test_overlap_by_hand() -> None:
    one = np.array([[0, 0, 2, 2], [5, 5, 5, 9]], float)
    other = np.array([[1, 1, 3, 3], [0, 0, 2, 2], [2, 0, 4, 2], [5, 5, 5, 9]], float)
    # 1 shared of 4 + 4 - 1; itself; touching; a box without area overlaps nothing, itself included
    np.testing.assert_allclose(overlaps(one, other), [[1 / 7, 1, 0, 0], [0, 0, 0, 0]])
    assert areas(np.array([[0, 0, 2, 3], [1, 1, 0, 2.0]])).tolist() == [6, 0]


def test_boxes_grow_by_half_on_each_side_within_the_picture() -> None:
    grown = expanded(np.array([[0.4, 0.4, 0.6, 0.5], [0.0, 0.9, 0.2, 1.0]]))
    np.testing.assert_allclose(grown, [[0.3, 0.35, 0.7, 0.55], [0.0, 0.85, 0.3, 1.0]])
    np.testing.assert_allclose(expanded(grown, 0.0), grown)


def test_ids_last_while_boxes_move() -> None:
    tracker = Tracker()
    assert tracker.update(np.array([box(0.1), box(0.6)])).tolist() == [0, 1]
    assert tracker.update(np.array([box(0.65), box(0.12)])).tolist() == [1, 0]
    assert tracker.update(np.array([box(0.14), box(0.3), box(0.7)])).tolist() == [0, 2, 1]
    assert tracker.live == {0, 1, 2}


def test_pairs_are_chosen_together() -> None:
    """Best first would join the first box to the second track and leave the other two alone.

    7/13 and 1/3 together are more than 2/3 and nothing."""
    tracker = Tracker(least_overlap=0.2)
    tracker.update(np.array([box(0.0), box(0.1)]))
    later = np.array([box(0.06), box(0.2)])
    overlap = overlaps(later, np.array([box(0.0), box(0.1)]))
    assert overlap[0].argmax() == 1
    assert overlap[1, 0] == pytest.approx(0)
    assert tracker.update(later).tolist() == [0, 1]


def test_too_little_overlap_begins_a_track() -> None:
    tracker = Tracker(least_overlap=0.5)
    tracker.update(np.array([box(0.0)]))
    assert tracker.update(np.array([box(0.1)])).tolist() == [1]  # 1/3 of the union


def test_a_track_outlives_a_gap_of_so_many_pictures() -> None:
    nothing = np.zeros((0, 4))
    for missing, expected in ((2, 0), (3, 1)):
        tracker = Tracker(gap=2)
        tracker.update(np.array([box(0.3)]))
        for _ in range(missing):
            assert tracker.update(nothing).shape == (0,)
        assert tracker.update(np.array([box(0.33)])).tolist() == [expected]
    assert tracker.live == {1}


def test_a_gap_is_forgotten_when_the_track_is_seen_again() -> None:
    tracker = Tracker(gap=1)
    for _ in range(3):
        assert tracker.update(np.array([box(0.3)])).tolist() == [0]
        tracker.update(np.zeros((0, 4)))


def test_a_full_house_keeps_its_ids() -> None:
    rng = np.random.default_rng(0)
    corners = np.stack(np.meshgrid(np.arange(20), np.arange(15)), axis=-1).reshape(-1, 2) / 20
    crowd = np.concatenate([corners, corners + 0.04], axis=1)
    tracker = Tracker()
    assert tracker.update(crowd).tolist() == list(range(300))
    order = rng.permutation(300)
    assert tracker.update(crowd[order] + 0.005).tolist() == order.tolist()


def test_the_regions_that_move_most_are_kept_then_the_largest_then_the_first() -> None:
    boxes = np.array([box(0, size=s) for s in (0.1, 0.4, 0.2, 0.4, 0.1)])
    motion = np.array([0.0, 0.1, 0.5, 0.1, 0.1])
    assert busiest(boxes, motion, most=1).tolist() == [2]
    assert busiest(boxes, motion, most=2).tolist() == [1, 2]
    assert busiest(boxes, motion, most=3).tolist() == [1, 2, 3]
    assert busiest(boxes, motion, most=4).tolist() == [1, 2, 3, 4]
    assert busiest(boxes, motion, most=9).tolist() == [0, 1, 2, 3, 4]
    assert busiest(boxes[:0], motion[:0], most=4).tolist() == []
