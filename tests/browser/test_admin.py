"""Journeys of the admin page: keys that are made and revoked, the log, and who may not."""

import pytest
from playwright.sync_api import expect

from search_api.access.roles import Role
from tests.browser.conftest import settle
from tests.browser.making import make_key
from tests.browser.sites import open_site, page_server

pytestmark = pytest.mark.browser


def test_a_key_opens_the_page_until_it_is_revoked(library_copy, page, console, look):
    admin = make_key(library_copy, "boss", Role.ADMIN)
    with open_site(library_copy, page={"RETRACE_KEY": admin}) as site:
        page.goto(f"{site.address}/admin")
        page.get_by_label("Name").fill("desk <b>2</b>")
        page.get_by_role("button", name="Make the key").click()
        made = page.locator(".st-key-made-key")
        expect(made).to_contain_text("desk <b>2</b>")
        token = made.get_by_test_id("stCode").inner_text().strip()
        look(page, "admin-made")
        page.get_by_role("button", name="I have copied it").click()
        expect(made).to_have_count(0)
        with page_server(site.service, RETRACE_KEY=token) as theirs:
            other = page.context.new_page()
            other.goto(f"{theirs}/library")
            expect(other.get_by_text("1–3 of 3 videos")).to_be_visible()
            row = page.locator("[class*=st-key-key-]").filter(has_text="desk <b>2</b>")
            row.get_by_role("button", name="Revoke", exact=True).click()
            page.get_by_role("button", name="Revoke it").click()
            expect(page.get_by_text("revoked", exact=True)).to_be_visible()
            other.reload()
            expect(other.get_by_role("heading", name="A key is needed")).to_be_visible()
            other.close()
            assert all("/v1/videos/" in error for error in console)  # pictures that it may not see
            console.clear()
        look(page, "admin-keys")
        page.get_by_text("Log", exact=True).click()
        page.get_by_role("button", name="Verify the chain").click()
        expect(page.get_by_text("The log is whole")).to_be_visible()
        look(page, "admin-log")
        assert admin not in page.content()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INVESTIGATOR])
def test_others_see_no_admin_and_are_told_so_at_its_address(library_copy, page, look, role):
    make_key(library_copy, "boss", Role.ADMIN)
    token = make_key(library_copy, "other", role)
    with open_site(library_copy, page={"RETRACE_KEY": token}) as site:
        page.goto(f"{site.address}/library")
        expect(page.get_by_text("1–3 of 3 videos")).to_be_visible()
        expect(page.get_by_role("link", name="Admin", exact=True)).to_have_count(0)
        has_cases = role is Role.INVESTIGATOR
        expect(page.get_by_role("link", name="Cases", exact=True)).to_have_count(int(has_cases))
        page.goto(f"{site.address}/admin")
        expect(page.get_by_role("heading", name="Your key may not do this")).to_be_visible()
        settle(page)
        look(page, f"admin-refused-{role}")
