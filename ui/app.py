"""The page's entry: `retrace ui` has Streamlit run this file."""

import streamlit as st

from search_api.client import ApiError, ServiceAway, StrangeAnswer
from ui import session, states
from ui.pages import admin, cases, library, search, video

ADMIN, INVESTIGATOR = "admin", "investigator"


def main() -> None:
    st.set_page_config(page_title="retrace", page_icon=":material/manage_search:", layout="wide")
    page = st.navigation(_pages(_role()), position="top")
    with states.problems_shown():
        page.run()


def _pages(role: str | None) -> list[st.Page]:
    """What this role may open; where nobody is known yet, all of it."""
    known = {
        "search": st.Page(search.show, title="Search", url_path="search", default=True),
        "video": st.Page(video.show, title="Video", url_path="video"),
        "cases": st.Page(cases.show, title="Cases", url_path="cases"),
        "library": st.Page(library.show, title="Library", url_path="library"),
        "admin": st.Page(admin.show, title="Admin", url_path="admin"),
    }
    st.session_state["pages"] = known
    hidden = {ADMIN: set(), INVESTIGATOR: {"admin"}, None: set()}.get(role, {"admin", "cases"})
    return [page for name, page in known.items() if name not in hidden]


def _role() -> str | None:
    """None where the service does not say; the page itself will then show why."""
    try:
        return session.me().role
    except (ApiError, ServiceAway, StrangeAnswer):
        return None


main()
