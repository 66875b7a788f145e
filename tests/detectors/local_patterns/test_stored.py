"""Regions of clips in arrays: what is padded, what comes back, what RM takes."""

from dataclasses import replace

import numpy as np

from detectors.local_patterns.base import PatternFrame
from detectors.local_patterns.stored import StoredRegions
from segments.sentences import number_of


def frame(count: int, pts_s: float) -> PatternFrame:
    """Regions 1, 2, ...: each number says which region it belongs to."""
    numbers = np.arange(1, count + 1, dtype=np.float32)
    return PatternFrame(
        pts_s=pts_s,
        boxes=np.repeat(numbers[:, None] / 10, 4, axis=1),
        tracks=numbers.astype(np.int64) + 40,
        motion=np.repeat(numbers[:, None], 8, axis=1),
        speeds=numbers / 4,
        patterns=numbers[:, None] * np.float32([1, -1, 0.5]),
        weights=numbers[:, None] * np.float32([0.1, 0.2]),
        captions=tuple(f"thing {number:.0f}" for number in numbers),
        is_carried=numbers == 2,
        labels=("",) * count,
        heat=np.broadcast_to(numbers[:, None, None] / 10, (count, 8, 8)),
    )


def test_what_is_said_begins_with_what_the_engine_calls_it() -> None:
    named = replace(frame(3, 0.0), labels=("person", "", "thing 3"))
    assert named.said == ("person: thing 1", "thing 2", "thing 3")


def two_clips() -> StoredRegions:
    frames = [frame(2, 0.1), frame(0, 0.4), frame(1, 0.8), frame(2, 1.1)]
    return StoredRegions.of_frames(frames, pictures=2, most=5)


def test_pictures_are_padded() -> None:
    regions = two_clips()
    assert regions.counts.tolist() == [[2, 0], [1, 2]]
    assert regions.shown_s.tolist() == [[0.1, 0.4], [0.8, 1.1]]
    assert regions.boxes.shape == (2, 2, 5, 4)
    assert regions.tracks[0, 0].tolist() == [41, 42, 0, 0, 0]
    assert regions.captions[1, 0].tolist() == [number_of("thing 1"), 0, 0, 0, 0]
    assert regions.is_carried[1, 1].tolist() == [False, True, False, False, False]
    assert regions.patterns.dtype == np.float16
    assert regions.heat[0, 0, :2, 3, 3].tolist() == [26, 51]  # 0.1 and 0.2 of 255, rounded
    unasked = StoredRegions.of_frames([replace(frame(2, 0.1), heat=None)], pictures=1, most=5)
    assert (unasked.heat.shape, unasked.heat.max()) == ((1, 1, 5, 8, 8), 0)
    there = [[[1, 1, 0, 0, 0], [0] * 5], [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0]]]
    np.testing.assert_array_equal(regions.is_there, np.array(there, bool))


def test_room_that_nothing_needs_is_given_up_and_rows_come_back() -> None:
    regions = two_clips()
    small = regions.trimmed()
    assert small.boxes.shape == (2, 2, 2, 4)
    assert small.shown_s.tolist() == regions.shown_s.tolist()
    again = StoredRegions.of_rows(small.as_rows())
    np.testing.assert_array_equal(again.features(), regions.features())


def test_rm_takes_appearance_then_motion_of_what_is_there() -> None:
    rows = two_clips().features()
    assert rows.dtype == np.float32
    one = [1, -1, 0.5] + [1] * 8
    assert rows.tolist() == [one, [2 * x for x in one], one, one, [2 * x for x in one]]


def test_pictures_without_any_region() -> None:
    regions = StoredRegions.of_frames([frame(0, 0.0)] * 2, pictures=2, most=3).trimmed()
    assert regions.patterns.shape == (1, 2, 0, 3)
    assert regions.features().shape == (0, 11)
