"""The search page: what is looked for, and what was found."""

import streamlit as st

from search_api.answers.searching import LibraryAnswer
from ui import links, session, states, words
from ui.cards import show_cards
from ui.links import Asked, Params
from ui.searching import form, results
from ui.searching.fields import PREFIX

_ADDRESS, _LAST = "searching.address", "searching.last"


def show() -> None:
    """Draws the page."""
    zone = session.zone()
    library = session.library()
    opened = _opened()
    if opened is not None:
        form.fill(opened, zone)
        st.session_state["searching.problem"] = opened.problem
    asked = form.draw(library, zone)
    if asked is None:
        return
    _write(asked)
    if problem := st.session_state.get("searching.problem"):
        st.warning("This address does not say a search:", icon=":material/link_off:")
        st.text(problem)
    if not asked.is_something:
        _nothing_asked(library)
        return
    st.session_state["searching.problem"] = ""
    results.show(results.find(asked.body), asked)


def _opened() -> Asked | None:
    """What to show instead of what the form says: a new address, or the search of before."""
    address = _address()
    if PREFIX + "q" not in st.session_state and not address:
        return st.session_state.get(_LAST, Asked())
    if PREFIX + "q" not in st.session_state or address != st.session_state.get(_ADDRESS):
        return links.from_params(address)
    return None


def _address() -> Params:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _write(asked: Asked) -> None:
    params = links.to_params(asked)
    if params != _address():
        st.query_params.from_dict(params)
    st.session_state[_ADDRESS], st.session_state[_LAST] = params, asked


def _nothing_asked(library: LibraryAnswer) -> None:
    """What there is, and how to begin."""
    footage = words.duration(library.footage_s)
    cameras = words.count(len(library.cameras), "camera")
    videos = words.count(library.videos, "video")
    states.empty(
        f"{videos} of {cameras}, {footage} of footage",
        "Say what you look for in plain words, or give a sound or a picture of it. "
        "“/” goes to the box, arrows go through the hits, Enter opens one, “s” saves it to a case.",
    )
    show_cards([], view="grid", version="none", box=form.BOX)
