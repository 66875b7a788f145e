"""Which footage is normal, which picture a frame belongs to, and what a run says."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.local_patterns.simulated import (
    ReadVideo,
    SimulatedArguments,
    curve_of,
    footage_of,
    frame_track,
    measure,
    normal_clips,
)
from benchmarks.local_patterns.simulated_footage import draw, read_regions
from benchmarks.local_patterns.simulated_scorers import Normal, crowd
from benchmarks.simulator.programme import Video
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.videos import FPS
from detectors.local_patterns.pipeline import LocalPatterns
from detectors.local_patterns.regions.motion import MotionRegions
from tests.support.stored_regions import stored

BOX = (0.1, 0.1, 0.2, 0.2)


def scene_of(kind: str, clips: int, *, start_s: float, end_s: float):
    scene = replace(sample_scene(4, kind=kind), duration_s=clips * 0.64, fps=FPS)
    return replace(scene, event=replace(scene.event, start_s=start_s, end_s=end_s))


def test_clips_are_normal_from_8_s_before_and_after_an_event():
    scene = scene_of("fight", 60, start_s=13.0, end_s=16.0)
    abnormal = np.flatnonzero(~normal_clips(scene, 60))
    assert (abnormal[0], abnormal[-1]) == (8, 36)
    assert normal_clips(scene_of("walk", 60, start_s=12.8, end_s=16.0), 60).all()


def test_normal_regions_leave_events_out():
    scene = scene_of("fight", 20, start_s=0.0, end_s=1.0)
    regions = stored([[BOX, BOX], [BOX]] * 20)
    assert np.flatnonzero(normal_clips(scene, 20))[0] == 14
    normal = Normal([footage_of(ReadVideo(scene, regions))])
    assert (normal.features.shape, normal.appearance_dim) == ((6 * 3, 10), 2)


def test_each_half_of_a_clip_has_its_own_score():
    scene = scene_of("fight", 2, start_s=0.32, end_s=0.64)
    track = frame_track(scene, np.array([1.0, 2.0, 3.0, 4.0]))
    assert track.scores.tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert track.truth.tolist() == [False, False, True, True, False, False, False, False]


def test_a_curve_is_each_pictures_oddest_region():
    scores = np.zeros((2, 2, 3), np.float32)
    scores[0, 1, 2], scores[1, 0, :2] = 5.0, (2.0, 7.0)
    assert curve_of(scores, 0.0).tolist() == [0.0, 5.0, 7.0, 0.0]


def test_a_curve_is_smoothed_over_seconds():
    scores = np.zeros((41, 2, 1), np.float32)
    scores[20, 0] = 1.0
    pictures_per_s = 2 / 0.64
    peak = 1 / (np.sqrt(2 * np.pi) * pictures_per_s)
    assert curve_of(scores, 1.0)[40] == pytest.approx(peak, rel=0.01)


def test_a_scorer_is_measured_on_frames_and_boxes():
    """The only region is where nothing is drawn, while the event goes on."""
    scene = scene_of("fight", 40, start_s=9.6, end_s=16.0)
    pictures = [[BOX] if 30 <= k < 50 else [] for k in range(80)]
    calm = ReadVideo(scene_of("walk", 40, start_s=9.6, end_s=16.0), stored([[]] * 80))
    arguments = SimulatedArguments(smooth_s=0.0, rounds=10)
    video = ReadVideo(scene, stored(pictures))
    score = crowd(Normal([footage_of(video)]))
    found = measure(score, [footage_of(calm)], [video, calm], arguments)
    assert found["micro_auc"][0] == found["macro_auc"][0] == 100.0
    assert (found["threshold"], found["detected"], found["right_box"]) == (0.0, 100.0, 0.0)
    assert found["right_box_by_kind"] == {"fight": [0, 1, 1]}


def test_drawn_videos_are_kept_and_read_in_the_order_of_their_clips(tmp_path):
    scene = replace(sample_scene(8, kind="fight"), duration_s=10 * 0.64, fps=FPS)
    video = Video("one", "train", scene, ())
    first, second = draw(video, tmp_path), draw(video, tmp_path)
    assert len(first) == 10
    np.testing.assert_array_equal(first.pictures, second.pictures)
    assert first.pictures.shape[1:] == (2, 144, 192, 3)
    assert first.velocity.shape[1:] == (4, 24, 32, 2)
    regions = read_regions(first, LocalPatterns(MotionRegions(), None))
    assert len(regions) == 10
    assert regions.shown_s[1].tolist() == pytest.approx([0.8, 1.12])
    assert (regions.counts > 0).mean() > 0.7
