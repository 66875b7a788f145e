"""The sentences that footage is compared with: read, tried, added and taken out."""

from collections.abc import Sequence

import streamlit as st
from pydantic import ValidationError

from search_api.answers.traces import (
    ContextAnswer,
    NewSentence,
    SentenceAnswer,
    Trial,
    TrialOrder,
    TriedMoment,
)
from search_api.client import ApiError
from ui import links, session, words
from ui.acting import act, refusal
from ui.library import sentences
from ui.library.places import show_places, show_rescoring
from ui.plain import lines, plain

TABLE_PX = 380
_TRIED = "traces.tried"


def show_traces() -> None:
    """Errors as of the client."""
    is_admin = session.me().role == "admin"
    places = session.client().traces.places()
    show_rescoring(places)
    left, right = st.columns([3, 2], gap="large")
    with left:
        bank = session.client().traces.bank()
        context = _choose(bank.contexts)
        _show_sentences(context, may_remove=is_admin)
        if is_admin:
            _show_removed([one for one in bank.removed if one.context == context.name])
        _show_new(bank.contexts, context, may_add=is_admin)
    with right:
        show_places(places, [one.name for one in bank.contexts])


def _choose(contexts: Sequence[ContextAnswer]) -> ContextAnswer:
    known = {context.name: context for context in contexts}
    name = st.selectbox("Place", list(known), key="traces.context")
    st.caption(sentences.counted(known[name]))
    return known[name]


def _show_sentences(context: ContextAnswer, *, may_remove: bool) -> None:
    shown = sorted(context.sentences, key=lambda one: not one.is_own)
    state = st.dataframe(
        sentences.cells(shown),
        hide_index=True,
        height=TABLE_PX,
        column_config={"Sentence": st.column_config.TextColumn(width="large")},
        on_select="rerun",
        selection_mode="single-row",
        key=f"traces.table.{context.name}",
        alt="Sentences of the place; choose a row to take it out",
    )
    chosen = [shown[row] for row in state.selection.rows if row < len(shown)]
    if not may_remove:
        return
    label = "Take it out" if chosen else "Take out the sentence that is chosen in the table"
    if st.button(label, disabled=not chosen, icon=":material/remove:", key="traces.remove"):
        act(lambda: session.client().traces.remove(chosen[0].trace_id), "The sentence is out")


def _show_removed(removed: Sequence[SentenceAnswer]) -> None:
    if not removed:
        return
    with st.expander(f"{words.count(len(removed), 'sentence')} of retrace left out"):
        for one in removed:
            st.text(one.text)
            if st.button("Put it back", key=f"traces.back.{one.trace_id}"):
                again = NewSentence(text=one.text, context=one.context, kind=one.kind)
                act(lambda new=again: session.client().traces.add(new), "The sentence is back")


def _show_new(contexts: Sequence[ContextAnswer], context: ContextAnswer, *, may_add: bool) -> None:
    st.markdown("**A sentence of your own**")
    text = st.text_input(
        "What a camera may show there",
        max_chars=200,
        placeholder="a man climbs over the counter",
        key="traces.text",
    ).strip()
    where, what = st.columns(2)
    names = [one.name for one in contexts]
    name = where.selectbox(
        "Its place",
        names,
        index=names.index(context.name),
        accept_new_options=True,
        key=f"traces.where.{context.name}",
    )
    kind = what.selectbox("It is", sentences.KINDS, key="traces.kind")
    with st.container(horizontal=True):
        is_tried = st.button("Try it on the footage", disabled=not text, icon=":material/search:")
        is_added = may_add and st.button("Add it", type="primary", disabled=not text)
    if is_tried:
        _try(text)
    if is_added:
        _add(text, name, None if kind == sentences.NORMAL else kind)
    asked, trial = st.session_state.get(_TRIED, ("", None))
    if trial is not None and asked == text:
        _show_trial(trial, is_normal=kind == sentences.NORMAL)


def _add(text: str, context: str, kind: str | None) -> None:
    try:
        new = NewSentence.model_validate({"text": text, "context": context, "kind": kind})
    except ValidationError as error:
        st.error(plain("; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())))
        return
    act(lambda: session.client().traces.add(new), "The sentence is in the bank")


def _try(text: str) -> None:
    try:
        trial = session.client().traces.test(TrialOrder(text=text, limit=6))
    except (ApiError, ValidationError) as error:
        st.error(plain(refusal(error) if isinstance(error, ApiError) else str(error)))
        return
    st.session_state[_TRIED] = (text, trial)


def _show_trial(trial: Trial, *, is_normal: bool) -> None:
    st.caption(plain(sentences.tried(trial)))
    if not trial.moments:
        return
    client = session.client()
    asked = [f"/v1/videos/{m.video_id}/thumbnail?at_s={m.start_s:g}" for m in trial.moments]
    pictures = [client.address(signed.url) for signed in client.videos.sign(asked).urls]
    for row in range(0, len(trial.moments), 3):
        shown = list(zip(trial.moments, pictures, strict=True))[row : row + 3]
        for column, (moment, picture) in zip(st.columns(3), shown, strict=False):
            with column:
                _show_moment(moment, picture)
    label = "normal" if is_normal else "anomalous"
    if taken := sentences.beaten(trial, is_normal=is_normal):
        st.markdown(lines([f"As {label} it would be the nearest in place of:", *taken]))
    else:
        st.caption(f"As {label} it would be the nearest nowhere: other sentences are nearer.")


def _show_moment(moment: TriedMoment, picture: str) -> None:
    st.image(picture, alt="Footage that the sentence is near to")
    st.caption(plain(sentences.moment(moment)))
    if page := st.session_state.get("pages", {}).get("video"):
        params = links.to_video(
            moment.video_id, moment.start_s, start_s=moment.start_s, end_s=moment.end_s
        )
        label = f"Watch at {words.clock(moment.start_s)}"
        st.page_link(page, label=label, icon=":material/play_arrow:", query_params=params)
