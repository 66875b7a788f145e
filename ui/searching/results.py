"""What was found: how many, how sure, and the cards."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from search_api.answers.access import MAX_URLS
from search_api.answers.searching import SearchBody
from search_api.schemas import SearchHit, SearchResponse
from ui import links, saving, session, states, words
from ui.cards import Told, curves, data, hand_curves, show_cards
from ui.links import Asked
from ui.plain import plain
from ui.searching.fields import PREFIX
from ui.searching.form import BOX

FRESH = timedelta(minutes=5)
"""Signed addresses open at least half as long again."""
_ANSWER, _SIGNED = "session.answer", "session.signed"
Addresses = dict[str, str]


def find(body: SearchBody) -> SearchResponse:
    """The answer; one question is asked once, until another is asked."""
    question = body.model_dump_json()
    asked, answer = st.session_state.get(_ANSWER, (None, None))
    if asked != question or answer is None:
        with st.spinner("Searching"):
            answer = session.client().search(body)
        st.session_state[_ANSWER] = (question, answer)
        st.session_state.pop(_SIGNED, None)
    return answer


def show(answer: SearchResponse, asked: Asked) -> None:
    """Hits, or plainly that there are none."""
    if answer.query.heard:
        heard = ", ".join(f"“{said}” ({share:.0%})" for said, share in answer.query.heard.items())
        st.text(f"Heard as {heard}: these words were looked for in the pictures.")
    hits = shown_hits(answer, shows_all=asked.shows_all)
    if hits:
        _head(answer, hits)
        told = _cards(answer, hits, asked)
        hand_curves(curves.fetched(hits))
        _act(told, answer, asked)
    elif answer.hits:
        _no_match(answer)
    else:
        states.empty(
            "Nothing satisfies the request",
            "No moment of this library passes the filters. Clear some of them, or look elsewhere.",
        )


def shown_hits(answer: SearchResponse, *, shows_all: bool) -> Sequence[SearchHit]:
    """All hits, unless some are known to be no better than chance."""
    if shows_all:
        return answer.hits
    return [hit for hit in answer.hits if hit.confident is not False]


def _head(answer: SearchResponse, hits: Sequence[SearchHit]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(_summary(answer, hits), width="stretch")
        if weak := sum(hit.confident is False for hit in answer.hits):
            st.toggle(f"Show {weak} that may be chance", key=PREFIX + "shows_all")
        if saving.may_save():
            _case()
        st.segmented_control(
            "View",
            ["grid", "list"],
            key=PREFIX + "view",
            required=True,
            format_func=str.capitalize,
            label_visibility="collapsed",
        )


def _summary(answer: SearchResponse, hits: Sequence[SearchHit]) -> str:
    videos = len({hit.video_id for hit in hits})
    found = f"{words.count(len(hits), answer.level)} in {words.count(videos, 'video')}, best first"
    return found if answer.confident is not False else f"{found}; none better than chance"


def _case() -> None:
    """Which case `s` saves to."""
    case = saving.current_case()
    label = f"Case: {plain(case.name)}" if case else "Choose a case"
    if st.button(label, icon=":material/bookmark:", key="case.choose"):
        saving.ask_which()


def _no_match(answer: SearchResponse) -> None:
    known = [hit.confidence for hit in answer.hits if hit.confidence is not None]
    with st.container(border=True, key="no-match"):
        st.subheader("No confident match", anchor=False)
        said = f"{min(known):.0%} of queries that match nothing find as much in this library."
        st.text(f"Nothing here is clearly what you look for: {said if known else ''}")
        label = f"Show the {words.count(len(answer.hits), 'nearest moment')} all the same"
        st.button(label, type="primary", on_click=_show_all)
    _keys_only()


def _show_all() -> None:
    st.session_state[PREFIX + "shows_all"] = True


def _keys_only() -> None:
    show_cards([], view="grid", version="none", box=BOX)


def _cards(answer: SearchResponse, hits: Sequence[SearchHit], asked: Asked) -> Told:
    signed, may_save = _signed(hits), saving.may_save()
    cards = data.to_cards(answer, hits, asked, session.zone())
    for card, hit in zip(cards, hits, strict=True):
        thumbnail, animation = data.pictures_of([hit])
        curve = curves.wanted(hit)
        card |= {
            "thumbnail": signed.get(thumbnail, ""),
            "animation": signed.get(animation, ""),
            "maySave": may_save,
            "curve": curve.name if curve else "",
        }
    version = hashlib.sha256(json.dumps([cards, asked.view]).encode()).hexdigest()
    return show_cards(cards, view=asked.view, version=version, box=BOX)


def _signed(hits: Sequence[SearchHit]) -> Addresses:
    """Where the browser finds the pictures; the same addresses while they are fresh."""
    urls, now = data.pictures_of(hits), datetime.now(UTC)
    signed_at, known = st.session_state.get(_SIGNED, (now, {}))
    if now - signed_at > FRESH:
        signed_at, known = now, {}
    if new := [url for url in urls if url not in known]:
        for start in range(0, len(new), MAX_URLS):
            part = new[start : start + MAX_URLS]
            answers = session.client().videos.sign(part).urls
            found = (session.client().address(answer.url) for answer in answers)
            known = {**known, **dict(zip(part, found, strict=True))}
        st.session_state[_SIGNED] = (signed_at, known)
    return known


def _act(told: Told, answer: SearchResponse, asked: Asked) -> None:
    of_rank = {hit.rank: hit for hit in answer.hits}
    if told.opened in of_rank:
        hit = of_rank[told.opened]
        place = {"start_s": hit.start_s, "end_s": hit.end_s}
        params = links.to_video(hit.video_id, hit.start_s, asked=asked, **place)
        st.switch_page(st.session_state["pages"]["video"], query_params=params)
    if told.saved in of_rank:
        saving.save([saving.finding(of_rank[told.saved], answer)])
    if told.is_stale:
        st.session_state.pop(_SIGNED, None)
        st.rerun()
