"""The page's entry: `retrace ui` has Streamlit run this file."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from search_api.client import ApiError, ServiceAway, StrangeAnswer
from ui import session, states

ICON = str(Path(__file__).parent / "icon.svg")
"""One by name would be fetched from elsewhere."""
PAGES = ("search", "video", "cases", "library", "admin")
"""Modules of `ui.views`; the first is what the site opens with."""
HIDDEN = {"viewer": {"cases", "admin"}, "investigator": {"admin"}}
"""From a role that may not ask what they ask."""


def main() -> None:
    """Draws one page."""
    st.set_page_config(page_title="retrace", page_icon=ICON, layout="wide")
    st.html(Path(__file__).parent / "page.css")
    page = st.navigation(_pages(_role()), position="top")
    with states.problems_shown():
        page.run()


def _pages(role: str | None) -> list[Page]:
    """All of them; what this role may not ask is no link, and says so where it is opened."""
    hidden = HIDDEN.get(role or "", set[str]())
    made = {
        name: Page(
            _show(name),
            title=name.capitalize(),
            url_path=name,
            default=name == PAGES[0],
            visibility="hidden" if name in hidden else "visible",
        )
        for name in PAGES
    }
    st.session_state["pages"] = made
    return list(made.values())


def _show(name: str) -> Callable[[], None]:
    """Loads the page once it is opened, and no other."""

    def show() -> None:
        import_module(f"ui.views.{name}").show()

    return show


def _role() -> str | None:
    """None where the service does not say; the page itself will then show why."""
    try:
        return session.me().role
    except (ApiError, ServiceAway, StrangeAnswer):
        return None


main()
