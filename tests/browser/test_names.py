"""Names of any kind: they are text and nothing else, and they fit."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from search_api.client import Client
from tests.browser.conftest import settle
from tests.browser.sites import Site, open_site
from tests.support.service import index_footage
from tests.support.tiny_footage import write_video

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=document.title='owned'>"
HOSTILE_FILE = "20261101_100000 <svg onload=document.title='owned'> :red[x] ![y](http:q).mp4"
CAMERAS = (HOSTILE, "كاميرا البوابة الشمالية", "🎥 dock 7 🚢", "w" * 90)
SIZES = ((1280, 720), (3840, 2160))


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("named")
    for seed, camera in enumerate(CAMERAS):
        name = HOSTILE_FILE if camera == HOSTILE else f"20261101_100000 {camera[:60]}.mp4"
        write_video(root / "footage" / camera / name, seconds=4, seed=seed)
    index_footage(root / "library", root / "footage")
    with open_site(root / "library") as site:
        yield site


def require_fitting(page: Page) -> None:
    """Nothing is wider than the window, and scripts in names did not run."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        main = page.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    assert "owned" not in page.title()
    assert page.locator("img[src=x], svg[onload]").count() == 0


@pytest.mark.parametrize("view", ["grid", "list"])
def test_hits_of_any_name(named: Site, page: Page, look, view: str) -> None:
    page.goto(f"{named.address}/?q=a+square&all=1&view={view}")
    for camera in CAMERAS:
        expect(page.get_by_text(camera, exact=True).first).to_be_visible()
    expect(page.get_by_text(HOSTILE_FILE, exact=True)).to_be_visible()
    require_fitting(page)
    look(page, f"names-{view}")


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_video_of_any_name(named: Site, page: Page, look, camera: str) -> None:
    with Client(named.service) as client:
        (video,) = client.videos.list(cameras=[camera]).videos
    page.goto(f"{named.address}/video?video={video.video_id}&q=a&camera={camera}&all=1")
    expect(page.get_by_role("heading").first).to_have_text(camera)
    expect(page.get_by_text(video.name or "").first).to_be_visible()
    require_fitting(page)
    look(page, f"names-video-{CAMERAS.index(camera)}")


def test_a_filter_and_the_library_of_any_name(named: Site, page: Page, look) -> None:
    page.goto(f"{named.address}/?q=a&all=1&camera={HOSTILE}&camera={CAMERAS[1]}")
    expect(page.get_by_text(re.compile(f"^Only: camera {re.escape(HOSTILE)}"))).to_be_visible()
    require_fitting(page)
    look(page, "names-filter")
    page.goto(f"{named.address}/library")
    expect(page.get_by_text("1–4 of 4 videos")).to_be_visible()
    require_fitting(page)
    look(page, "names-library")
