"""The query in the address, there and back."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.answers.searching import SearchBody
from search_api.requests import Then, Weights
from ui.links import LIMIT, Asked, from_params, href, to_params, to_video

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda text: text == text.strip() and bool(text)
)
BODIES = st.builds(
    SearchBody,
    text=st.none() | WORDS,
    without=st.lists(WORDS, max_size=3).map(tuple),
    then=st.none()
    | st.builds(
        Then, text=WORDS, within_s=st.integers(1, 600).map(float), same_camera=st.booleans()
    ),
    weights=st.builds(Weights, text=st.sampled_from([0.5, 1.0, 2.0])),
    cameras=st.lists(WORDS, max_size=3).map(tuple),
    after=st.none() | st.just(datetime(2026, 11, 1, 10, tzinfo=UTC)),
    has_sound=st.none() | st.booleans(),
    min_score=st.none() | st.sampled_from([0.0, 0.25]),
    min_anomaly=st.dictionaries(st.sampled_from(["alan", "trace"]), st.sampled_from([0.0, 0.5])),
    alpha=st.none() | st.sampled_from([0.0, 0.3, 1.0]),
    limit=st.just(LIMIT),
    merge=st.booleans(),
    crop=st.none() | st.just((0.0, 0.25, 0.5, 1.0)),
    level=st.sampled_from(["moment", "scene", "video"]),
)
ASKED = st.builds(
    Asked, body=BODIES, view=st.sampled_from(["grid", "list"]), shows_all=st.booleans()
)


@given(ASKED)
def test_every_query_comes_back_from_its_address(asked):
    query = href("", to_params(asked)).removeprefix("?")
    assert from_params(parse_qs(query, keep_blank_values=True)) == asked


def test_an_empty_query_has_an_empty_address():
    assert to_params(Asked()) == {}
    assert from_params({}) == Asked()
    assert not Asked().is_something


def test_an_address_reads_like_the_query():
    body = SearchBody(
        text="a man falls",
        without=("rain",),
        then=Then(text="he gets up", within_s=20, same_camera=False),
        weights=Weights(audio=0.5),
        cameras=("gate", "yard"),
        after=datetime(2026, 11, 1, 10, tzinfo=UTC),
        has_sound=False,
        min_anomaly={"alan": 0.5},
        limit=LIMIT,
    )
    assert to_params(Asked(body, view="list", shows_all=True)) == {
        "q": ["a man falls"],
        "after": ["2026-11-01T10:00:00Z"],
        "without": ["rain"],
        "camera": ["gate", "yard"],
        "sound": ["0"],
        "anomaly.alan": ["0.5"],
        "weight.audio": ["0.5"],
        "then": ["he gets up"],
        "within": ["20"],
        "same_camera": ["0"],
        "view": ["list"],
        "all": ["1"],
    }


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"q": ["fire"], "alpha": ["2"]}, "alpha"),
        ({"after": ["yesterday"]}, "after"),
        ({"crop": ["0.5,0,0.5,1"]}, "crop"),
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["many"]}, "limit"),
        ({"alpha": ["nan"]}, "alpha"),
        ({"alpha": ["inf"]}, "alpha"),
        ({"sound": ["perhaps"]}, "has_sound"),
        ({"audio": ["../etc"]}, "audio"),
    ],
)
def test_a_wrong_address_asks_for_nothing_and_says_why(params, named):
    asked = from_params(params)
    assert not asked.is_something
    assert named in asked.problem


def test_parameters_of_others_are_passed_over():
    assert from_params({"q": ["fire"], "utm": ["x"], "key": ["rtr_1"]}).body.text == "fire"
    assert to_params(from_params({"q": ["fire"], "key": ["rtr_1"]})) == {"q": ["fire"]}


def test_a_video_link_carries_the_moment_and_the_query():
    asked = Asked(SearchBody(text="fire & <b>", limit=LIMIT))
    params = to_video("ab12", 12.5, start_s=10.0, end_s=20.0, asked=asked)
    assert params == {
        "q": ["fire & <b>"],
        "video": ["ab12"],
        "at": ["12.5"],
        "from": ["10"],
        "to": ["20"],
    }
    assert href("video", params) == "video?q=fire+%26+%3Cb%3E&video=ab12&at=12.5&from=10&to=20"
