"""Journeys of a search by something else than words: a picture, a sound that is recorded."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from search_api.client import Client
from tests.browser.conftest import settle
from tests.browser.sites import Site

pytestmark = pytest.mark.browser


def cards(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile("^Open "))


def open_uploads(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/?all=1")
    page.get_by_role("button", name="Sound or picture").click()


def test_a_picture_finds_where_it_is_from(site: Site, page: Page, look) -> None:
    with Client(site.service) as client:
        (yard,) = client.videos.list(cameras=["yard"]).videos
        picture = client.videos.frame(yard.video_id, 3.0, width=320)
    open_uploads(page, site)
    file = {"name": "<i>yard</i>.jpg", "mimeType": "image/jpeg", "buffer": picture}
    page.get_by_test_id("stFileUploaderDropzoneInput").nth(1).set_input_files([file])
    expect(page.get_by_text("Picture: <i>yard</i>.jpg")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cards(page).first).to_have_attribute("href", re.compile(f"video={yard.video_id}"))
    expect(page).to_have_url(re.compile(r"\?image=[0-9a-f]{32}&all=1$"))
    look(page, "search-picture")
    require_same_elsewhere(page)


def require_same_elsewhere(page: Page) -> None:
    """The address shows a colleague the same hits, in the same order."""
    shown = [card.get_attribute("href") for card in cards(page).all()]
    other = page.context.new_page()
    other.goto(page.url)
    expect(cards(other)).to_have_count(len(shown))
    assert [card.get_attribute("href") for card in cards(other).all()] == shown
    expect(other.get_by_text("Picture: a picture that was sent")).to_be_visible()
    other.close()


def test_a_recorded_sound_finds_moments(site: Site, page: Page, look) -> None:
    open_uploads(page, site)
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    expect(recorder.get_by_test_id("stAudioInputWaveformTimeCode")).to_have_text("00:01")
    recorder.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_text(re.compile("^Sound: .+"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(cards(page).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?audio=[0-9a-f]{32}&all=1$"))
    look(page, "search-recorded")


def test_an_upload_that_is_not_kept_any_more_is_said(site: Site, page: Page, look) -> None:
    page.goto(f"{site.address}/?q=a+square&image={'0' * 32}&all=1")
    gone = page.get_by_role("heading", name="The sound or picture of this search is gone")
    expect(gone).to_be_visible()
    settle(page)
    look(page, "search-upload-gone")
    page.get_by_role("button", name="Remove the picture").click()
    expect(cards(page).first).to_be_visible()
    expect(gone).to_have_count(0)
