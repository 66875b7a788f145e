"""Long lists, page by page: where each page begins is kept in the session."""

from typing import NamedTuple

import streamlit as st

Cursor = str | int | None
"""Where a page begins, as the service names it; None: the first."""


class _Turned(NamedTuple):
    choice: object
    begins: list[Cursor]
    """Of each page up to the one that is shown."""


def begins(name: str, choice: object) -> list[Cursor]:
    """Where each page of a list begins, up to the one that is shown; another choice starts anew."""
    known: _Turned | None = st.session_state.get(f"paging.{name}")
    if known is None or known.choice != choice:
        known = _Turned(choice, [None])
        st.session_state[f"paging.{name}"] = known
    return known.begins


def show_turning(pages: list[Cursor], next_page: Cursor, *, said: str) -> None:
    """Says where in the list this is, with buttons for the pages before and after."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(said)
        if len(pages) > 1 and st.button("Page before", icon=":material/chevron_left:"):
            pages.pop()
            st.rerun()
        if next_page is not None and st.button("Next page", icon=":material/chevron_right:"):
            pages.append(next_page)
            st.rerun()
