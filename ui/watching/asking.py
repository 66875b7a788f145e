"""What the video page asks of the service, remembered for a while: each click runs it anew."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import streamlit as st

from search_api.answers.cases import Case
from search_api.answers.videos import CurveAnswer, Storyboard, VideoDetails
from search_api.client import ApiError
from search_api.schemas import Explanation, SearchResponse
from ui import saving, session
from ui.links import Asked
from ui.timeline import MAX_POINTS, Span

KEPT = timedelta(minutes=5)
"""Signed addresses last longer."""
MOST_KEPT = 200
MOST_CASES = 30
"""The cases whose marks are shown, at most; each one is asked for."""
HITS_OF_QUERY = 200
PICTURES, PICTURE_PX = 16, 160
SOUND = "loudness"
EXPLAINING = ("local_patterns", "trace")
_KNOWN = "session.watching"
T = TypeVar("T")


def remembered(name: tuple[Any, ...], ask: Callable[[], T]) -> T:
    """What `ask` said, at most `KEPT` ago; what it raises is not remembered."""
    known: dict[tuple[Any, ...], tuple[datetime, T]] = st.session_state.setdefault(_KNOWN, {})
    now = datetime.now(UTC)
    if name not in known or now - known[name][0] > KEPT:
        known[name] = (now, ask())
    while len(known) > MOST_KEPT:
        del known[next(iter(known))]
    return known[name][1]


def forget() -> None:
    """Everything is asked anew."""
    st.session_state.pop(_KNOWN, None)


def details(video_id: str) -> VideoDetails:
    return remembered(("details", video_id), lambda: session.client().videos.get(video_id))


def curve(video_id: str, detector: str, span: Span) -> CurveAnswer | ApiError:
    """The curve, or why there is none: one that is missing does not take the others away."""

    def ask() -> CurveAnswer | ApiError:
        try:
            return session.client().videos.curve(
                video_id, detector, start_s=span.start_s, end_s=span.end_s, max_points=MAX_POINTS
            )
        except ApiError as error:
            return error

    return remembered(("curve", video_id, detector, span), ask)


def storyboard(video_id: str, span: Span) -> Storyboard | ApiError:
    """The pictures, or why there are none."""

    def ask() -> Storyboard | ApiError:
        start_s, end_s = span.start_s, span.end_s
        try:
            return session.client().videos.storyboard(
                video_id, start_s=start_s, end_s=end_s, count=PICTURES, width=PICTURE_PX
            )
        except ApiError as error:
            return error

    return remembered(("board", video_id, span), ask)


def explanation(video_id: str, detector: str, at_s: float, duration_s: float) -> Explanation | None:
    """Why the detector gave its score to a time; None where it says nothing."""
    start_s = min(at_s, max(duration_s - 0.01, 0.0))

    def ask() -> Explanation | None:
        found = session.client().videos.curve(
            video_id, detector, start_s=start_s, end_s=start_s + 0.001, max_points=4, explains=True
        )
        return found.reasons[0] if found.reasons else None

    return remembered(("why", video_id, detector, round(start_s, 3)), ask)


def answer_of(asked: Asked) -> SearchResponse:
    """What the search found; more of it than its own page lists."""
    limit = max(asked.body.limit, HITS_OF_QUERY)
    body = asked.body.model_copy(update={"limit": limit})
    name = ("search", body.model_dump_json())
    return remembered(name, lambda: session.client().search(body))


def cases() -> Sequence[Case]:
    """With their hits; none where the key may keep no cases."""
    if not saving.may_save():
        return ()
    read = session.client().cases.get
    known = [case for case in saving.cases() if case.num_hits][:MOST_CASES]
    # a case that changed has another number of hits
    return [remembered(("case", c.case_id, c.num_hits), lambda c=c: read(c.case_id)) for c in known]


def signed(paths: Sequence[str]) -> list[str]:
    """Addresses for the browser, of the same order."""

    def ask() -> list[str]:
        client = session.client()
        return [client.address(one.url) for one in client.videos.sign(paths).urls]

    return remembered(("signed", *paths), ask)
