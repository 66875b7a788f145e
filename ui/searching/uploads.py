"""Sounds and pictures to search by: sent to the service once, then named by their ids."""

from typing import Literal

import streamlit as st

from search_api.client import ApiError, ServiceAway, StrangeAnswer
from ui import session, states
from ui.searching.fields import PREFIX

Part = Literal["audio", "image"]
WIDGETS: dict[str, Part] = {"recorded": "audio", "sound_file": "audio", "picture_file": "image"}
SENT_BEFORE = {"audio": "a sound that was sent", "image": "a picture that was sent"}
_NAMES, _ERROR, _ROUND = "searching.names", "searching.error", "searching.round"
MOST_MB = 64
"""The service's own limit, unless its operator chose another; it then says so itself."""
SOUNDS = ["wav", "mp3", "m4a", "flac", "ogg", "opus", "aac", "mp4", "mkv", "webm"]
PICTURES = ["jpg", "jpeg", "png", "webp", "bmp", "gif"]


def choose() -> None:
    """The fields that record and take files."""
    st.audio_input("Record a sound", key=_key("recorded"), on_change=_take, args=("recorded",))
    _file("Sound file", "sound_file", SOUNDS)
    _file("Picture file", "picture_file", PICTURES)


def _file(label: str, widget: str, types: list[str]) -> None:
    st.file_uploader(
        label, types, key=_key(widget), on_change=_take, args=(widget,), max_upload_size=MOST_MB
    )


def chosen() -> None:
    """What is searched by besides words, each with a way to drop it; why one was not taken."""
    for part in ("audio", "image"):
        upload_id = st.session_state[PREFIX + part]
        if upload_id is None:
            continue
        name = st.session_state.get(_NAMES, {}).get(upload_id, SENT_BEFORE[part])
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            kind = "Sound" if part == "audio" else "Picture"
            st.text(f"{kind}: {name}", width="content")
            label = f"Remove the {kind.lower()}"
            st.button(label, key=f"drop.{part}", type="tertiary", on_click=drop, args=(part,))
    if error := st.session_state.get(_ERROR):
        states.problem(error)


def drop(part: Part) -> None:
    """No longer searches by it; the fields are empty again."""
    st.session_state[PREFIX + part] = None
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _key(widget: str) -> str:
    """Streamlit empties a field of files only by drawing another one."""
    return f"upload.{widget}.{st.session_state.get(_ROUND, 0)}"


def _take(widget: str) -> None:
    part, file = WIDGETS[widget], st.session_state[_key(widget)]
    st.session_state.pop(_ERROR, None)
    st.session_state[PREFIX + part] = None
    if file is None:
        return
    try:
        sent = session.client().upload(file.getvalue())
    except (ApiError, ServiceAway, StrangeAnswer) as error:
        st.session_state[_ERROR] = error
        return
    st.session_state.setdefault(_NAMES, {})[sent.upload_id] = file.name
    wanted: Part = "audio" if sent.kind == "sound" else "image"
    st.session_state[PREFIX + wanted] = sent.upload_id
