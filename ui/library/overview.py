"""What the library is made of."""

import streamlit as st

from search_api.answers.searching import LibraryAnswer
from search_api.client import TryLater
from ui import session, words
from ui.library.disk import show_disk
from ui.sizes import size

MOST_ADDED_UP = 2000
"""Videos whose sizes are added up at once: ten requests."""


def show_overview() -> None:
    """Errors as of the client."""
    library = session.library()
    for column, (title, said) in zip(st.columns(4), counts(library).items(), strict=True):
        column.metric(title, said, border=True)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Cameras**")
        st.dataframe(_camera_cells(library), hide_index=True, alt="Videos of each camera")
    with right:
        st.markdown("**Models**")
        st.dataframe(model_cells(library), hide_index=True, alt="Profiles of the library")
        st.text(f"Detectors: {', '.join(library.detectors) or 'none'}")
        st.text(f"Can be searched for: {', '.join(library.levels)}")
        st.text(_readiness())
    show_disk()


def counts(library: LibraryAnswer) -> dict[str, str]:
    """The big numbers, by title."""
    return {
        "Videos": f"{library.videos:,}",
        "Footage": words.duration(library.footage_s),
        "Segments that can be found": f"{library.points:,}",
        "Recordings on disk": _recordings_size(library.videos),
    }


def model_cells(library: LibraryAnswer) -> dict[str, list[str]]:
    """One row a profile."""
    return {
        "Profile": [space.profile for space in library.spaces],
        "Searches go through it": ["yes" if s.is_used else "no" for s in library.spaces],
        "Vectors": [
            ", ".join(library.vectors) if space.is_used else "" for space in library.spaces
        ],
    }


def _camera_cells(library: LibraryAnswer) -> dict[str, list[str] | list[int]]:
    return {
        "Camera": [camera.name for camera in library.cameras],
        "Videos": [camera.videos for camera in library.cameras],
    }


def _recordings_size(videos: int) -> str:
    """Of all that the key may see."""
    if videos > MOST_ADDED_UP:
        return "see the table"
    known, total = st.session_state.get("session.bytes", (None, 0))
    if known != videos:
        total = sum(video.size_bytes for video in session.client().videos.all())
        st.session_state["session.bytes"] = (videos, total)
    return size(total)


def _readiness() -> str:
    try:
        checks = session.client().ready().checks
    except TryLater as error:
        return f"The service is not ready: {'; '.join(e.detail for e in error.errors) or error}"
    return f"Library {checks.library}, store {checks.store}, model {checks.model}"
