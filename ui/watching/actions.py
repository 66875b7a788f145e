"""What may be done with the marked part, and with the picture at the cursor."""

from collections.abc import Callable, Mapping

import streamlit as st

from search_api.answers.searching import SearchBody
from search_api.answers.videos import ClipMode, VideoDetails
from search_api.client import ApiError
from search_api.schemas import SearchHit, SearchResponse
from ui import links, saving, session, words
from ui.plain import plain
from ui.player import Marks
from ui.watching import asking

MODES: dict[ClipMode, str] = {
    "auto": "Copied where browsers play it, else encoded anew",
    "copy": "Copied as it is; may begin up to 10 s early",
    "exact": "Encoded anew, from the very picture on",
}
NEED_MARKS = "Mark a part: i where it begins, o where it ends."
_FRAME_PX = 1280
NEW = 0
"""No case has this number."""


def show_actions(
    video: VideoDetails, at_s: float, marks: Marks, found: SearchResponse | None
) -> None:
    """Buttons in a row; errors as of the client."""
    is_here, span = video.file.state == "here", marks.span
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Export clip", icon=":material/movie:", disabled=not is_here):
            _with_span(_export, video, span)
        if saving.may_save():
            with st.popover("Save to case", icon=":material/bookmark_add:"):
                _with_span(lambda video, span: _save(video, span, found), video, span)
        if st.button("Find similar", icon=":material/image_search:", disabled=not is_here):
            _find_similar(video, at_s)
        can_hear = is_here and video.has_sound and span is not None
        if st.button("Find this sound", icon=":material/graphic_eq:", disabled=not can_hear):
            _with_span(_find_sound, video, span)
        said = f"Marked: {words.span(*span)}." if span else NEED_MARKS
        sound = "" if video.has_sound else " No sound track."
        st.caption(plain(said + sound), width="content")


def _with_span(
    act: Callable[[VideoDetails, tuple[float, float]], None],
    video: VideoDetails,
    span: tuple[float, float] | None,
) -> None:
    """Does what needs a marked part, or asks for one."""
    if span is None:
        st.text(NEED_MARKS)
    else:
        act(video, span)


def clip_words(facts: Mapping[str, str], asked_start_s: float) -> str:
    """What was really cut, and how, from the headers of a clip."""
    start_s, end_s = float(facts["clip-start-s"]), float(facts["clip-end-s"])
    how = "Copied as recorded" if facts["clip-method"] == "copy" else "Encoded anew"
    early_s = asked_start_s - start_s
    early = f"; begins {early_s:.2g} s early, at a key picture" if early_s > 0.02 else ""
    plays = "" if facts.get("clip-is-playable") != "false" else "; browsers may not play it"
    return f"{how}: {words.span(start_s, end_s)}{early}{plays}"


def _export(video: VideoDetails, span: tuple[float, float]) -> None:
    mode = st.radio("How", list(MODES), format_func=MODES.__getitem__, key="export.mode")
    if not st.button("Make the clip", type="primary", key="export.make"):
        return
    start_s, end_s = round(span[0], 3), round(span[1], 3)
    try:
        with (
            st.spinner("Cutting"),
            session.client().videos.clip(video.video_id, start_s, end_s, mode=mode) as clip,
        ):
            facts = clip.facts
    except ApiError as error:
        st.text(f"It cannot be cut: {error.detail}")
        return
    part = f"start_s={start_s:g}&end_s={end_s:g}&mode={mode}&download=true"
    path = f"/v1/videos/{video.video_id}/clip?{part}"
    st.text(clip_words(facts, start_s))
    st.link_button("Download the MP4", asking.signed([path])[0], icon=":material/download:")


def _save(video: VideoDetails, span: tuple[float, float], found: SearchResponse | None) -> None:
    known = {case.case_id: case.name for case in saving.cases()}
    current = saving.current_case()
    options = [*known, NEW]
    chosen = st.selectbox(
        "Case",
        options,
        options.index(current.case_id) if current else 0,
        format_func=lambda case_id: known.get(case_id, "A new case"),
        key="save.case",
    )
    name = ""
    if chosen == NEW:
        name = st.text_input("Its name", max_chars=200, key="save.name").strip()
    note = st.text_area("Note", max_chars=10_000, height=80, key="save.note")
    if st.button("Save", type="primary", disabled=chosen == NEW and not name, key="save.do"):
        try:
            case_id = chosen or session.client().cases.create(name).case_id
            saving.forget_cases()
            saving.choose_case(case_id)
            saving.save([{**finding_of(video.video_id, span, found), "note": note}])
        except ApiError as error:
            st.text(f"It was not saved: {error.detail}")
            return
        st.rerun()


def finding_of(
    video_id: str, span: tuple[float, float], found: SearchResponse | None
) -> saving.Finding:
    """The marked part; where it is a hit of the search as it is, with all that the search said."""
    hits = found.hits if found else []
    same = [hit for hit in hits if hit.video_id == video_id and _is_span(hit, span)]
    if found and same:
        return saving.finding(same[0], found)
    return {"video_id": video_id, "start_s": span[0], "end_s": span[1]}


def _is_span(hit: SearchHit, span: tuple[float, float]) -> bool:
    return abs(hit.start_s - span[0]) < 0.01 and abs(hit.end_s - span[1]) < 0.01


def _find_similar(video: VideoDetails, at_s: float) -> None:
    with st.spinner("Taking the picture"):
        picture = session.client().videos.frame(video.video_id, at_s, width=_FRAME_PX)
        upload = session.client().upload(picture)
    _search(SearchBody(image=upload.upload_id, limit=links.LIMIT))


def _find_sound(video: VideoDetails, span: tuple[float, float]) -> None:
    """By the part's clip: the service takes the sound out of it."""
    with st.spinner("Taking the sound"):
        with session.client().videos.clip(video.video_id, *span, mode="exact") as clip:
            content = b"".join(clip)
        upload = session.client().upload(content)
    _search(SearchBody(audio=upload.upload_id, limit=links.LIMIT))


def _search(body: SearchBody) -> None:
    page = st.session_state["pages"]["search"]
    st.switch_page(page, query_params=links.to_params(links.Asked(body)))
