"""The form's fields and the query that they say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from pydantic import ValidationError

from search_api.answers.searching import SearchBody
from search_api.requests import Then, Weights
from tests.ui.test_links import ASKED
from ui.links import Asked
from ui.searching.fields import from_state, restrictions, to_state

BERLIN = ZoneInfo("Europe/Berlin")


@given(ASKED)
def test_every_query_comes_back_from_its_fields(asked):
    assume(not any("\n" in text for text in asked.body.without))
    assert from_state(to_state(asked, BERLIN), BERLIN) == asked


def test_times_are_read_in_the_zone_that_is_shown():
    state = to_state(Asked(SearchBody(after=datetime(2026, 11, 1, 10, tzinfo=UTC))), BERLIN)
    assert state["after"] == datetime(2026, 11, 1, 11)
    state["before"] = datetime(2026, 11, 1, 12)
    assert from_state(state, BERLIN).body.before == datetime(2026, 11, 1, 11, tzinfo=UTC)


def test_an_empty_time_window_is_refused():
    state = to_state(Asked(), BERLIN)
    state["after"], state["before"] = datetime(2026, 11, 2), datetime(2026, 11, 1)
    with pytest.raises(ValidationError, match="nothing lies after"):
        from_state(state, BERLIN)


def test_blank_lines_and_blank_words_ask_for_nothing():
    state = to_state(Asked(), BERLIN) | {"q": "  ", "without": "\n rain \n\n", "then": " "}
    asked = from_state(state, BERLIN)
    assert not asked.is_something
    assert asked.body.without == ("rain",)
    assert asked.body.then is None


def test_what_narrows_a_search_is_said():
    body = SearchBody(
        text="fire",
        cameras=("gate",),
        has_sound=False,
        min_anomaly={"alan": 0.5},
        min_score=0.2,
        without=("rain",),
        then=Then(text="smoke", within_s=5),
        weights=Weights(audio=2),
        alpha=0.3,
        per_video=1,
        level="scene",
    )
    assert restrictions(body, {}) == [
        "camera gate",
        "without sound",
        "alan ≥ 0.5",
        "score ≥ 0.2",
        "without “rain”",
        "then “smoke” within 5 s, same camera",
        "sound × 2",
        "α = 0.3",
        "scenes (1 min)",
        "at most 1 a video",
    ]
    assert restrictions(SearchBody(text="fire"), {}) == []
