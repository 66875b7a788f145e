import numpy as np
import pytest

from search_api.curves import binned, peak_time_s, score_limits, sparkline, to_curve
from search_api.schemas import CurveCalibration
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from tests.support.small_library import GATE, SOURCES, video

TRACK = AnomalyTrack(
    "alan",
    np.array([0.0, 0.25, 1.0, 0.5], np.float32),
    np.array([0.0, 1.0, 2.0, 3.0]),
    4.0,
)


def test_bins_hold_the_highest_score_and_nan_outside() -> None:
    values = binned(TRACK, TimeSpan(-2, 6), 4)
    assert np.array_equal(values, [np.nan, 0.25, 1.0, np.nan], equal_nan=True)
    assert binned(TRACK, TimeSpan(0, 4), 8).tolist() == [0, 0, 0.25, 0.25, 1, 1, 0.5, 0.5]


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([0, 0.124, 0.125, 0.5, 0.874, 0.875, 1], "▁▁▂▅▇██"),
        ([np.nan, 0.3, np.nan], " ▃ "),
        ([-0.5, 1.5], "▁█"),
        ([], ""),
    ],
)
def test_sparklines_scale_from_zero_to_one(values: list[float], bars: str) -> None:
    assert sparkline(np.array(values)) == bars


def test_the_peak_is_the_middle_of_the_highest_stretch_inside() -> None:
    assert peak_time_s(TRACK, TimeSpan(0, 4)) == 2.5
    assert peak_time_s(TRACK, TimeSpan(0, 2)) == 1.5
    assert peak_time_s(TRACK, TimeSpan(2.5, 4)) == 2.75
    assert peak_time_s(TRACK, TimeSpan(10, 12)) == 11


@pytest.mark.parametrize(
    ("scores", "limits"),
    [
        ([0.1, 0.457], (0.0, 0.5)),
        ([-0.29, 0.04], (-0.3, 0.1)),
        ([-0.31, -0.02], (-0.4, 0.0)),
        ([0.3], (0.0, 0.3)),
        ([0.0], (0.0, 1.0)),
        ([0.004, -0.001], (-0.001, 0.004)),
        ([7.0, 31.0], (0.0, 40.0)),
    ],
)
def test_axes_end_at_round_numbers_around_zero_and_the_scores(
    scores: list[float], limits: tuple[float, float]
) -> None:
    row = np.array(scores, np.float32)
    track = AnomalyTrack("trace", row, np.arange(float(len(row))), float(len(row)))
    assert score_limits(to_curve(track, video(GATE), SOURCES[0])) == limits


def test_axes_show_the_threshold_and_alan_is_always_from_zero_to_one() -> None:
    known = CurveCalibration(threshold=1.9)
    trace = AnomalyTrack("trace", TRACK.scores, TRACK.pts_s, TRACK.end_s)
    assert score_limits(to_curve(trace, video(GATE), SOURCES[0], known)) == (0.0, 2.0)
    assert score_limits(to_curve(TRACK, video(GATE), SOURCES[0], known)) == (0.0, 1.0)


def test_a_curve_says_what_it_belongs_to() -> None:
    curve = to_curve(TRACK, video(GATE), SOURCES[0])
    assert (curve.video, curve.camera, curve.detector) == ("/footage/gate/a.mp4", "gate", "alan")
    assert (curve.pts_s, curve.scores, curve.end_s) == ([0, 1, 2, 3], [0, 0.25, 1, 0.5], 4)
    assert curve.duration_s == 15.36
    assert curve.start_time == SOURCES[0].recorded_at
