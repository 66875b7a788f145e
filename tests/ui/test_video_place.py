"""Links to a moment, and words of the video page's parts, by value."""

import pytest

from search_api.answers.videos import FileState, VideoDetails
from search_api.schemas import Reason, RegionReason, SearchHit, SearchQuery, SearchResponse
from ui.player import Marks
from ui.watching import actions, footage, lanes, place, reasons
from ui.watching.place import Link

VIDEO = "a" * 64
REGION = RegionReason(
    box=(0, 0, 1, 1),
    time_s=2.4,
    track=0,
    caption="a blue car.",
    is_carried=True,
    act="a car hits a cyclist.",
    score=1.0,
    appearance=0.25,
    motion=0.25,
    odds=0.5,
)


def hit(**changed: object) -> SearchHit:
    facts = {
        "rank": 1,
        "video": "a.mp4",
        "video_id": VIDEO,
        "camera": None,
        "start_s": 1.0,
        "end_s": 3.0,
        "start_time": None,
        "score": 0.25,
        "parts": {"cls": 0.25},
        "anomaly": {},
        "explanation": None,
    }
    return SearchHit.model_validate(facts | changed)


def found(*hits: SearchHit) -> SearchResponse:
    return SearchResponse(
        query=SearchQuery(text="a fight"),
        profile="tiny",
        level="moment",
        ranking="similarity",
        hits=list(hits),
    )


def details(**changed: object) -> VideoDetails:
    facts = {
        "video_id": VIDEO,
        "name": "a.avi",
        "duration_s": 100.0,
        "width": 100,
        "height": 100,
        "fps": 25.0,
        "codec": "mjpeg",
        "has_sound": False,
        "size_bytes": 1,
        "problems": [],
        "detectors": [],
        "places": [],
        "thumbnail_url": "/v1/t",
        "file": FileState(state="here"),
        "anomaly": [],
        "is_locked": False,
        "media_url": "/v1/m",
    }
    return VideoDetails.model_validate(facts | changed)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, Link(None, None, Marks())),
        (
            {"video": "v", "at": "12.3", "from": "10", "to": "20"},
            Link("v", 12.3, Marks(10.0, 20.0)),
        ),
        ({"video": "v", "at": "soon", "from": "nan", "to": "-1"}, Link("v", None, Marks())),
        ({"video": "v", "from": "20", "to": "10"}, Link("v", None, Marks())),
        ({"video": "v", "from": "20"}, Link("v", None, Marks(20.0))),
    ],
)
def test_a_link_says_a_video_a_time_and_a_part(params, expected):
    assert place.read_link(params) == expected


def test_a_thing_says_what_it_does_looks_like_and_is_scored_for():
    assert reasons.region_words(REGION) == (
        "score 1.000 · a car hits a cyclist · looks like: a blue car (as it looked before) · "
        "acts 50\xa0%, motion 25\xa0%, appearance 25\xa0%"
    )
    bare = REGION.model_copy(update={"act": "", "caption": "", "score": 0.0, "odds": 0.0})
    assert reasons.region_words(bare.model_copy(update={"motion": 0.0, "appearance": 0.0})) == (
        "score 0.000"
    )


def test_a_sentence_says_how_near_it_is_and_what_it_is_said_of():
    near = Reason(text="a fight", context="street", kind="assault", similarity=0.4126)
    assert reasons.sentence(near) == "0.41 a fight (assault, street)"
    normal = Reason(text="nothing", context="", kind=None, similarity=-0.1)
    assert reasons.sentence(normal) == "-0.10 nothing"


def test_a_clip_says_whether_it_was_copied_and_how_early_it_begins():
    facts = {"clip-method": "copy", "clip-start-s": "4.5", "clip-end-s": "7.0"}
    assert actions.clip_words(facts, 5.0) == (
        "Copied as recorded: 0:04.5–0:07.0 (2.5 s); begins 0.5 s early, at a key picture"
    )
    anew = {"clip-method": "encode", "clip-start-s": "5.0", "clip-end-s": "7.0"}
    assert actions.clip_words(anew, 5.0) == "Encoded anew: 0:05.0–0:07.0 (2 s)"
    odd = {**facts, "clip-is-playable": "false"}
    assert actions.clip_words(odd, 4.5).endswith("browsers may not play it")


def test_a_marked_hit_is_saved_with_what_the_search_said_and_another_part_without():
    saved = actions.finding_of(VIDEO, (1.0, 3.0), found(hit()))
    assert (saved["score"], saved["profile"], saved["ranking"]) == (0.25, "tiny", "similarity")
    assert str(saved["query"]).startswith("{'text': 'a fight'")
    chosen = {"video_id": VIDEO, "start_s": 1.0, "end_s": 4.0}
    assert actions.finding_of(VIDEO, (1.0, 4.0), found(hit())) == chosen
    assert actions.finding_of("b" * 64, (1.0, 3.0), found(hit()))["video_id"] == "b" * 64
    assert actions.finding_of(VIDEO, (1.0, 4.0), None) == chosen


def test_hits_of_the_search_in_this_video_are_marked():
    other = hit(video_id="b" * 64)
    (lane,) = lanes.hit_lane(VIDEO, found(hit(), other, hit(rank=3, start_s=5.0, end_s=8.0)))
    assert [(m.start_s, m.end_s) for m in lane.marks] == [(1.0, 3.0), (5.0, 8.0)]
    assert lane.marks[1].said == "hit 3: score 0.250, 0:05.0–0:08.0 (3 s)"
    assert lanes.hit_lane(VIDEO, None) == []


@pytest.mark.parametrize(
    ("at_s", "size_px", "expected"),
    [
        (0.0, 100, (0.0, 60.0)),
        (59.9, 100, (0.0, 60.0)),
        (60.0, 100, (60.0, 100.0)),
        (100.0, 100, (60.0, 100.0)),
        (25.0, 2000, (20.0, 40.0)),  # 4e6 pixels, 25 a second: 2e9 in 20 s
    ],
)
def test_what_browsers_cannot_play_is_shown_in_pieces(at_s, size_px, expected):
    video = details(width=size_px, height=size_px)
    assert footage.piece_at(video, at_s) == expected
