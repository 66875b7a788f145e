"""Several cameras side by side at the same wall-clock time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from ui import session, states, words
from ui.cases.compare import addresses
from ui.cases.found import FoundHit
from ui.cases.panes import Playing, Recording, pane, playing, recordings_at
from ui.cases.reading import read_video
from ui.wall import Pane, show_wall

MOST = 9
TYPED = "Another time"
AROUND_S = {"15 s": 15.0, "1 min": 60.0, "2 min": 120.0}


def show_together(hits: Sequence[FoundHit]) -> None:
    """Errors as of the client."""
    moment, around_s = _ask_for_moment(hits)
    if moment is None:
        st.caption("Choose a time.")
        return
    around = timedelta(seconds=around_s)
    page = session.client().videos.list(after=moment - around, before=moment + around, limit=200)
    recordings = recordings_at(page.videos, moment)
    if not recordings:
        said = words.wall_time(moment, session.zone())
        states.empty("No camera recorded then", f"Within {around_s:g} s of {said}.")
        return
    chosen = _choose(recordings)
    if panes := _panes(chosen, around_s):
        zone = session.zone()
        show_wall(panes, -around_s, around_s, key="same.wall", starts_at=moment, zone=zone)
    if len(recordings) == 1:
        st.caption("No other camera recorded then.")


def _ask_for_moment(hits: Sequence[FoundHit]) -> tuple[datetime | None, float]:
    """Wall-clock time, and how much around it."""
    dated = [hit for hit in hits if hit.happened_at]
    which, around, typed = st.columns([3, 1, 2], vertical_alignment="bottom")
    hit = which.selectbox(
        "At the time of",
        [*dated, None],
        format_func=lambda hit: f"hit {hit.title}" if hit else TYPED,
        key="same.hit",
    )
    around_s = AROUND_S[around.selectbox("Before and after", list(AROUND_S), key="same.around")]
    if hit is not None:
        return hit.happened_at, around_s
    zone = session.zone()
    label, step = f"Date and time ({words.zone_name(datetime.now(zone))})", timedelta(minutes=1)
    asked = typed.datetime_input(label, value=None, step=step, key="same.at")
    return asked and asked.replace(tzinfo=zone), around_s


def _choose(recordings: Sequence[Recording]) -> list[Recording]:
    by_camera = {one.camera: one for one in recordings}
    chosen = st.multiselect(
        f"Cameras, {MOST} at most",
        list(by_camera),
        default=list(by_camera)[:MOST],
        max_selections=MOST,
        key=f"same.cameras.{hash(tuple(by_camera))}",
    )
    return [by_camera[camera] for camera in chosen]


def _panes(recordings: Sequence[Recording], around_s: float) -> list[Pane]:
    sources = [(one, source) for one in recordings if (source := _source(one, around_s))]
    urls = addresses([source for _, source in sources])
    return [
        pane(one.camera, _lines(one), source=source, url=url, at_s=one.at_s)
        for (one, source), url in zip(sources, urls, strict=True)
    ]


def _source(one: Recording, around_s: float) -> Playing | None:
    video = read_video(one.video.video_id)
    return video and playing(video, one.at_s - around_s, one.at_s + around_s)


def _lines(one: Recording) -> tuple[str, ...]:
    where = f"at {words.clock(one.at_s)}" if one.at_s >= 0 else "begins later"
    return (f"{one.video.name or one.video.video_id[:12]}, {where}",)
