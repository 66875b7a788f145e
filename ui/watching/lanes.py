"""The timeline under the player: what is drawn, which part of it, and why something is missing."""

from collections.abc import Sequence

import streamlit as st

from search_api.answers.videos import CurveAnswer, VideoDetails
from search_api.client import ApiError
from search_api.schemas import SearchHit, SearchResponse
from ui import session, timeline, timeline_chart, words
from ui.player import show_strip
from ui.timeline import Lane, Mark, Row, Span
from ui.watching import asking, place

SOUND_LABEL = "sound level"
QUICK_SOUND_S = 1800.0
"""The sound of longer parts is read only where it is asked for."""
CHART = "timeline"
_SPAN = "watching.span"


def show_timeline(video: VideoDetails, found: SearchResponse | None) -> None:
    """Strip and chart; errors as of the client."""
    span = _span(video)
    names = _choose(video, span)
    rows, missing = _rows(video, names, span)
    lanes = [*hit_lane(video.video_id, found), *_case_lane(video.video_id)]
    _show_strip(video, span)
    with st.container(key=CHART):
        if rows or lanes:
            start = video.places[0].recorded_at if video.places else None
            drawn = timeline_chart.chart(rows, lanes, span, start=start, zone=session.zone())
            st.altair_chart(drawn, width="stretch", key="chart", alt=_alt(rows, lanes))
    for said in missing:
        st.text(said)
    if not video.detectors:
        st.text("No curves: no detector has scored this video.")


def hit_lane(video_id: str, found: SearchResponse | None) -> list[Lane]:
    """The hits of the present search in this video; none without a search."""
    if found is None:
        return []
    marks = tuple(_hit_mark(hit) for hit in found.hits if hit.video_id == video_id)
    said = f"hits of this search here: {len(marks)}"
    return [Lane(said, "hit", marks)]


def _hit_mark(hit: SearchHit) -> Mark:
    said = f"hit {hit.rank}: score {words.score(hit.score)}, {words.span(hit.start_s, hit.end_s)}"
    return Mark(hit.start_s, hit.end_s, said)


def _case_lane(video_id: str) -> list[Lane]:
    """What was saved of this video; none where nothing was."""
    marks = tuple(
        Mark(hit.start_s, hit.end_s, f"{case.name}: hit {hit.hit_id}. {hit.note}".strip())
        for case in asking.cases()
        for hit in case.hits
        if hit.video_id == video_id
    )
    return [Lane(f"saved to cases: {len(marks)}", "case", marks)] if marks else []


def _span(video: VideoDetails) -> Span:
    """The part that is shown, of this video."""
    known: tuple[str, Span] | None = st.session_state.get(_SPAN)
    if known and known[0] == video.video_id:
        return known[1]
    return Span(0.0, video.duration_s)


def _show_part(video: VideoDetails, span: Span) -> None:
    st.session_state[_SPAN] = (video.video_id, span)


def _choose(video: VideoDetails, span: Span) -> Sequence[str]:
    """Which curves, and buttons for the part."""
    names = [*video.detectors, *([SOUND_LABEL] if video.has_sound else [])]
    is_quick = span.length_s <= QUICK_SOUND_S
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        chosen = (
            st.pills(
                "Curves",
                names,
                selection_mode="multi",
                default=[name for name in names if name != SOUND_LABEL or is_quick],
                label_visibility="collapsed",
                key=f"curves.{video.video_id}",
            )
            if names
            else []
        )
        st.space("stretch")
        _zoom_buttons(video, span)
    return chosen


def _zoom_buttons(video: VideoDetails, span: Span) -> None:
    is_whole = span.length_s >= video.duration_s - 1e-6
    shown = "whole video" if is_whole else words.span(span.start_s, span.end_s)
    st.caption(f"Shown: {shown}. Drag to zoom in.", width="content")
    for label, icon, part in (
        ("Zoom in", ":material/zoom_in:", 0.5),
        ("Zoom out", ":material/zoom_out:", 2.0),
        ("Whole video", ":material/fit_width:", None),
    ):
        is_off = is_whole and part != 0.5
        st.button(label, icon=icon, disabled=is_off, on_click=_zoom, args=(video, span, part))


def _zoom(video: VideoDetails, span: Span, factor: float | None) -> None:
    """Makes the part longer or shorter about the cursor; None: all of the video."""
    told = st.session_state.get(place.player_key(video.video_id))
    around_s = float(told["at_s"]) if told else span.start_s
    part = Span(0.0, video.duration_s)
    if factor is not None:
        part = timeline.widened(span, factor, around_s=around_s, duration_s=video.duration_s)
    _show_part(video, part)


def _rows(video: VideoDetails, names: Sequence[str], span: Span) -> tuple[list[Row], list[str]]:
    """The curves, and why others are missing."""
    rows, missing = list[Row](), list[str]()
    for name in names:
        answer = asking.curve(video.video_id, asking.SOUND if name == SOUND_LABEL else name, span)
        if isinstance(answer, CurveAnswer):
            rows.append(timeline.row_of(answer, span))
        else:
            missing.append(f"{name} is not shown: {answer.detail}")
    return rows, missing


def _show_strip(video: VideoDetails, span: Span) -> None:
    board = asking.storyboard(video.video_id, span) if video.file.state == "here" else None
    refused = isinstance(board, ApiError)
    note = f"No pictures: {board.detail}" if refused else "" if board else "No pictures."
    shown = None if refused else board
    zoom = show_strip(
        shown,
        session.client().address(shown.image_url) if shown else "",
        key=f"strip.{video.video_id}",
        start_s=span.start_s,
        end_s=span.end_s,
        duration_s=video.duration_s,
        chart_key=CHART,
        note=note,
    )
    if zoom:
        _show_part(video, timeline.zoomed(*zoom, video.duration_s))
        st.rerun(scope="fragment")


def _alt(rows: Sequence[Row], lanes: Sequence[Lane]) -> str:
    titles = [f"{row.title} ({row.unit})" for row in rows] + [lane.title for lane in lanes]
    return f"Over time: {', '.join(titles)}"
