"""A journey from a recording on one's own disk to a hit of a search."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.sites import open_site
from tests.support.tiny_footage import write_video

pytestmark = pytest.mark.browser


def test_sent_footage_is_indexed_and_found(library_copy: Path, page: Page, tmp_path: Path, look):
    new = write_video(tmp_path / "20261102_080000.mp4", seconds=6, seed=9)
    broken = tmp_path / "broken <b>.mp4"
    broken.write_bytes(b"no recording")
    with open_site(library_copy) as site:
        page.goto(f"{site.address}/library")
        page.get_by_text("Add footage").click()
        expect(page.get_by_text("No jobs yet")).to_be_visible()
        settle(page)
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([new, broken])
        for file in (new, broken):
            expect(page.get_by_text(file.name, exact=True)).to_be_visible()
        camera = page.get_by_role("combobox", name="Camera that recorded it")
        camera.fill("roof")
        camera.press("Enter")
        page.get_by_role("button", name="Index it").click()
        job = page.locator("[class*=st-key-job-]").first
        expect(job).to_contain_text("20261102_080000.mp4")
        look(page, "library-job")
        expect(page.get_by_text("broken <b>.mp4: ")).to_be_visible()  # why it was not taken
        expect(job.get_by_text("done", exact=True)).to_be_visible()
        expect(job).to_contain_text("1 file: 1 indexed")
        look(page, "library-job-done")
        page.get_by_role("link", name="Search", exact=True).click()
        expect(page.get_by_text("4 videos of 3 cameras")).to_be_visible()
        page.goto(f"{site.address}/?q=a+square&camera=roof&all=1")
        best = page.get_by_role("link", name=re.compile("^Open roof"))
        expect(best.first).to_contain_text("20261102_080000.mp4")
