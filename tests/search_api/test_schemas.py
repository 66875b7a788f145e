from datetime import UTC, datetime

import pytest

from search_api.requests import SearchRequest, parse_request
from segments.errors import UserError

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def test_blanks_are_no_words() -> None:
    assert parse_request({"text": " \n"}).text is None
    assert parse_request({"text": " a fire "}).text == "a fire"


def test_the_longest_text_is_read() -> None:
    assert parse_request({"text": " " + "x" * 300 + " "}).text == "x" * 300


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"alpha": 1.5}, "alpha = 1.5: input should be less than or equal to 1"),
        ({"alpha": -0.1}, "alpha = -0.1: input should be greater than or equal to 0"),
        ({"alpha": float("nan")}, "alpha = nan: input should be a finite number"),
        ({"limit": 0}, "limit = 0: input should be greater than or equal to 1"),
        ({"limit": 1001}, "limit = 1001: input should be less than or equal to 1000"),
        ({"min_score": float("inf")}, "min_score = inf: input should be a finite number"),
        ({"level": "day"}, "level = 'day': input should be 'moment', 'scene' or 'video'"),
        (
            {"text": "x" * 301},
            "the text has 301 characters and at most 300 are read: say it shorter",
        ),
        (
            {"after": DAY, "before": DAY},
            "nothing lies after 2026-11-01T00:00:00+00:00 and before 2026-11-01T00:00:00+00:00: "
            "give a later `before`",
        ),
        (
            {"after": datetime(2026, 11, 1)},
            "after = datetime.datetime(2026, 11, 1, 0, 0): input should have timezone info",
        ),
        ({"min_score": 1.5}, "min_score = 1.5: input should be less than or equal to 1"),
        (
            {"crop": (0.5, 0, 0.5, 1)},
            "the crop (0.5, 0.0, 0.5, 1.0) is empty: give left < right and top < bottom, as shares "
            "of the picture's width and height",
        ),
        ({"crop": (0, 0, 1, 1.5)}, "crop.3 = 1.5: input should be less than or equal to 1"),
        ({"weights": {"text": 0}}, "weights.text = 0: input should be greater than 0"),
        ({"weights": {"smell": 1}}, "weights.smell = 1: extra inputs are not permitted"),
        (
            {"then": {"text": "b", "within_s": 0}},
            "then.within_s = 0: input should be greater than 0",
        ),
        ({"then": {"text": " "}}, "then.text = ' ': string should have at least 1 character"),
        (
            {"without": ("a",) * 6},
            "without = ('a', 'a', 'a', 'a', 'a', 'a'): tuple should have at most 5 items after "
            "validation, not 6",
        ),
        (
            {"min_anomaly": {"alan": 1e7}},
            "min_anomaly.alan = 10000000.0: input should be less than or equal to 1000000",
        ),
        ({"per_video": 0}, "per_video = 0: input should be greater than or equal to 1"),
        ({"colour": "red"}, "colour = 'red': extra inputs are not permitted"),
    ],
)
def test_each_wrong_field_is_named(fields: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_request(fields)
    assert str(caught.value) == message


def test_what_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UserError, match="alpha = 2: .*; limit = 0: "):
        parse_request({"alpha": 2, "limit": 0})


def test_the_defaults() -> None:
    request = SearchRequest()
    assert (request.level, request.limit, request.sound_mode) == ("moment", 10, "both")
    assert request.alpha is None
