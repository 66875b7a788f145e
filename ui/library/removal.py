"""Deleting a video: asked for by its name, and told what is gone."""

import streamlit as st

from search_api.answers.videos import VideoRemoval
from ui import session, words
from ui.acting import act
from ui.plain import plain

_REMOVED = "library.removed"


def offer_removal(video_id: str, name: str) -> None:
    """For admins."""
    with st.popover("Delete", icon=":material/delete:", key=f"delete.{video_id}"):
        st.write("It cannot be found or watched here any more. The recording itself stays.")
        st.write("Type the name of its file to say that you mean it:")
        st.text(name)
        with st.form(f"removal.{video_id}", border=False):
            typed = st.text_input("Name of the file")
            if st.form_submit_button("Delete it from the library", type="primary"):
                act(lambda: _remove(video_id, name, typed.strip()))


def show_removed() -> None:
    """What the last deletion came to, once."""
    if told := st.session_state.pop(_REMOVED, None):
        st.info(plain(told), icon=":material/info:")


def removed(name: str, removal: VideoRemoval) -> str:
    """What is gone, in words."""
    points = sum(space.points for space in removal.spaces)
    tracks = sum(len(space.tracks) for space in removal.spaces)
    cached = sum(space.cached for space in removal.spaces)
    gone = (
        words.count(points, "segment"),
        words.count(tracks, "file") + " of scores",
        words.count(cached, "kept picture or clip", "kept pictures and clips"),
    )
    kept = words.count(len(removal.sources), "recording")
    return f"{name} is out of the library: {', '.join(gone)} removed. On disk: {kept}, untouched."


def _remove(video_id: str, name: str, typed: str) -> None:
    if typed != name:
        st.session_state[_REMOVED] = f"{typed!r} is not its name: nothing was deleted."
        return
    removal = session.client().videos.delete(video_id)
    st.session_state[_REMOVED] = removed(name, removal)
    st.session_state.pop("session.library", None)
