"""Scores of clips from their regions, and the things that make them, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.local_patterns.norms import Norm
from detectors.local_patterns.reconstruction import ReconstructionConfig, ReconstructionModule
from detectors.local_patterns.scoring import beyond, clip_scores, region_errors, strongest
from detectors.local_patterns.stored import StoredRegions
from segments.sentences import number_of
from tests.detectors.local_patterns.test_stored import frame

ERRORS = np.array(
    [  # two clips of two pictures of three regions: appearance, motion, what it does
        [
            [[0.5, 0.25, 0.0], [0.0, 1.5, 0.5], [0, 0, 0]],
            [[1.0, 1.25, 0.25], [0.25, 0.0, 0.0], [0.0, 0.5, 0.0]],
        ],
        [[[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]],
    ],
    np.float32,
)


def regions() -> StoredRegions:
    """Things 1 and 2, then 1, 2 and 3; the second clip has one still thing."""
    frames = [frame(2, 0.1), frame(3, 0.4), frame(1, 0.8), frame(0, 1.1)]
    return StoredRegions.of_frames(frames, pictures=2, most=3)


def test_a_clip_is_as_odd_as_its_oddest_region_or_three() -> None:
    assert clip_scores(ERRORS).tolist() == [2.5, 0.0]
    assert clip_scores(ERRORS, pooling="top3").tolist() == [1.75, 0.0]  # 2.5, 2.0, 0.75
    assert clip_scores(ERRORS, pooling="mean").tolist() == [2.25, 0.0]  # 2.0 and 2.5
    for pooling in ("max", "top3", "mean"):
        nothing = clip_scores(np.zeros((3, 2, 0, 3), np.float32), pooling=pooling)
        assert nothing.tolist() == [0.0] * 3


def test_without_a_module_speed_counts_as_motion() -> None:
    errors = region_errors(regions(), None)
    assert errors[..., 0].max() == 0
    assert errors[0, :, :, 1].tolist() == [[0.25, 0.5, 0.0], [0.25, 0.5, 0.75]]
    track, _ = Norm().score(regions(), np.array([0.0, 0.64]), 1.28)
    assert (track.detector, track.scores.tolist()) == ("local_patterns", [0.75, 0.25])


def test_what_regions_do_counts_in_place_of_speed() -> None:
    """With words, speed is no reason by itself."""
    odds = np.array([0.125, 0.25, 0.5, 0.75, 0.0, 0.0625], np.float32)
    told = regions().told(odds, ["walks", "runs", "falls", "fights", "walks", "walks"])
    errors = region_errors(told, None)
    assert errors[..., :2].max() == 0
    assert errors[0, :, :, 2].tolist() == [[0.125, 0.25, 0.0], [0.5, 0.75, 0.0]]
    track, reasons = Norm().score(told, np.array([0.0, 0.64]), 1.28)
    assert track.scores.tolist() == [0.75, 0.0625]
    assert reasons.things.acts[0, 0] == number_of("fights")
    module = ReconstructionModule(ReconstructionConfig(appearance_dim=3, hidden=4, layers=2)).eval()
    both = region_errors(told, module, highest=1e9)
    assert both.tolist() == errors.tolist()


def test_only_what_lies_beyond_normal_errors_counts_beside_words() -> None:
    """Twice the highest counts 1, in the same parts; the highest itself and less count nothing."""
    found = beyond(np.float32([[3.0, 1.0], [1.0, 1.0], [0.5, 0.0], [0.0, 0.0]]), 2.0)
    assert found.tolist() == [[0.75, 0.25], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]


def test_a_modules_errors_lie_where_the_regions_are() -> None:
    module = ReconstructionModule(ReconstructionConfig(appearance_dim=3, hidden=4, layers=2)).eval()
    found = region_errors(regions(), module)
    rows = regions().features()
    np.testing.assert_allclose(found[0, 1, :, :2], module.errors(rows[2:5]), rtol=1e-6)
    assert found[0, 0, 2].tolist() == [0.0, 0.0, 0.0]
    same = region_errors(regions(), module, highest=2.0)  # nothing says what regions do
    np.testing.assert_array_equal(same, found)
    assert found[1, 1].max() == 0


def test_each_thing_counts_once_by_its_oddest_view() -> None:
    things = strongest(regions(), ERRORS)
    assert things.counts.tolist() == [3, 1]
    assert things.tracks.tolist() == [[41, 42, 43], [41, 0, 0]]
    assert things.shown_s[0].tolist() == [0.4, 0.1, 0.4]
    assert things.errors[0].tolist() == [[1.0, 1.25, 0.25], [0.0, 1.5, 0.5], [0.0, 0.5, 0.0]]
    assert things.boxes[0, 1].tolist() == pytest.approx([0.2] * 4)
    assert things.is_carried[0].tolist() == [False, True, False]
    assert things.heat.shape == (2, 3, 8, 8)
    assert things.heat[1, 1:].max() == 0


def test_no_more_than_three_things_are_named() -> None:
    many = StoredRegions.of_frames([frame(5, 0.0)], pictures=1, most=5)
    errors = np.zeros((1, 1, 5, 3), np.float32)
    errors[0, 0, :, 1] = [1, 5, 2, 4, 3]
    assert strongest(many, errors).tracks.tolist() == [[42, 44, 45]]


def test_two_pictures_of_one_thing_are_one() -> None:
    same = replace(regions(), tracks=np.full((2, 2, 3), 7, np.int32))
    assert strongest(same, ERRORS).counts.tolist() == [1, 1]
