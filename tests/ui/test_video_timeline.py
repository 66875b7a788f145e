"""What the timeline draws, by values worked out by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from search_api.answers.videos import CurveAnswer, CurvePeak
from search_api.schemas import CurveCalibration
from ui import timeline, timeline_chart
from ui.timeline import Lane, Mark, Row, Span

START = datetime(2026, 3, 14, 21, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = "<img src=x onerror=alert(1)>"
ROW = Row("alan", "raw score", "score", ((0.0, 0.1), (2.0, 0.9), (4.0, 0.9)))


def answer(**changed: object) -> CurveAnswer:
    facts = {
        "video_id": "a" * 64,
        "detector": "alan",
        "unit": "raw score",
        "camera": "gate",
        "start_time": START,
        "duration_s": 10.0,
        "pts_s": [1.0, 2.0, 3.0],
        "scores": [0.1, 0.9, 0.2],
        "end_s": 4.0,
        "num_scores": 3,
        "peak": CurvePeak(pts_s=2.0, score=0.9),
        "calibration": CurveCalibration(),
        "reasons": [],
    }
    return CurveAnswer.model_validate(facts | changed)


def test_a_curve_reaches_to_the_edges_of_its_span_and_keeps_its_last_value():
    row = timeline.row_of(answer(), Span(1.5, 3.5))
    assert row.points == ((1.5, 0.1), (2.0, 0.9), (3.0, 0.2), (3.5, 0.2))
    assert (row.title, row.kind, row.meaning) == ("alan", "score", "uncalibrated")


def test_a_threshold_comes_with_its_meaning_and_sound_with_none():
    known = CurveCalibration(meaning="about 2 alarms a day here", threshold=0.8)
    row = timeline.row_of(answer(calibration=known), Span(0, 10))
    assert (row.threshold, row.meaning) == (0.8, "about 2 alarms a day here")
    sound = timeline.row_of(answer(unit="dBFS", detector="loudness"), Span(0, 10))
    assert (sound.title, sound.unit, sound.kind, sound.meaning) == (
        "sound level",
        "dBFS",
        "sound",
        "",
    )


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(0, 9), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (Span(0.5, 1.2), [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]),
        (Span(0, 60), [0, 10, 20, 30, 40, 50, 60]),
        (Span(61, 100), [65, 70, 75, 80, 85, 90, 95, 100]),
        (Span(0, 86_400), [k * 10_800 for k in range(9)]),
    ],
)
def test_ticks_are_round_times_within_the_span(span, expected):
    assert timeline.ticks(span) == expected
    assert len(expected) <= timeline.MAX_TICKS


def test_ticks_say_the_place_and_the_time_of_day():
    assert timeline.tick_label(90, START, BERLIN) == ["1:30", "22:31:30"]
    assert timeline.tick_label(0.5, START, BERLIN) == ["0:00.5", "22:30:00.5"]
    assert timeline.tick_label(90, None, BERLIN) == ["1:30"]
    assert timeline.axis_title(START, Span(0, 60), BERLIN).endswith("on 2026-03-14 (CET)")
    assert timeline.axis_title(None, Span(0, 60), BERLIN).endswith("time of day not known")


def test_a_days_axis_names_the_day_of_the_part_that_is_shown():
    late = Span(7200.0, 7260.0)  # 22:30 and two hours are half past midnight
    assert timeline.axis_title(START, late, BERLIN).endswith("on 2026-03-15 (CET)")
    assert timeline.tick_label(7200, START, BERLIN) == ["2:00:00", "00:30:00"]


def test_marks_are_cut_to_the_span_and_those_outside_are_left_out():
    marks = [Mark(0, 2, "a"), Mark(3, 5, "b"), Mark(5, 9, "c"), Mark(8, 9, "d")]
    assert timeline.within(marks, Span(1, 5)) == (Mark(1, 2, "a"), Mark(3, 5, "b"))


def test_marks_that_overlap_lie_at_levels_of_their_own():
    marks = [Mark(0, 4, "a"), Mark(6, 9, "d"), Mark(2, 6, "b"), Mark(4, 5, "c")]
    levels = [(level, mark.said) for level, mark in timeline.stacked(marks)]
    assert levels == [(0, "a"), (1, "b"), (0, "c"), (0, "d")]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((2, 6), (2, 6)), ((3, 3.2), (2.6, 3.6)), ((-5, 4), (0, 4)), ((9.9, 9.95), (9, 10))],
)
def test_a_zoom_lies_in_the_video_and_is_a_second_long_at_least(asked, expected):
    start_s, end_s = asked
    found = timeline.zoomed(start_s, end_s, 10.0)
    assert (found.start_s, found.end_s) == pytest.approx(expected)


def test_a_video_shorter_than_a_second_is_shown_whole():
    assert timeline.zoomed(0.1, 0.2, 0.4) == Span(0.0, 0.4)


@pytest.mark.parametrize(
    ("factor", "around_s", "expected"),
    [(0.5, 50, (40, 60)), (0.5, 2, (0, 20)), (0.5, 99, (80, 100)), (4, 50, (0, 100))],
)
def test_zooming_keeps_the_cursor_in_sight(factor, around_s, expected):
    span = timeline.widened(Span(30, 70), factor, around_s=around_s, duration_s=100.0)
    assert (span.start_s, span.end_s) == expected


def drawn(rows=(ROW,), lanes=()) -> dict:
    return timeline_chart.chart(rows, lanes, Span(0.0, 4.0), start=START, zone=UTC).to_dict()


def test_all_plots_stand_over_the_same_axis_which_the_last_one_labels():
    lane = Lane("hits", "hit", (Mark(1.0, 3.0, HOSTILE),))
    spec = drawn(rows=(ROW, ROW), lanes=(lane,))
    axes = [plot["encoding"]["x"] for plot in spec["vconcat"]]
    assert [axis["scale"]["domain"] for axis in axes] == [[0.0, 4.0]] * 3
    assert [axis["axis"].get("labels", True) for axis in axes] == [False, False, True]
    assert axes[-1]["axis"]["title"] == (
        "time in the video (min:s), and time of day on 2026-03-14 (UTC)"
    )


def test_a_threshold_is_a_dashed_line_and_said_in_the_title():
    row = Row("alan", "raw score", "score", ROW.points, 0.8, "about 2 alarms a day here")
    plot = drawn(rows=(row,))["vconcat"][0]
    assert plot["title"]["text"] == (
        "alan (raw score) · threshold (dashed): about 2 alarms a day here"
    )
    curve, level = plot["layer"]
    assert "strokeDash" in level["mark"]
    assert "strokeDash" not in curve["mark"]


def test_a_days_curve_stays_below_its_number_of_points():
    times = np.linspace(0, 86_399, timeline.MAX_POINTS)
    row = timeline.row_of(
        answer(pts_s=times.tolist(), scores=times.tolist(), end_s=86_400.0), Span(0, 86_400)
    )
    assert len(row.points) == timeline.MAX_POINTS + 1
    assert max(value for _, value in row.points) == 86_399


def test_what_others_wrote_is_data_and_not_part_of_the_chart():
    spec = drawn(lanes=(Lane("hits", "hit", (Mark(1.0, 3.0, HOSTILE),)),))
    assert HOSTILE in str(spec.pop("datasets"))
    assert HOSTILE not in str(spec)


def test_clocks_that_change_meanwhile_are_followed():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert timeline.tick_label(0, before, BERLIN)[1] == "01:30:00"
    assert timeline.tick_label(3600, before, BERLIN)[1] == "03:30:00"
    assert (before + timedelta(hours=1)).astimezone(BERLIN).tzname() == "CEST"
