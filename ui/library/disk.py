"""What the library takes of its disk."""

import streamlit as st

from search_api.answers.disk import DiskUse
from ui import session, words
from ui.plain import plain
from ui.sizes import size

PARTS = {
    "store": "Vectors",
    "tracks": "Scores and reasons",
    "cache": "Pictures and clips for showing",
    "footage": "Recordings that were sent",
    "spool": "On the way into the store",
    "work": "Being indexed",
    "evidence": "Evidence to be fetched",
    "others": "Databases and settings",
}


def show_disk() -> None:
    """For keys that see all; errors as of the client."""
    if session.me().cameras is not None:
        return
    found = session.client().disk()
    st.markdown("**On the library's disk**")
    st.dataframe(cells(found), hide_index=True, alt="Bytes of each part of the library")
    st.caption(plain(summary(found)))


def cells(found: DiskUse) -> dict[str, list[str]]:
    """One row a part, the largest first; parts that take nothing are left out."""
    parts = {title: int(getattr(found, name)) for name, title in PARTS.items()}
    rows = sorted(((n, title) for title, n in parts.items() if n), key=lambda row: -row[0])
    return {"Part": [title for _, title in rows], "Takes": [size(n) for n, _ in rows]}


def summary(found: DiskUse) -> str:
    """ "In all 1.2 GB; 80.3 GB are free, of which 2.1 GB stay free. As of …"."""
    as_of = words.wall_time(found.measured_at, session.zone())
    return (
        f"In all {size(found.total)}; {size(found.free)} are free, of which "
        f"{size(found.kept_free)} are not for footage that is sent. As of {as_of}."
    )
