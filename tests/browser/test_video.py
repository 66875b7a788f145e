"""Journeys of the video page: from a link to a moment to what is kept of it."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from search_api.client import Client
from tests.browser.conftest import settle
from tests.browser.sites import Site, open_site
from tests.support.shown import Shown, make_shown_library
from tests.support.small_service import tiny_profile

pytestmark = pytest.mark.browser


def open_video(page: Page, site: Site, video_id: str, query: str = "") -> Locator:
    """The page on a video; the clock of its player."""
    page.goto(f"{site.address}/video?video={video_id}{query}")
    clock = page.get_by_role("status", name="Time")
    expect(clock).to_be_visible()
    return clock


def plot(page: Page) -> Locator:
    """The first curve's area, once it is drawn and the strip over it knows the time."""
    strip = page.get_by_role("slider", name="Time in the video")
    expect(strip).to_have_attribute("aria-valuenow", re.compile(r"\d"))
    expect(page.locator(".st-key-timeline svg").first).to_be_visible()
    return page.locator(".st-key-timeline svg path.background[d*='v58']").first


def click_at(page: Page, share: float) -> None:
    """Clicks the first curve, that share of its width from the left."""
    area = plot(page)
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + share * box["width"], box["y"] + 20)


def test_a_moment_is_opened_sought_marked_kept_and_exported(
    watched: Site, shown: Shown, page: Page, look, tmp_path: Path
):
    clock = open_video(page, watched, shown.gate.video_id, "&at=1.5")
    expect(clock).to_contain_text("0:01.5 / 0:05.0 · 2026-11-01 09:00:01 UTC")
    recording = page.get_by_label("The recording")
    expect(recording).to_have_js_property("currentTime", 1.5)
    click_at(page, 0.5)
    expect(clock).to_contain_text("0:02.5 / 0:05.0")
    reasons = page.locator(".st-key-reasons")
    expect(reasons).to_contain_text("Why, at 0:02.5")
    expect(reasons).to_contain_text("trace: score 0.900")
    expect(page).to_have_url(re.compile(r"at=2\.5"))
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    expect(clock).to_contain_text("0:03.5")
    page.keyboard.press("o")
    expect(page.get_by_text("Marked: 0:02.5–0:03.5 (1 s).")).to_be_visible()
    expect(page).to_have_url(re.compile(r"from=2\.5&to=3\.5"))
    expect(clock).to_contain_text("0:03.5")
    look(page, "video")
    expect(clock).to_contain_text("0:03.5")
    _save(page, "theft", note="at the gate")
    _require_kept(watched, shown)
    _export(page, tmp_path)


def _save(page: Page, case: str, *, note: str) -> None:
    page.get_by_role("button", name="Save to case").click()
    page.get_by_label("Its name").fill(case)
    page.get_by_label("Note").fill(note)
    page.get_by_label("Note").press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved to the case")).to_be_visible()
    expect(page.locator(".st-key-timeline")).to_contain_text("saved to cases: 1")


def _require_kept(site: Site, shown: Shown) -> None:
    with Client(site.service) as client:
        (case,) = [case for case in client.cases.list() if case.name == "theft"]
        (hit,) = client.cases.get(case.case_id).hits
    assert (hit.video_id, hit.note) == (shown.gate.video_id, "at the gate")
    assert (hit.start_s, hit.end_s) == pytest.approx((2.5, 3.5), abs=0.02)


def _export(page: Page, folder: Path) -> None:
    page.get_by_role("button", name="Export clip").click()
    page.get_by_role("button", name="Make the clip").click()
    link = page.get_by_role("link", name="Download the MP4")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    assert address is not None
    answer = httpx.get(address)  # without a key, as a tag does
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.content[4:8] == b"ftyp"


