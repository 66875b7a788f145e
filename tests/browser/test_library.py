"""Journeys of the library page."""

import pytest
from playwright.sync_api import expect

from search_api.access.roles import Role
from search_api.client import Client
from tests.browser.conftest import settle
from tests.browser.making import make_key
from tests.browser.sites import open_site

pytestmark = pytest.mark.browser


def test_a_video_is_found_and_deleted(library_copy, page, look):
    with open_site(library_copy) as site, Client(site.service) as client:
        page.goto(f"{site.address}/library")
        expect(page.get_by_text("1–3 of 3 videos")).to_be_visible()
        look(page, "library")
        page.get_by_label("Part of the file's name").fill("_1100")
        page.get_by_label("Part of the file's name").press("Enter")
        expect(page.get_by_text("1–1 of 1 video")).to_be_visible()
        details = page.locator(".st-key-video-details")
        expect(details).to_contain_text("20261101_110000.mp4")
        settle(page)
        details.get_by_role("button", name="Delete").click()
        page.get_by_label("Name of the file").fill("another.mp4")
        page.get_by_role("button", name="Delete it from the library").click()
        expect(page.get_by_text("nothing was deleted")).to_be_visible()
        assert client.library().videos == 3
        page.get_by_label("Name of the file").fill("20261101_110000.mp4")
        page.get_by_role("button", name="Delete it from the library").click()
        expect(page.get_by_text("is out of the library")).to_be_visible()
        assert client.library().videos == 2
        page.get_by_text("What is here").click()
        expect(page.get_by_text("Library ready, store answering")).to_be_visible()
        look(page, "library-about")
        page.get_by_text("Add footage").click()
        expect(page.get_by_text("No jobs yet")).to_be_visible()
        look(page, "library-add")


def test_a_viewer_is_offered_no_deletion_and_no_jobs(library_copy, page, look):
    make_key(library_copy, "boss", Role.ADMIN)
    viewer = make_key(library_copy, "guard", Role.VIEWER, cameras=("yard",))
    with open_site(library_copy, page={"RETRACE_KEY": viewer}) as site:
        page.goto(f"{site.address}/library")
        expect(page.get_by_text("1–1 of 1 video")).to_be_visible()
        expect(page.locator(".st-key-video-details")).to_contain_text("yard")
        for name in ("Delete", "Add footage"):
            expect(page.get_by_text(name, exact=True)).to_have_count(0)
        look(page, "library-viewer")
