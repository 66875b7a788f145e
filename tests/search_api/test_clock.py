from datetime import UTC, datetime, timedelta

import pytest

from search_api.clock import parse_clock, parse_wall_time, show_clock, show_span, show_wall_time
from segments.errors import UserError
from segments.spans import TimeSpan


@pytest.mark.parametrize(
    ("time_s", "shown"),
    [
        (0, "00:00.0"),
        (5.12, "00:05.1"),
        (59.96, "01:00.0"),
        (3599.97, "1:00:00.0"),
        (3725.25, "1:02:05.3"),
        (-0.01, "00:00.0"),
        (-61.5, "-01:01.5"),
    ],
)
def test_a_time_is_never_shown_as_sixty(time_s: float, shown: str) -> None:
    assert show_clock(time_s) == shown


def test_whole_seconds_and_spans() -> None:
    assert show_clock(75.4, decimals=0) == "01:15"
    assert show_span(TimeSpan(0.64, 70)) == "00:00.6–01:10.0"


@pytest.mark.parametrize(
    ("text", "time_s"),
    [("75.5", 75.5), ("1:15.5", 75.5), (" 0:01:15.5 ", 75.5), ("90", 90), ("2:00:00", 7200)],
)
def test_seconds_and_clocks_are_read(text: str, time_s: float) -> None:
    assert parse_clock(text) == time_s


@pytest.mark.parametrize("text", ["", "-1", "1:60", "1:60:00", "nan", "1e3", "1:2:3:4", "soon"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_clock(text)
    assert str(caught.value) == (
        f"{text!r} is not a time: write seconds (75.5), 1:15.5 or 0:01:15.5"
    )


def test_wall_times_keep_their_zone_or_take_the_machines() -> None:
    assert parse_wall_time("2026-11-03T14:00+01:00").utcoffset() == timedelta(hours=1)
    assert parse_wall_time("2026-11-03T14:00Z") == datetime(2026, 11, 3, 14, tzinfo=UTC)
    assert parse_wall_time("2026-11-03") == datetime(2026, 11, 3).astimezone()


def test_a_bad_date_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        parse_wall_time("yesterday")
    assert str(caught.value) == (
        "'yesterday' is not a date: write it like 2026-11-03, 2026-11-03T14:00 or "
        "2026-11-03T14:00+01:00"
    )


def test_wall_times_show_seconds_and_zone() -> None:
    time = datetime.fromisoformat("2026-11-01T10:00:05.120+01:00")
    assert show_wall_time(time) == "2026-11-01 10:00:05+01:00"
