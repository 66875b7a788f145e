"""The video page over a real service."""

import json
from collections.abc import Generator

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from search_api.answers.cases import CaseFinding
from search_api.client import Client
from tests.support.pages import connect, make_key, open_page, press, said
from tests.support.shown import Shown, make_shown_library
from tests.support.small_service import open_small_service


@pytest.fixture
def shown(swift_path) -> Shown:
    return make_shown_library(swift_path)


@pytest.fixture
def service(shown: Shown) -> Generator[TestClient]:
    with open_small_service(shown.root) as opened:
        yield opened


@pytest.fixture
def client(service: TestClient) -> Client:
    return connect(service)


def titles_of(page: AppTest) -> list[str]:
    """Of the plots of the timeline, from above."""
    chart = json.loads(page.get("vega_lite_chart")[0].proto.spec)
    return [plot["title"]["text"] for plot in chart["vconcat"]]


def test_without_a_video_the_page_says_where_to_find_one(client):
    page = open_page("video", client)
    assert not page.exception
    assert "No video chosen" in said(page)


def test_a_moment_shows_its_reasons_and_every_curve(client, shown):
    page = open_page("video", client, video=shown.gate.video_id, at="2.5")
    assert not page.exception
    text = said(page)
    assert "begins 2026-11-01 09:00:00 UTC" in text
    assert "**Why, at 0:02.5** · 2026-11-01 09:00:02 UTC" in text
    assert "trace: score 0.900, 0:02.0–0:03.0 (1 s)" in text
    assert "score 1.000" in text
    assert "motion 50\xa0%, appearance 50\xa0%" in text
    assert "Mark a part: i where it begins" in text
    titles = titles_of(page)
    assert [title.partition(" (")[0] for title in titles] == [
        "alan",
        "trace",
        "local_patterns",
        "sound level",
    ]
    assert titles[0].startswith("alan (raw score) · uncalibrated: ")


def test_heat_is_drawn_once_it_is_asked_for(client, shown, monkeypatch):
    asked: list[str] = []
    sign = client.videos.sign
    monkeypatch.setattr(client.videos, "sign", lambda urls: asked.extend(urls) or sign(urls))
    page = open_page("video", client, video=shown.gate.video_id, at="2.5")
    boxes = "frame?at_s=2.500&boxes=local_patterns&width=960"
    assert [url for url in asked if "boxes" in url] == [f"/v1/videos/{shown.gate.video_id}/{boxes}"]
    page = page.toggle(key="reasons.heat").set_value(True).run()
    assert not page.exception
    assert asked[-1].endswith(f"{boxes}&heat=true")


def test_a_curve_is_taken_away(client, shown):
    page = open_page("video", client, video=shown.gate.video_id)
    page.button_group[0].set_value(["alan"]).run()
    (title,) = titles_of(page)
    assert title.startswith("alan (raw score)")


def test_zooming_asks_for_the_part(client, shown):
    page = open_page("video", client, video=shown.gate.video_id, at="4")
    page = press(page, "Zoom in")
    assert "Shown: 0:02.5–0:05.0 (2.5 s)" in said(page)
    page = press(page, "Whole video")
    assert "Shown: whole video" in said(page)


def test_a_peak_is_gone_to(client, shown):
    page = open_page("video", client, video=shown.gate.video_id)
    assert "Why, at 0:00.0" in said(page)
    page = press(page, r"alan 0\.900 at 0:02.0")
    assert "Why, at 0:02.0" in said(page)


def test_a_video_without_scores_sound_or_playable_pictures_says_so(client, shown):
    page = open_page("video", client, video=shown.yard.video_id)
    assert not page.exception
    text = said(page)
    assert "No detector has scored this video" in text
    assert "No sound track" in text
    assert "Shown in clips, now 0:00.0–0:01.5 (1.52 s): browsers do not play mjpeg" in text


def test_a_recording_that_is_gone_keeps_its_reasons(client, shown):
    shown.gate.path.unlink()
    shown.copy.unlink()
    page = open_page("video", client, video=shown.gate.video_id, at="2.5")
    assert not page.exception
    text = said(page)
    assert "trace: score 0.900" in text
    assert "sound level is not shown" in text


def test_a_part_is_saved_to_a_new_case_and_marked(client, shown):
    link = {"video": shown.gate.video_id, "at": "2.5", "from": "2", "to": "3"}
    page = open_page("video", client, **link)
    assert "Marked: 0:02.0–0:03.0 (1 s)" in said(page)
    next(box for box in page.text_input if box.label == "Its name").input("theft")
    next(box for box in page.text_area if box.label == "Note").input("a <b>note</b>")
    page = press(page.run(), "Save")
    assert not page.exception
    (case,) = client.cases.list()
    (saved,) = client.cases.get(case.case_id).hits
    assert (saved.video_id, saved.start_s, saved.end_s) == (shown.gate.video_id, 2.0, 3.0)
    assert saved.note == "a <b>note</b>"
    assert titles_of(page)[-1] == "saved to cases: 1"


def test_a_clip_is_made_and_said_how(client, shown):
    page = open_page("video", client, video=shown.gate.video_id, **{"from": "1", "to": "2"})
    page = press(page, "Make the clip")
    assert "0:01.0–0:02.0 (1 s)" in said(page)
    link = page.get("link_button")[0].proto
    assert "/clip?" in link.url
    assert "signature=" in link.url


def test_a_viewer_keeps_no_cases(service, shown):
    admin = make_key(service, "admin")
    case = connect(service, admin).cases.create("secret")
    hit = CaseFinding(video_id=shown.gate.video_id, start_s=0, end_s=1, note="")
    connect(service, admin).cases.add_hits(case.case_id, [hit])
    viewer = connect(service, make_key(service, "viewer", admin=admin))
    page = open_page("video", viewer, video=shown.gate.video_id, **{"from": "1", "to": "2"})
    assert not page.exception
    assert "Save" not in [button.label for button in page.button]
    assert titles_of(page)[-1] == "sound level (dBFS)"


def test_what_a_key_may_not_see_is_not_here(service, shown):
    admin = make_key(service, "admin")
    guard = make_key(service, "viewer", admin=admin, cameras=["yard"])
    page = open_page("video", connect(service, guard), video=shown.lost.video_id)
    assert "It is not here" in said(page)
    assert shown.lost.path.name not in said(page)
