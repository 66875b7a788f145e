"""What stands for each camera, and scores that are to follow a change."""

from collections.abc import Sequence

import streamlit as st

from search_api.answers.traces import CameraPlaces, Rescoring
from ui import saving, session, states
from ui.acting import act
from ui.library import sentences
from ui.plain import plain

STARTED = "Scores are being made anew"
LOOK_S = 2.0
"""How often a rescoring at work is looked at."""


def show_rescoring(places: Sequence[CameraPlaces]) -> None:
    """Whether scores are of before, and how far they are being made anew."""
    now = session.client().traces.rescoring()
    if now.state == "running":
        st.fragment(_show_progress, run_every=LOOK_S)()
        return
    if told := sentences.rescored(now):
        (st.warning if now.state == "failed" else st.info)(plain(told), icon=":material/info:")
    if not (old := sentences.before(places)):
        return
    with st.container(key="traces-before"):
        st.warning(plain(old), icon=":material/update:")
        sees_all = session.me().cameras is None
        if saving.may_save() and sees_all and st.button("Rescore", type="primary"):
            act(session.client().traces.rescore, STARTED)


def show_places(places: Sequence[CameraPlaces], contexts: Sequence[str]) -> None:
    """A box for each camera; changes are for investigators."""
    st.markdown("**What stands for each camera**")
    if not places:
        states.empty("No cameras", "No video of this library names its camera.")
    for place in places:
        with st.container(border=True, key=f"place-{place.camera or ''}"):
            st.markdown(f"**{plain(place.camera or 'Footage of no camera')}**")
            st.caption(plain(f"{sentences.stands_for(place)} · {sentences.footage_of(place)}"))
            if place.camera is not None and saving.may_save():
                _show_changes(place, place.camera, contexts)


def _show_changes(place: CameraPlaces, camera: str, contexts: Sequence[str]) -> None:
    traces = session.client().traces
    pinned = place.contexts if place.because == "pin" else []
    chosen = st.multiselect(
        "Places that it looks at",
        contexts,
        default=pinned,
        placeholder="Every sentence",
        key=f"pins.{camera}.{'|'.join(pinned)}",
    )
    with st.container(horizontal=True):
        if st.button("Pin", disabled=not chosen or chosen == pinned, key=f"pin.{camera}"):
            act(lambda: traces.pin(camera, chosen), "Pinned; rescore to have scores follow")
        is_pinned = place.because == "pin" or place.lost
        if is_pinned and st.button("Unpin", key=f"unpin.{camera}"):
            act(lambda: traces.unpin(camera), "Unpinned; rescore to have scores follow")
        if place.chosen and st.button("Forget its choice", key=f"forget.{camera}"):
            act(lambda: traces.forget_choice(camera), "Forgotten; rescore to have scores follow")
        if place.outdated and st.button("Rescore this camera", key=f"rescore.{camera}"):
            act(lambda: traces.rescore(camera), STARTED)


def _show_progress() -> None:
    with states.problems_shown():
        now = session.client().traces.rescoring()
        if now.state != "running":
            st.rerun()
        st.progress(_share(now), f"Scores are being made anew: {now.done} of {now.total or '…'}")
        if saving.may_save() and st.button("Stop", key="traces.stop"):
            act(session.client().traces.stop_rescoring, "It ends after the video that it is at")


def _share(now: Rescoring) -> float:
    return now.done / now.total if now.total else 0.0
