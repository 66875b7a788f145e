"""Where the page stands: which video, at which time, with which part marked.

The address of the page says it, so that it can be sent to a colleague, and follows the player.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import streamlit as st

from ui.player import Marks, Told

_WRITTEN, _JUMP, _START = "watching.written", "watching.jump", "watching.start"
MOST_WRITTEN = 50
NAMES = ("video", "at", "from", "to")


@dataclass(frozen=True)
class Link:
    """What an address says."""

    video_id: str | None
    at_s: float | None
    marks: Marks


@dataclass(frozen=True)
class Place:
    """Where the player is to be."""

    video_id: str
    at_s: float
    marks: Marks
    jump: int
    """Another number: the player goes there."""


def read_link(params: Mapping[str, str]) -> Link:
    """What is no time is passed over."""
    at_s, start_s, end_s = (_seconds(params.get(name, "")) for name in NAMES[1:])
    if start_s is not None and end_s is not None and start_s >= end_s:
        start_s = end_s = None
    return Link(params.get("video") or None, at_s, Marks(start_s, end_s))


def player_key(video_id: str) -> str:
    return f"player.{video_id}"


def current(link: Link, duration_s: float) -> Place:
    """Where the player stands; what the address says where that is another than it was."""
    assert link.video_id is not None, "asked for"
    state = st.session_state
    told: Mapping[str, Any] | None = state.get(player_key(link.video_id))
    if told is None or link not in state.get(_WRITTEN, ()):
        state[_WRITTEN] = [link]
        jump(link.video_id, _begin(link), link.marks)
    began: Told = state[_START]
    at_s, marks = began.at_s, began.marks
    if told and told.get("at_s") is not None:
        at_s, marks = float(told["at_s"]), Marks(**told["marks"])
    return Place(link.video_id, min(max(at_s, 0.0), duration_s), marks, state[_JUMP])


def jump(video_id: str, at_s: float, marks: Marks | None = None) -> None:
    """Has the player go to a time; its marks stay unless others are given."""
    state = st.session_state
    state[_JUMP] = state.get(_JUMP, 0) + 1
    told = state.get(player_key(video_id))
    kept = marks or (Marks(**told["marks"]) if told else Marks())
    state[_START] = Told(at_s, kept, None)
    if told:
        told["at_s"], told["marks"] = at_s, asdict(kept)


def follow(told: Told) -> None:
    """Writes into the address where the player stands, which is no new place to go to.

    Browsers send the address of a moment ago with what was done since: all that was written lately
    is known.
    """
    written = {"at": told.at_s, "from": told.marks.start_s, "to": told.marks.end_s}
    for name, value in written.items():
        if value is not None:
            st.query_params[name] = f"{value:.2f}".rstrip("0").rstrip(".")
        elif name in st.query_params:
            del st.query_params[name]
    known: list[Link] = st.session_state[_WRITTEN]
    st.session_state[_WRITTEN] = [*known, read_link(st.query_params)][-MOST_WRITTEN:]


def _begin(link: Link) -> float:
    return next((s for s in (link.at_s, link.marks.start_s) if s is not None), 0.0)


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and value >= 0 else None
