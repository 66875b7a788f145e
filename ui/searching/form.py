"""The form: one box for words, and everything else a click away."""

from datetime import timedelta, tzinfo

import streamlit as st
from pydantic import ValidationError

from search_api.answers.searching import LibraryAnswer
from search_api.requests import MAX_TEXT_CHARS
from ui import words
from ui.links import Asked
from ui.searching import uploads
from ui.searching.fields import (
    LEVELS,
    PREFIX,
    SOUND_CHOICES,
    SOUND_MODES,
    WEIGHED,
    from_state,
    restrictions,
    to_state,
)

BOX = "What are you looking for?"
"""The label of the box for words, by which `/` finds it."""
MINUTE = timedelta(minutes=1)


def fill(asked: Asked, zone: tzinfo) -> None:
    """Makes the fields show a query; before they are drawn."""
    for name in [name for name in st.session_state if str(name).startswith(PREFIX)]:
        del st.session_state[name]
    for name, value in to_state(asked, zone).items():
        st.session_state[PREFIX + name] = value


def draw(library: LibraryAnswer, zone: tzinfo) -> Asked | None:
    """The fields, and the query that they say; None where one is out of bounds, which is shown."""
    _keep()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            BOX,
            key=PREFIX + "q",
            max_chars=MAX_TEXT_CHARS,
            placeholder="a person climbs over the fence",
            label_visibility="collapsed",
            icon=":material/search:",
            autocomplete="off",
        )
        st.button("Search", type="primary")
        with st.popover("Sound or picture", icon=":material/graphic_eq:"):
            uploads.choose()
        with st.popover("Filters", icon=":material/filter_alt:"):
            _filters(library, zone)
        with st.popover("More", icon=":material/tune:"):
            _more(library)
    uploads.chosen()
    return _asked(zone)


def _keep() -> None:
    """Fields that are not drawn just now would be forgotten."""
    for name in [name for name in st.session_state if str(name).startswith(PREFIX)]:
        st.session_state[name] = st.session_state[name]


def _asked(zone: tzinfo) -> Asked | None:
    state = {
        str(name).removeprefix(PREFIX): value
        for name, value in st.session_state.items()
        if str(name).startswith(PREFIX)
    }
    try:
        asked = from_state(state, zone)
    except ValidationError as error:
        st.error("This cannot be searched for:", icon=":material/error:")
        st.text("\n".join(str(found["msg"]) for found in error.errors()))
        return None
    times = {name: words.wall_time(getattr(asked.body, name), zone) for name in ("after", "before")}
    if said := restrictions(asked.body, times):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"Only: {' · '.join(said)}", width="content")
            st.button("Clear", type="tertiary", on_click=_clear, args=(asked, zone))
    return asked


def _clear(asked: Asked, zone: tzinfo) -> None:
    """Leaves what is looked for, and drops what narrows it."""
    looked_for = {name: getattr(asked.body, name) for name in ("text", "audio", "image", "limit")}
    fill(Asked(type(asked.body)(**looked_for), view=asked.view), zone)


def _filters(library: LibraryAnswer, zone: tzinfo) -> None:
    known = [camera.name for camera in library.cameras]
    asked = st.session_state[PREFIX + "cameras"]
    st.multiselect(
        "Cameras",
        known + [name for name in asked if name not in known],
        key=PREFIX + "cameras",
        placeholder="All",
    )
    named = st.session_state[PREFIX + "after"] or st.session_state[PREFIX + "before"]
    shown = words.zone_name(named.replace(tzinfo=zone)) if named else str(zone)
    first, second = st.columns(2)
    with first:
        st.datetime_input(f"After ({shown})", None, key=PREFIX + "after", step=MINUTE)
    with second:
        st.datetime_input(f"Before ({shown})", None, key=PREFIX + "before", step=MINUTE)
    st.selectbox(
        "Sound track",
        list(SOUND_CHOICES),
        None,
        format_func=SOUND_CHOICES.__getitem__,
        key=PREFIX + "has_sound",
        placeholder="With or without",
    )
    for detector in library.detectors:
        _number(f"Least anomaly by {detector} (raw score)", f"anomaly.{detector}", step=0.05)
    _number("Least score (similarity, −1 to 1)", "min_score", least=-1.0, most=1.0, step=0.05)


def _more(library: LibraryAnswer) -> None:
    st.text_area("Without (one thing a line)", key=PREFIX + "without", height=80)
    st.text_input("Then (what must follow)", key=PREFIX + "then", max_chars=MAX_TEXT_CHARS)
    first, second = st.columns(2, vertical_alignment="bottom")
    with first:
        _number("Within (seconds)", "within_s", least=0.1, most=86_400.0, step=5.0)
    with second:
        st.checkbox("At the same camera", key=PREFIX + "same_camera")
    for column, (name, label) in zip(st.columns(3), WEIGHED.items(), strict=True):
        with column:
            _number(f"Weight: {label.lower()}", f"weight.{name}", least=0.01, most=100.0, step=0.25)
    usual = f"usual: {library.default_alpha:g}"
    _number("α (share of whole-span likeness, 0–1)", "alpha", usual, least=0, most=1, step=0.1)
    st.selectbox("Look for", list(LEVELS), format_func=LEVELS.__getitem__, key=PREFIX + "level")
    modes = list(SOUND_MODES)
    st.selectbox(
        "Compare a sound with",
        modes,
        format_func=SOUND_MODES.__getitem__,
        key=PREFIX + "sound_mode",
    )
    first, second = st.columns(2)
    with first:
        st.number_input("Most hits", 1, 1000, step=10, key=PREFIX + "limit")
    with second:
        st.number_input("Most of one video", 1, 1000, None, key=PREFIX + "per_video")
    st.checkbox("Merge overlapping hits of one event", key=PREFIX + "merge")


def _number(
    label: str,
    name: str,
    usual: str = "any",
    *,
    least: float | None = None,
    most: float | None = None,
    step: float,
) -> None:
    st.number_input(
        label,
        None if least is None else float(least),
        None if most is None else float(most),
        None,
        step=step,
        key=PREFIX + name,
        placeholder=usual,
    )
