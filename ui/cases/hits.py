"""A case's hits in their order, and its notes."""

from collections.abc import Sequence

import streamlit as st

from search_api.answers.cases import Case
from ui import links, session, states, words
from ui.acting import act
from ui.cases import found
from ui.cases.found import FoundHit
from ui.cases.reading import thumbnails
from ui.plain import lines, plain

GONE = "The video is not in the library any more, or your key may not see it."


def show_hits(case: Case, hits: Sequence[FoundHit]) -> None:
    """Errors as of the client."""
    left, right = st.columns([5, 2], gap="medium")
    with right:
        _show_notes(case)
    with left:
        if not hits:
            states.empty("No hits yet", "On the search page, s saves the chosen hit to a case.")
        pictures = thumbnails(hits)
        for hit in hits:
            _show_hit(case, hit, pictures.get(hit.hit_id))


def _show_hit(case: Case, hit: FoundHit, picture: str | None) -> None:
    with st.container(border=True, key=f"hit-{hit.hit_id}"):
        image, said = st.columns([2, 5], vertical_alignment="top")
        if picture:
            image.image(picture, width="stretch", alt=f"Picture of hit {hit.number}")
        with said:
            when = hit.when(session.zone())
            st.markdown(
                f"**{hit.number} · {plain(hit.camera)} · {plain(when)}**  \n"
                + plain(f"{hit.span} in {hit.name}")
            )
            st.caption(lines(facts(hit)))
            _show_buttons(case, hit)


def facts(hit: FoundHit) -> list[str]:
    """What else is known of it, a line each."""
    finding = hit.finding
    told = {
        "Found by": " · ".join(filter(None, (found.asked(finding.query), found.scored(finding)))),
        "Anomaly": found.anomalies(finding),
        "Because": found.because(finding),
        "Note": finding.note,
    }
    return [f"{name}: {text}" for name, text in told.items() if text] + [GONE] * (not hit.video)


def _show_buttons(case: Case, hit: FoundHit) -> None:
    room, of = session.client().cases, (case.case_id, hit.hit_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        _show_way_to(hit)
        if st.button("Up", key=f"up.{hit.hit_id}", disabled=hit.number == 1):
            act(lambda: room.move_hit(*of, hit.number - 1))
        is_last = hit.number == len(case.hits)
        if st.button("Down", key=f"down.{hit.hit_id}", disabled=is_last):
            act(lambda: room.move_hit(*of, hit.number + 1))
        if not case.is_locked and st.button("Remove", key=f"remove.{hit.hit_id}"):
            act(lambda: room.remove_hit(*of), "Taken out of the case; the video stays")


def _show_way_to(hit: FoundHit) -> None:
    page = st.session_state.get("pages", {}).get("video")
    if page is None or hit.video is None:
        return
    start_s, end_s = hit.finding.start_s, hit.finding.end_s
    params = links.to_video(hit.finding.video_id, start_s, start_s=start_s, end_s=end_s)
    st.page_link(page, label="Watch", icon=":material/play_arrow:", query_params=params)


def _show_notes(case: Case) -> None:
    st.markdown("**Notes**")
    with st.form("note", border=False, clear_on_submit=True):
        text = st.text_area("New note", max_chars=10_000, height=100)
        if st.form_submit_button("Add the note") and text.strip():
            act(lambda: session.client().cases.add_note(case.case_id, text), "Noted")
    for note in reversed(case.notes):
        with st.container(border=True):
            st.caption(words.wall_time(note.written_at, session.zone()))
            st.text(note.text)
