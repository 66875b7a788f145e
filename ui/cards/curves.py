"""The small anomaly curve of a card: the hit's span and what lies around it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import streamlit as st

from search_api.answers.videos import CurveAnswer
from search_api.client import ApiError, Client
from search_api.schemas import SearchHit
from ui import session, words

AROUND_S = 20.0
"""Shown before and after the span."""
MAX_POINTS = 60
AT_ONCE = 4
HEIGHT = 30.0
MARGIN = 2.0
_KNOWN = "session.curves"
Drawn = dict[str, object]


@dataclass(frozen=True)
class Wanted:
    """One curve to draw."""

    video_id: str
    detector: str
    start_s: float
    end_s: float

    @property
    def name(self) -> str:
        return f"{self.video_id}/{self.detector}/{self.start_s:g}/{self.end_s:g}"


def wanted(hit: SearchHit) -> Wanted | None:
    """By the detector that explains the hit, or else the first that scored it."""
    detectors = list(hit.anomaly)
    if hit.explanation and hit.explanation.detector in detectors:
        detectors = [hit.explanation.detector]
    return Wanted(hit.video_id, detectors[0], hit.start_s, hit.end_s) if detectors else None


def fetched(hits: Sequence[SearchHit]) -> list[Drawn]:
    """The curves of hits, as they are drawn; what was fetched before is not asked again."""
    known: dict[Wanted, Drawn | None] = st.session_state.setdefault(_KNOWN, {})
    asked = dict.fromkeys(found for hit in hits if (found := wanted(hit)))
    new = [one for one in asked if one not in known]
    client = session.client()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        known |= zip(new, threads.map(lambda one: _fetch(client, one), new), strict=True)
    return [drawn for one in asked if (drawn := known[one])]


def _fetch(client: Client, one: Wanted) -> Drawn | None:
    """None where the service has no such curve (any more): the card then has none."""
    start_s = max(0.0, one.start_s - AROUND_S)
    try:
        answer = client.videos.curve(
            one.video_id,
            one.detector,
            start_s=start_s,
            end_s=one.end_s + AROUND_S,
            max_points=MAX_POINTS,
        )
    except ApiError:
        return None
    return draw(answer, one)


def draw(answer: CurveAnswer, one: Wanted) -> Drawn:
    """The curve in a box 100 wide and 30 high."""
    start_s, length_s = answer.pts_s[0], max(answer.end_s - answer.pts_s[0], 1e-6)
    threshold = answer.calibration.threshold
    ends = [*answer.scores, *([] if threshold is None else [threshold])]
    low, high = min(ends), max(ends)

    def x(at_s: float) -> float:
        return round(100 * (min(max(at_s, start_s), answer.end_s) - start_s) / length_s, 2)

    def y(score: float) -> float:
        share = (score - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share, 2)

    places = [*zip(answer.pts_s, answer.scores, strict=True), (answer.end_s, answer.scores[-1])]
    peak = words.score(answer.peak.score)
    shown = f"{words.clock(start_s)}–{words.clock(answer.end_s)}"
    label = f"{one.detector}, {answer.unit}: peak {peak} in {shown}"
    return {
        "name": one.name,
        "points": " ".join(f"{x(at_s)},{y(score)}" for at_s, score in places),
        "from": x(one.start_s),
        "width": round(x(one.end_s) - x(one.start_s), 2),
        "threshold": None if threshold is None else y(threshold),
        "label": label,
        "said": f"{label}; {words.meaning(answer.calibration)}",
    }
