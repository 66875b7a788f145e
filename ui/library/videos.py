"""The table of videos, and one of them in detail."""

from collections.abc import Sequence
from datetime import tzinfo

import streamlit as st

from search_api.answers.videos import VideoDetails, VideoItem
from ui import links, session, states, words
from ui.library.choosing import ask_for_choice, read_page, shown_range
from ui.library.removal import offer_removal, show_removed
from ui.paging import begins, show_turning
from ui.plain import lines, plain
from ui.sizes import size

Cells = dict[str, list[str]]
ROW_PX, TABLE_PX, PICTURE_PX = 44, 440, 260
LONG_NAME = 30
"""Characters of a camera's name that would push the other columns out."""


def show_videos(*, may_delete: bool) -> None:
    """Errors as of the client."""
    show_removed()
    choice = ask_for_choice()
    pages = begins("videos", choice)
    page = read_page(choice, None if pages[-1] is None else str(pages[-1]))
    if not page.total:
        states.empty("No videos", "No video fits these filters, or none is indexed yet.")
        return
    table, details = st.columns([7, 4], gap="medium")
    with table:
        row = _show_table(page.videos)
        said = shown_range(len(pages), len(page.videos), page.total)
        show_turning(pages, page.next_cursor, said=said)
    with details:
        _show_details(page.videos[row].video_id, may_delete=may_delete)


def cells(videos: Sequence[VideoItem], zone: tzinfo) -> Cells:
    """The table's columns."""
    return {
        "Camera": [", ".join(cameras(video)) or "–" for video in videos],
        "Recorded": [recorded(video, zone) for video in videos],
        "Name": [video.name or video.video_id[:12] for video in videos],
        "Length": [words.duration(video.duration_s) for video in videos],
        "Problems": ["; ".join(video.problems) for video in videos],
    }


def cameras(video: VideoItem) -> list[str]:
    return sorted({place.camera for place in video.places if place.camera})


def recorded(video: VideoItem, zone: tzinfo) -> str:
    """Wall time of the first picture."""
    start = next((place.recorded_at for place in video.places if place.recorded_at), None)
    return words.wall_time(start, zone)


def facts(video: VideoDetails, zone: tzinfo) -> dict[str, str]:
    """What is known of a video, by name."""
    sound = "with sound" if video.has_sound else "no sound"
    file = {"here": "here", "gone": "not where it was seen", "changed": "changed since"}
    return {
        "Recorded": recorded(video, zone),
        "Length": f"{words.duration(video.duration_s)}, {video.fps:.3g} pictures/s, {sound}",
        "Picture": f"{video.width}×{video.height}, {video.codec}",
        "File": f"{size(video.size_bytes)}, {file.get(video.file.state, 'cannot be read')}",
        "Detectors": ", ".join(video.detectors) or "none",
        "Locked": "by a case: it cannot be deleted" if video.is_locked else "no",
    }


def _show_table(videos: Sequence[VideoItem]) -> int:
    """The number of the row that is chosen; the first where none is."""
    client = session.client()
    pictures = [client.address(video.thumbnail_url) for video in videos]
    has_long = any(len(", ".join(cameras(video))) > LONG_NAME for video in videos)
    state = st.dataframe(
        {"Picture": pictures, **cells(videos, session.zone())},
        hide_index=True,
        row_height=ROW_PX,
        height=min(TABLE_PX, ROW_PX * (len(videos) + 1)),
        column_config={
            "Picture": st.column_config.ImageColumn(width=72),
            "Camera": st.column_config.TextColumn(width="medium" if has_long else None),
        },
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key="library.table",
        alt="Videos of the library; choose a row to see it in detail",
    )
    chosen = [*state.selection.rows, *(row for row, _ in state.selection.cells)]
    return chosen[0] if chosen and chosen[0] < len(videos) else 0


def _show_details(video_id: str, *, may_delete: bool) -> None:
    client = session.client()
    video = client.videos.get(video_id)
    name = video.name or video_id[:12]
    with st.container(border=True, key="video-details"):
        st.markdown(f"**{plain(name)}**")
        st.image(client.address(video.thumbnail_url), width=PICTURE_PX, alt="Its middle picture")
        with st.container(horizontal=True, vertical_alignment="center"):
            _show_way_to(video)
            if may_delete:
                offer_removal(video_id, name)
        told = facts(video, session.zone())
        st.markdown(lines(f"{title}: {said}" for title, said in told.items()))
        for problem in [*video.problems, *filter(None, [video.file.why])]:
            st.warning(plain(problem), icon=":material/warning:")
        with st.expander(words.count(len(video.places), "place")):
            for place in video.places:
                st.text(f"{place.camera or 'no camera named'}: {place.path}")


def _show_way_to(video: VideoDetails) -> None:
    if page := st.session_state.get("pages", {}).get("video"):
        params = links.to_video(video.video_id, 0.0, start_s=0.0, end_s=video.duration_s)
        st.page_link(page, label="Watch", icon=":material/play_arrow:", query_params=params)
