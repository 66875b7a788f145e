"""What a page shows where it has nothing else to show: nothing yet, or what went wrong.

Texts of the service may hold names of files, so none of them is read as Markdown or HTML.
"""

from collections.abc import Generator
from contextlib import contextmanager

import streamlit as st

from search_api.client import ApiError, KeyRefused, NotThere, ServiceAway, StrangeAnswer, TryLater
from ui import session

ClientError = ApiError | ServiceAway | StrangeAnswer
NEED_KEY = 401
FOR_PEOPLE = {
    "key-needed": "The service answers whoever has an API key; an admin makes them.",
    "no-upload": "What is sent to search by is kept for a while, for whoever sent it.",
}
"""In place of the service's own words, which are for programs; by code."""


@contextmanager
def problems_shown() -> Generator[None]:
    """Shows what the client raises within the block, in place of the rest of the block."""
    try:
        yield
    except (ApiError, ServiceAway, StrangeAnswer) as error:
        problem(error)


def problem(error: ClientError) -> None:
    """What went wrong, and what to do about it."""
    title, advice = explain(error)
    needs_key = isinstance(error, KeyRefused) and error.status == NEED_KEY
    with st.container(border=True, key="problem"):
        st.subheader(title, anchor=False)
        st.text(said(error))
        if advice:
            st.caption(advice)
        if needs_key:
            key_form()
        else:
            st.button("Try again", key="problem.retry", icon=":material/refresh:")


def said(error: ClientError) -> str:
    """What the service says, in words for people."""
    own = FOR_PEOPLE.get(error.code) if isinstance(error, ApiError) else None
    return own or str(error)


def explain(error: ClientError) -> tuple[str, str]:
    """A title, and advice that may be empty."""
    if isinstance(error, ServiceAway):
        return "The service does not answer", "Start it with `retrace serve`, then try again."
    if isinstance(error, StrangeAnswer):
        return "Something else answers there", ""
    if isinstance(error, KeyRefused):
        return _refused(error)
    if isinstance(error, TryLater):
        wait = error.retry_after_s
        return "Not now", f"The service asks to wait {wait:.0f} s." if wait else "Try again later."
    if isinstance(error, NotThere):
        return _gone(error)
    return error.problem.title, ""


def empty(title: str, what_to_do: str) -> None:
    """A page or a part of one that has nothing yet."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.text(what_to_do)


def key_form() -> None:
    """Asks for an API key; it stays on the page's server."""
    with st.form("key", border=False, clear_on_submit=True):
        typed = st.text_input("API key", type="password", placeholder="rtr_…", autocomplete="off")
        if st.form_submit_button("Use this key", type="primary") and typed.strip():
            session.use_key(typed.strip())
            st.rerun()


def _gone(error: NotThere) -> tuple[str, str]:
    if error.code == "no-upload":
        return "The sound or picture of this search is gone", "Give it again, or remove it above."
    return "It is not here", "It was removed, or your key may not see it."


def _refused(error: KeyRefused) -> tuple[str, str]:
    if error.status != NEED_KEY:
        return "Your key may not do this", "An admin can give you a key with another role."
    if session.has_typed_key():
        return "This key is not accepted", "It is wrong, revoked or expired."
    return "A key is needed", "It is kept on the page's server, for this session only."
