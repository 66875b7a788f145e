"""Which box is said to be odd, and whether the event is there."""

import numpy as np
import pytest

from benchmarks.local_patterns.simulated_boxes import peaks, reported, threshold
from benchmarks.simulator.regions import event_boxes
from benchmarks.simulator.sampling import sample_scene
from tests.support.stored_regions import stored

LEFT, RIGHT, BELOW = (0.1, 0.2, 0.2, 0.4), (0.3, 0.1, 0.4, 0.4), (0.5, 0.8, 0.6, 0.9)
NUM_CLIPS = 9
LENGTH_S = NUM_CLIPS * 0.64


def scored(*values: float) -> np.ndarray:
    """Of the regions of the only picture."""
    scores = np.zeros((1, 2, 4), np.float32)
    scores[0, 0, : len(values)] = values
    return scores


def test_the_box_joins_what_is_at_least_half_as_odd():
    regions = stored([[LEFT, RIGHT, BELOW], []])
    np.testing.assert_allclose(
        reported(regions, scored(2.0, 1.0, 0.9), 0, 0), (0.1, 0.1, 0.4, 0.4), atol=1e-6
    )


def test_the_box_of_one_odd_region_is_its_own():
    regions = stored([[LEFT, RIGHT, BELOW], []])
    np.testing.assert_allclose(reported(regions, scored(0.1, 0.9, 3.0), 0, 0), BELOW, atol=1e-6)


def test_a_picture_without_regions_has_no_box():
    assert reported(stored([[], []]), scored(), 0, 0).tolist() == [0, 0, 0, 0]


def test_the_threshold_lets_one_normal_picture_of_twenty_pass():
    normal = [np.arange(50.0), np.arange(50.0, 101.0)]
    assert threshold(normal) == 95.0
    assert np.mean(np.concatenate(normal) > 95.0) == pytest.approx(5 / 101)


def true_boxes(scene) -> list:
    """What a perfect engine finds: the event's box in each picture."""
    size = np.array([scene.width, scene.height] * 2)
    times = (np.arange(2 * NUM_CLIPS) + 0.5) * 0.32
    return [
        [tuple(np.array(box) / size) for _, box in event_boxes(scene, time_s)]
        for time_s in times.tolist()
    ]


def test_a_perfect_engine_has_the_event_at_its_peak():
    scene = sample_scene(4, duration_s=LENGTH_S, kind="fight")
    regions = stored(true_boxes(scene))
    scores = regions.is_there.astype(np.float32)
    curve = np.linspace(1.0, 2.0, 2 * NUM_CLIPS)
    (peak,) = peaks(scene, regions, scores, curve)
    ends = scene.event.end_s
    last = max(k for k in range(2 * NUM_CLIPS) if (k + 0.5) * 0.32 < ends)
    assert (peak.kind, peak.score) == ("fight", pytest.approx(curve[last]))
    assert peak.iou == pytest.approx(1.0, abs=1e-6)


def test_another_box_and_no_box_miss_the_event():
    scene = sample_scene(4, duration_s=LENGTH_S, kind="fight")
    curve = np.ones(2 * NUM_CLIPS)
    corner = stored([[(0.0, 0.0, 0.02, 0.02)]] * 2 * NUM_CLIPS)
    (away,) = peaks(scene, corner, corner.is_there.astype(np.float32), curve)
    nothing = stored([[]] * 2 * NUM_CLIPS)
    (unseen,) = peaks(scene, nothing, nothing.is_there.astype(np.float32), curve)
    assert (away.iou, unseen.iou) == (0.0, 0.0)
    assert unseen.score == 1.0


def test_a_normal_scene_has_no_peak():
    scene = sample_scene(4, duration_s=LENGTH_S, kind="walk")
    regions = stored([[LEFT]] * 2 * NUM_CLIPS)
    assert peaks(scene, regions, np.ones((NUM_CLIPS, 2, 4)), np.ones(2 * NUM_CLIPS)) == []
