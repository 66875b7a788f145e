"""A case's hits, and recordings of one time, in words and by value."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from search_api.answers.cases import Case, CaseFinding
from search_api.answers.evidence import BundleVerdict, ExportState
from search_api.answers.videos import FileState, VideoDetails, VideoItem, VideoPlace
from ui.cases import found
from ui.cases.checking import made_at, sentence, troubles
from ui.cases.evidence import progress
from ui.cases.panes import pane, playing, recordings_at

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ID = "a" * 64


def video(camera: str | None = "gate", start: datetime | None = NOON, seconds: float = 60.0):
    place = VideoPlace(
        path="/f/a.mp4", camera=camera, recorded_at=start, recorded_from="name", clock_offset_s=0
    )
    return VideoItem(
        video_id=ID,
        name="a.mp4",
        duration_s=seconds,
        width=320,
        height=240,
        fps=25,
        codec="h264",
        has_sound=False,
        size_bytes=1,
        problems=[],
        detectors=[],
        places=[place],
        thumbnail_url="/v1/t",
    )


def details(*, is_playable: bool = True, **facts):
    file = FileState(state="here", is_playable=is_playable)
    item = video(**facts).model_dump()
    return VideoDetails(**item, file=file, anomaly=[], is_locked=False, media_url="/v1/m?signed")


def finding(**fields) -> CaseFinding:
    return CaseFinding(video_id=ID, start_s=5.0, end_s=8.0, **fields)


def hits(videos):
    kept = {**finding().model_dump(), "added_at": NOON}
    case = Case.model_validate(
        {
            "case_id": 1,
            "name": "theft",
            "created_at": NOON,
            "is_locked": False,
            "notes": [],
            "hits": [{**kept, "hit_id": 7}, {**kept, "hit_id": 3}],
        }
    )
    return found.found_hits(case, videos)


def test_hits_are_numbered_in_order_and_dated_by_their_video():
    first, second = hits({ID: details()})
    assert [first.number, first.hit_id, second.number, second.hit_id] == [1, 7, 2, 3]
    assert first.title == "1 · gate · 0:05.0–0:08.0 (3 s)"
    assert first.when(ZoneInfo("Europe/Prague")) == "2026-07-01 14:00:05 CEST"
    assert found.thumbnail_path(first) == f"/v1/videos/{ID}/thumbnail?at_s=6.500&width=320"


def test_hits_of_a_video_that_is_gone_still_say_what_they_are():
    hit = hits({})[0]
    assert (hit.name, hit.camera) == (f"video {'a' * 12}", "no camera named")
    assert hit.when(ZoneInfo("UTC")) == "time not known"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (None, "marked by hand"),
        ({"text": "a red car"}, '"a red car"'),
        ({"audio": "glass.wav", "cameras": ["a", "b"]}, "the sound glass.wav, at a or b"),
        (
            {"text": "a", "without": ["b", "c"], "then": {"text": "d", "within_s": 12.5}},
            '"a", without "b", without "c", then "d" within 12.5 s',
        ),
    ],
)
def test_queries_in_words(query, said):
    assert found.asked(query) == said


def test_scores_say_what_they_are_the_sum_of():
    assert found.scored(finding()) == ""
    assert found.scored(finding(score=0.5)) == "0.500"
    parts = {"cls": 0.375, "avg": 0.125}
    assert found.scored(finding(score=0.5, parts=parts)) == "0.500 = cls 0.375 + avg 0.125"
    assert found.anomalies(finding(anomaly={"alan": 0.25})) == "alan 0.250 (raw)"
    assert found.because(finding(explanation={"of": "another version"})) == ""


def test_a_recording_plays_itself_and_what_browsers_cannot_play_as_a_clip():
    source = playing(details(), 3.0, 10.0)
    assert (source.url, source.is_signed, source.start_s) == ("/v1/m?signed", True, 0.0)
    assert pane("x", ["", "y"], source=source, url="u", at_s=5.0).lines == ("y",)
    clip = playing(details(is_playable=False), -2.0, 10.0)
    assert clip.url == f"/v1/videos/{ID}/clip?start_s=0.000&end_s=10.000"
    late = playing(details(is_playable=False), 55.0, 70.0)
    assert (late.start_s, late.duration_s, late.is_signed) == (55.0, 5.0, False)
    assert pane("x", [], source=late, url="u", at_s=57.0).zero_s == 2.0


def test_each_camera_shows_what_it_recorded_at_the_moment():
    minute = timedelta(minutes=1)
    videos = [
        video("yard", NOON - minute, 30.0),
        video("yard", NOON - timedelta(seconds=20), 30.0),
        video("gate", NOON + timedelta(seconds=5), 30.0),
        video("hall", None),
        video(None, NOON),
    ]
    recordings = recordings_at(videos, NOON)
    told = [(one.camera, one.at_s) for one in recordings]
    assert told == [("gate", -5.0), ("no camera named", 0.0), ("yard", 20.0)]


@pytest.mark.parametrize(
    ("state", "share", "said"),
    [
        ("waiting", 0.0, "Waits for its turn: 0 of 4 hits."),
        ("running", 0.5, "Clips and pictures are gathered: 2 of 4 hits."),
        ("done", 1.0, "The bundle is ready: 4 hits, 1.5 MB."),
    ],
)
def test_progress_of_a_bundle(state, share, said):
    size_bytes = 1_500_000 if state == "done" else None
    export = ExportState(
        export_id="e",
        state=state,
        num_gathered=round(4 * share),
        num_findings=4,
        reason=None,
        size_bytes=size_bytes,
    )
    assert progress(export) == (share, said)


def verdict(**changes) -> BundleVerdict:
    lists = dict.fromkeys(("altered", "missing", "added", "unmatched"), [])
    usual = {"is_intact": True, "is_proven": False, "signer": "1", "trusted": None}
    facts = {**lists, **usual, "num_files": 3, "created_at": None, **changes}
    return BundleVerdict.model_validate(facts)


@pytest.mark.parametrize(
    ("changes", "kind", "title"),
    [
        ({"is_proven": True, "trusted": "1"}, "proven", "Proven."),
        ({}, "intact", "Whole, but not proven."),
        ({"trusted": "2"}, "broken", "Signed by a stranger."),
        ({"is_intact": False}, "broken", "This bundle is not as it was signed."),
        ({"is_intact": False, "trusted": "1"}, "broken", "This bundle is not as it was signed."),
    ],
)
def test_verdicts_in_words(changes, kind, title):
    assert sentence(verdict(**changes))[:2] == (kind, title)


def test_each_file_that_is_not_as_signed_is_named():
    told = verdict(is_intact=False, altered=["clips/1.mp4"], added=["x"])
    assert troubles(told) == {"Altered": ["clips/1.mp4"], "Added by somebody": ["x"]}


def test_the_time_of_a_bundle_is_shown_with_its_zone():
    prague = ZoneInfo("Europe/Prague")
    assert made_at("2026-07-01T12:00:00+00:00", prague) == "2026-07-01 14:00:00 CEST"
    assert made_at("<b>", prague) == "<b>"
    assert made_at(None, prague) == "time not known"
