"""Videos, jobs and deletions in words, by value."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from search_api.answers.jobs import JobAnswer, JobFiles, JobProgress
from search_api.answers.videos import SpaceRemoval, VideoRemoval
from ui.library import job_words
from ui.library.choosing import at, shown_range
from ui.library.removal import removed

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def job(**changes) -> JobAnswer:
    files = {"total": 4, "indexed": 1, "known": 1, "failed": 1, "left": 1, "total_bytes": 9}
    usual = {
        "job_id": "j",
        "state": "running",
        "reason": None,
        "origin": "request",
        "retry_of": None,
        "created_by": "desk",
        "created_at": NOON,
        "started_at": NOON,
        "ended_at": None,
        "attempts": 1,
        "paths": ["/footage/gate/a.mp4", "/footage/yard/"],
        "num_paths": 3,
        "footage": [],
        "camera": None,
        "name_pattern": None,
        "timezone": None,
        "detectors": ["alan"],
        "files": JobFiles(**files),
        "progress": JobProgress(
            share=0.483, footage_s=60.0, speed=31.25, left_s=180.0, current="a.mp4"
        ),
        "failures": [],
        "revision": 1,
    }
    return JobAnswer.model_validate({**usual, **changes})


def test_a_job_in_words():
    assert job_words.title(job()) == "a.mp4 and 2 more"
    assert job_words.title(job(paths=["/footage/yard/"], num_paths=1)) == "yard"
    assert job_words.title(job(paths=[], num_paths=0)) == "footage"
    assert job_words.outcome(job()) == "4 files: 1 indexed, 1 known already, 1 failed, 1 left"
    assert (
        job_words.progress(job())
        == "48 % · 31.2 times as fast as it plays · about 3 min left · a.mp4"
    )
    unknown = JobProgress(share=0.0, footage_s=0.0, speed=None, left_s=None, current=None)
    assert job_words.progress(job(progress=unknown)) == "0 %"
    assert (
        job_words.heading(job(origin="retry", camera="gate", attempts=2), ZoneInfo("UTC"))
        == "tried again · by desk · 2026-07-01 12:00:00 UTC · camera gate · detectors alan · run 2"
    )


@pytest.mark.parametrize(
    ("state", "files", "is_live", "may_repeat"),
    [
        ("running", {"total": 2, "failed": 1}, True, False),
        ("waiting", {}, True, False),
        ("done", {"total": 2, "indexed": 2}, False, False),
        ("done", {"total": 2, "failed": 1}, False, True),
        ("cancelled", {"total": 2, "left": 2}, False, True),
        ("failed", {}, False, True),
    ],
)
def test_what_can_be_tried_again(state, files, is_live, may_repeat):
    none = dict.fromkeys(("total", "indexed", "known", "failed", "left", "total_bytes"), 0)
    found = job(state=state, files=JobFiles(**{**none, **files}))
    assert (job_words.is_live(found), job_words.can_repeat(found)) == (is_live, may_repeat)


def test_pages_say_where_they_are():
    assert shown_range(1, 50, 230) == "1–50 of 230 videos"
    assert shown_range(5, 30, 230) == "201–230 of 230 videos"
    assert shown_range(1, 1, 1) == "1–1 of 1 video"
    assert shown_range(1, 0, 0) == "No videos"


def test_typed_times_are_of_the_zone_that_is_shown():
    typed = at(datetime(2026, 7, 1, 14, 0), ZoneInfo("Europe/Prague"))
    assert typed is not None
    assert typed == NOON
    assert typed.utcoffset() == timedelta(hours=2)
    assert at(None, ZoneInfo("UTC")) is None


def test_a_deletion_says_what_is_gone_and_what_stays():
    space = SpaceRemoval(space="compact", points=7, tracks=["a", "b"], features=0, cached=1)
    removal = VideoRemoval(video_id="x", sources=["/f/a.mp4"], spaces=[space])
    assert removed("a.mp4", removal) == (
        "a.mp4 is out of the library: 7 segments, 2 files of scores, 1 kept picture or clip "
        "removed. On disk: 1 recording, untouched."
    )
