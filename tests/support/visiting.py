"""How journeys come to a page of the site."""

from typing import Protocol

from playwright.sync_api import Page, expect


class Addressed(Protocol):
    """A site."""

    @property
    def address(self) -> str: ...


def visit(page: Page, site: Addressed, name: str) -> None:
    """Opens the site, and then one of its pages."""
    page.goto(site.address)
    expect(page.get_by_role("link", name="Library", exact=True)).to_be_visible()
    page.goto(f"{site.address}/{name}")
