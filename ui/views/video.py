"""The video page: look at a moment, understand it, keep it."""

import streamlit as st

from search_api.answers.videos import VideoDetails
from search_api.client import ApiError
from search_api.schemas import SearchResponse
from ui import links, session, states, words
from ui.plain import plain
from ui.player import show_player
from ui.watching import actions, asking, footage, lanes, place, reasons


def show() -> None:
    link = place.read_link(st.query_params.to_dict())
    if link.video_id is None:
        states.empty(
            "No video chosen",
            "Open a hit of a search, a hit of a case, or a video of the library.",
        )
        return
    video = asking.details(link.video_id)
    found = _found()
    _show_title(video)
    _watch(video, found)
    _timeline(video, found)


def _found() -> SearchResponse | None:
    """What the search of the address found; None where there is none, or it fails."""
    params = {name: st.query_params.get_all(name) for name in st.query_params}
    asked = links.from_params(params)
    if not asked.is_something:
        return None
    try:
        return asking.answer_of(asked)
    except ApiError as error:
        st.text(f"Hits of the search are not shown: {states.said(error)}")
        return None


def _show_title(video: VideoDetails) -> None:
    seen = video.places[0] if video.places else None
    camera = seen.camera if seen and seen.camera else "no camera named"
    begins = words.wall_time(seen and seen.recorded_at, session.zone())
    kind = f"{words.duration(video.duration_s)} · {video.width} × {video.height} · {video.codec}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.subheader(plain(camera), anchor=False, width="content")
        st.text(f"{video.name or video.video_id[:12]} · begins {begins} · {kind}")
    if video.problems:
        st.text("The file is damaged: " + "; ".join(video.problems))


@st.fragment
def _watch(video: VideoDetails, found: SearchResponse | None) -> None:
    """Player and panel: what runs anew when the cursor moves."""
    with states.problems_shown():
        link = place.read_link(st.query_params.to_dict())
        if link.video_id != video.video_id:
            return
        standing = place.current(link, video.duration_s)
        seen = video.places[0] if video.places else None
        shown = footage.footage_at(video, standing.at_s)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            told = show_player(
                shown,
                key=place.player_key(video.video_id),
                at_s=standing.at_s,
                marks=standing.marks,
                jump=standing.jump,
                duration_s=video.duration_s,
                fps=video.fps,
                has_sound=video.has_sound,
                start=seen and seen.recorded_at,
                zone=session.zone(),
            )
            _renew(told.failed, shown.src)
            place.follow(told)
            actions.show_actions(video, told.at_s, told.marks, found)
            if shown.src and shown.piece != "recording":
                part = words.span(shown.offset_s, shown.end_s)
                st.caption(plain(f"Shown in clips, now {part}: {video.file.why}."))
        with right, st.container(height=375, border=True, key="reasons"):
            reasons.show_reasons(video, told.at_s)


def _renew(failed: str | None, src: str) -> None:
    """Signed addresses end: where the browser could not open this one, another is made, once."""
    if failed and failed == src:
        asking.forget()
        st.rerun()


@st.fragment
def _timeline(video: VideoDetails, found: SearchResponse | None) -> None:
    with states.problems_shown():
        lanes.show_timeline(video, found)