def test_the_keys_play_step_and_leave_fields_alone(watched: Site, shown: Shown, page: Page):
    clock = open_video(page, watched, shown.gate.video_id)
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(clock).not_to_contain_text("0:00.0 /")
    page.keyboard.press("k")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(clock).to_contain_text("0:00.0 /")
    step = 1 / shown.gate.fps
    page.keyboard.press(".")
    recording = page.get_by_label("The recording")
    expect(recording).to_have_js_property("currentTime", step)
    page.keyboard.press(",")
    expect(recording).to_have_js_property("currentTime", 0)
    strip = page.get_by_role("slider", name="Time in the video")
    strip.focus()
    page.keyboard.press("ArrowRight")
    expect(strip).to_have_attribute("aria-valuenow", "1.0")
    page.keyboard.press("End")
    expect(strip).to_have_attribute("aria-valuenow", "5.0")
    page.keyboard.press("Home")
    expect(strip).to_have_attribute("aria-valuenow", "0.0")


def test_the_keyboard_is_enough(watched: Site, shown: Shown, page: Page):
    """From the address to a kept hit without a mouse."""
    with Client(watched.service) as client:
        client.cases.create("by keys")
    clock = open_video(page, watched, shown.lost.video_id, "&at=0.2")
    expect(page.get_by_label("The recording")).to_have_js_property("readyState", 4)
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    expect(clock).to_contain_text("0:01.2")
    page.keyboard.press("o")
    expect(page.get_by_text("Marked: 0:00.2–0:01.2 (1 s).")).to_be_visible()
    settle(page)
    tab_to(page, page.get_by_role("button", name="Save to case"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Note"))
    page.keyboard.type("jam at kiosk l, mill oil")  # letters that are keys of the player too
    expect(clock).to_contain_text("0:01.2")
    tab_to(page, page.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved to the case")).to_be_visible()
    page.keyboard.press("Escape")
    strip = page.get_by_role("slider", name="Time in the video")
    tab_to(page, strip)
    page.keyboard.press("PageUp")
    expect(strip).to_have_attribute("aria-valuenow", "1.4")
    with Client(watched.service) as client:
        kept = [hit for case in client.cases.list() for hit in client.cases.get(case.case_id).hits]
    assert "jam at kiosk l, mill oil" in [hit.note for hit in kept]


def tab_to(page: Page, wanted: Locator, *, most: int = 60) -> None:
    """Presses Tab until it is reached."""
    expect(wanted).to_be_visible()
    for _ in range(most):
        if wanted.evaluate("element => element.matches(':focus')"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {wanted}")


def test_a_drag_zooms_and_a_button_shows_all_again(watched: Site, shown: Shown, page: Page):
    open_video(page, watched, shown.gate.video_id)
    plot(page).scroll_into_view_if_needed()
    box = plot(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Shown: 0:01.0–0:03.0 (2 s)")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Whole video").click()
    expect(page.get_by_text("Shown: whole video")).to_be_visible()


def test_what_browsers_cannot_play_is_shown_in_clips(watched: Site, shown: Shown, page: Page, look):
    clock = open_video(page, watched, shown.yard.video_id, "&at=0.5")
    expect(page.get_by_text("browsers do not play mjpeg")).to_be_visible()
    expect(page.get_by_label("The recording")).to_have_js_property("readyState", 4)
    expect(clock).to_contain_text("0:00.5 / 0:01.5")
    look(page, "video-clips")


def test_a_similar_moment_and_a_sound_are_searched_for(watched: Site, shown: Shown, page: Page):
    open_video(page, watched, shown.gate.video_id, "&at=1&from=1&to=4")
    page.get_by_role("button", name="Find similar").click()
    expect(page).to_have_url(re.compile(r"image=[0-9a-f]{32}"))
    open_video(page, watched, shown.gate.video_id, "&at=1&from=1&to=4")
    page.get_by_role("button", name="Find this sound").click()
    expect(page).to_have_url(re.compile(r"audio=[0-9a-f]{32}"))


def test_a_recording_that_is_gone_is_said(page: Page, tmp_path: Path, look):
    shown = make_shown_library(tmp_path)
    shown.gate.path.unlink()
    shown.copy.unlink()
    with open_site(shown.root, load_profile=tiny_profile) as site:
        clock = open_video(page, site, shown.gate.video_id, "&at=1")
        expect(page.get_by_text("Scores and reasons are still here.")).to_be_visible()
        click_at(page, 0.5)
        expect(clock).to_contain_text("0:02.5 / 0:05.0")
        expect(page.locator(".st-key-reasons")).to_contain_text("Why, at 0:02.5")
        look(page, "video-gone")
