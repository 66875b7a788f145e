"""Journeys of the search page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


def test_navigation_is_there(site, page: Page):
    page.goto(site.address)
    settle(page)
    for name in ("Search", "Video", "Cases", "Library", "Admin"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
