"""Doing what a button says, and telling on the next drawing how it went."""

from collections.abc import Callable

import streamlit as st

from search_api.client import ApiError
from ui.plain import plain

_DONE, _REFUSED = "acting.done", "acting.refused"


def act(do: Callable[[], object], done: str = "") -> None:
    """Does it, and draws the page anew; a refusal is told there, other errors are raised.

    Args:
        done: what to say where it went well.
    """
    try:
        do()
        st.session_state[_DONE] = done
    except ApiError as error:
        refuse(refusal(error))
    st.rerun()


def refuse(said: str) -> None:
    """Has it told on the next drawing, after what was refused before."""
    told = st.session_state.get(_REFUSED)
    st.session_state[_REFUSED] = f"{told}; {said}" if told else said


def refusal(error: ApiError) -> str:
    """What the service said, and of which field."""
    return "; ".join([str(error), *(f"{one.field}: {one.detail}" for one in error.errors)])


def show_notice() -> None:
    """What the last act came to, once."""
    if refused := st.session_state.pop(_REFUSED, ""):
        st.error(plain(refused), icon=":material/block:")
    if done := st.session_state.pop(_DONE, ""):
        st.toast(plain(done), icon=":material/check:")
