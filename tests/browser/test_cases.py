"""Journeys of the cases page: from saved hits to a bundle that somebody checks."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.making import CASE, open_a_case
from tests.browser.sites import Site, open_site

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=\"document.title='owned'\"> ![x](http://127.0.0.1/x.png)"


@pytest.fixture
def cased(library_copy: Path) -> Iterator[Site]:
    """A site whose one case has a hit of each camera, of the same time."""
    with open_site(library_copy, evidence_key=library_copy / "evidence.pem") as site:
        open_a_case(site.service)
        yield site


def open_case(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/cases")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name=CASE)).to_be_visible()


def turn_to(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view)).first.click()


def test_a_case_is_ordered_annotated_exported_and_checked(cased, page, tmp_path, look):
    open_case(page, cased)
    expect(page.locator(".st-key-hit-1")).to_contain_text("1 · gate · 2026-11-01 10:00:04 UTC")
    picture = page.get_by_role("img", name="Picture of hit 1")
    expect(picture).to_have_js_property("complete", True)
    page.get_by_role("button", name="Down").first.click()
    expect(page.locator(".st-key-hit-2")).to_contain_text("1 · yard")
    page.get_by_label("New note").fill(f"Seen by the guard {HOSTILE}")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text(HOSTILE)).to_be_visible()
    look(page, "case")
    turn_to(page, "Evidence")
    page.get_by_role("button", name="Make the bundle").click()
    link = page.get_by_role("link", name="Download the bundle")
    expect(link).to_be_visible()
    look(page, "case-evidence")
    fingerprint = page.get_by_test_id("stCode").first.inner_text().strip()
    bundle = tmp_path / "bundle.zip"
    with page.expect_download() as download:
        link.click()
    download.value.save_as(bundle)
    assert "manifest.json" in zipfile.ZipFile(bundle).namelist()
    expect(page.get_by_text("It was fetched")).to_be_visible()
    page.get_by_role("button", name="All cases").click()
    check(page, bundle, fingerprint)
    expect(page.get_by_text("Proven.")).to_be_visible()
    look(page, "check-proven")
    altered = alter(bundle, tmp_path / "altered.zip")
    check(page, tmp_path / "altered.zip", fingerprint)
    expect(page.get_by_text("This bundle is not as it was signed.")).to_be_visible()
    expect(page.get_by_text(altered, exact=True)).to_be_visible()
    look(page, "check-altered")


def check(page: Page, bundle: Path, fingerprint: str) -> None:
    turn_to(page, "Check a bundle")
    page.locator("input[type=file]").set_input_files(bundle)
    expect(page.get_by_text(bundle.name).first).to_be_visible()
    page.get_by_label("Fingerprint").fill(fingerprint)
    page.get_by_role("button", name="Check the bundle").click()


def alter(bundle: Path, path: Path) -> str:
    """A copy with one changed file; its name."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(path, "w") as target:
        chosen = next(name for name in source.namelist() if name.endswith(".mp4"))
        for name in source.namelist():
            target.writestr(name, source.read(name) + (b"!" if name == chosen else b""))
    return chosen


def test_hits_and_cameras_play_side_by_side_on_one_clock(cased, page, look):
    open_case(page, cased)
    turn_to(page, "Compare")
    videos = page.locator("figure video")
    expect(videos).to_have_count(2)
    for video in videos.all():  # clips that begin two seconds before the hits
        expect(video).to_have_js_property("currentTime", 2)
    page.get_by_role("button", name="1 second on").click()
    for video in videos.all():
        expect(video).to_have_js_property("currentTime", 3)
    look(page, "case-compare")
    turn_to(page, "Same time")
    expect(page.get_by_text("2026-11-01 10:00:04.0 UTC", exact=True)).to_be_visible()
    expect(videos).to_have_count(2)  # those of the view before are gone
    expect(videos.nth(0)).to_have_js_property("currentTime", 4)
    expect(videos.nth(1)).to_have_js_property("currentTime", 4)
    page.get_by_role("button", name="Play").click()
    expect(page.locator("output.clock")).not_to_have_text("2026-11-01 10:00:04.0 UTC")
    page.get_by_role("button", name="Pause").click()
    settle(page)
    times = [video.evaluate("video => video.currentTime") for video in videos.all()]
    assert times[0] == pytest.approx(times[1], abs=0.01)
    assert times[0] > 4
    look(page, "case-same-time")


def test_names_of_cases_are_text(cased, page):
    page.goto(f"{cased.address}/cases")
    page.get_by_label("New case").fill(HOSTILE)
    page.get_by_role("button", name="Open a case").click()
    expect(page.get_by_role("heading").first).to_contain_text("<img src=x")
    expect(page.get_by_text("No hits yet")).to_be_visible()
    assert page.locator("img[src='x'], img[src*='x.png'], a[href*='x.png']").count() == 0
    assert "owned" not in page.title()
