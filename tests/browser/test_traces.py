"""Journeys of the library page's sentences."""

import pytest
from playwright.sync_api import expect

from search_api.client import Client
from tests.browser.conftest import settle
from tests.browser.sites import open_site
from tests.support.worded import GOAT, WordProfile, make_worded_library

pytestmark = pytest.mark.browser


def test_a_sentence_is_tried_added_and_scores_follow(tmp_path, page, look, console):
    library = make_worded_library(tmp_path / "library").root
    with (
        open_site(library, load_profile=lambda name: WordProfile()) as site,
        Client(site.service) as client,
    ):
        page.goto(f"{site.address}/library")
        page.get_by_text("Sentences", exact=True).click()
        expect(page.get_by_text("are from before the sentences changed")).to_be_visible()
        page.get_by_label("What a camera may show there").fill(GOAT)
        page.get_by_label("What a camera may show there").press("Enter")
        settle(page)
        page.get_by_role("button", name="Try it on the footage").click()
        expect(page.get_by_text("nearer than 100 % of the bank's sentences")).to_be_visible()
        settle(page)
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("The sentence is in the bank")).to_be_visible()
        expect(page.get_by_text("29 sentences, 1 of this library")).to_be_visible()
        look(page, "library-sentences")
        box = page.locator(".st-key-place-gate")
        box.get_by_label("Places that it looks at").fill("supermarket")
        page.get_by_role("option", name="supermarket").first.click()
        page.keyboard.press("Escape")
        settle(page)
        box.get_by_role("button", name="Pin").click()
        expect(box).to_contain_text("Pinned to supermarket")
        page.get_by_role("button", name="Rescore", exact=True).click()
        expect(page.get_by_text("The last rescoring is done: 3 videos changed")).to_be_visible()
        expect(page.get_by_text("are from before the sentences changed")).to_have_count(0)
        assert [place.outdated for place in client.traces.places()] == [0, 0, 0]
        look(page, "library-rescored")
    # there are no recordings to take pictures from
    console[:] = [said for said in console if "/thumbnail?" not in said]
