"""Deleting a video: asked for by its name, and told what is gone."""

import streamlit as st

from search_api.answers.videos import VideoRemoval
from search_api.client import ApiError
from ui import session, words
from ui.plain import plain

_REMOVED = "library.removed"


def offer_removal(video_id: str, name: str) -> None:
    """For admins."""
    if st.button("Delete", icon=":material/delete:", key=f"delete.{video_id}"):
        _ask(video_id, name)


def show_removed() -> None:
    """What the last deletion took away, once."""
    if told := st.session_state.pop(_REMOVED, None):
        st.success(plain(told), icon=":material/check:")


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
    kept = words.count(len(removal.sources), "recording stays", "recordings stay")
    return f"{name} is out of the library: {', '.join(gone)} removed; {kept} where they are."


@st.dialog("Delete a video")
def _ask(video_id: str, name: str) -> None:
    st.write("It cannot be found or watched here any more. The recording itself is not touched.")
    st.write("Type the name of its file to say that you mean it:")
    st.text(name)
    with st.form("removal", border=False):
        typed = st.text_input("Name of the file")
        if not st.form_submit_button("Delete it from the library", type="primary"):
            return
    if typed.strip() != name:
        st.error("This is not its name: nothing was deleted.")
        return
    try:
        removal = session.client().videos.delete(video_id)
    except ApiError as error:
        st.error(plain(str(error)))
        return
    st.session_state[_REMOVED] = removed(name, removal)
    st.session_state.pop("session.library", None)
    st.rerun()
