"""Times and spans in words, by value."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from search_api.schemas import Explanation, Reason, RegionReason
from ui import words

NOON = datetime(2026, 7, 1, 12, 0, 5, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "2026-07-01 12:00:05 UTC"),
        ("Europe/Berlin", "2026-07-01 14:00:05 CEST"),
        ("Asia/Kolkata", "2026-07-01 17:30:05 IST"),
        ("America/Sao_Paulo", "2026-07-01 09:00:05 UTC-03:00"),
    ],
)
def test_wall_times_always_name_their_zone(zone, said):
    assert words.wall_time(NOON, ZoneInfo(zone)) == said


def test_wall_time_to_the_millisecond_of_a_place_in_a_video_and_unknown():
    utc = ZoneInfo("UTC")
    assert words.wall_time(NOON, utc, with_ms=True) == "2026-07-01 12:00:05.250 UTC"
    assert words.wall_time_in(NOON, 60.0, utc) == "2026-07-01 12:01:05 UTC"
    assert words.wall_time_in(None, 60.0, utc) == "time not known"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00.0"), (5.24, "0:05.2"), (59.96, "1:00.0"), (3723.4, "1:02:03.4"), (-1, "0:00.0")],
)
def test_places_in_a_video(seconds, said):
    assert words.clock(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(9.5, "9.5 s"), (90, "1.5 min"), (5400, "1.5 h"), (86_400, "24 h")]
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.3125, "0.312"), (-0.0001, "0.000"), (-0.0, "0.000"), (-0.0006, "-0.001")]
)
def test_scores_of_nothing_have_no_sign(value, said):
    assert words.score(value) == said


def test_spans_and_counts():
    assert words.span(5, 15) == "0:05.0–0:15.0 (10 s)"
    assert words.count(1, "video") == "1 video"
    assert words.count(1200, "hit") == "1,200 hits"
    assert words.count(2, "search", "searches") == "2 searches"


def _region(**said: str) -> RegionReason:
    fields = {"box": (0, 0, 1, 1), "time_s": 0, "track": 1, "is_carried": False}
    return RegionReason.model_validate(
        {**fields, "caption": "", "score": 1, "appearance": 0, "motion": 1, **said}
    )


def _explained(**parts: list) -> Explanation:
    found = {"anomalous": [], "normal": [], **parts}
    return Explanation(detector="trace", start_s=0, end_s=1, score=0.5, **found)


def test_reasons_are_the_first_thing_that_is_said():
    fight = Reason(text="two people fight", context="street", kind="fight", similarity=0.4)
    assert words.reason(None) == ""
    assert words.reason(_explained()) == ""
    assert words.reason(_explained(anomalous=[fight])) == "two people fight"
    acting = _explained(regions=[_region(), _region(act="falls", caption="a red car")])
    assert words.reason(acting) == "falls · a red car"
