"""Scores over time as a service gives them, whole."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cli.answers import CurveOf
from cli.remote import find_there
from search_api.curves import DEFAULT_DETECTOR, context
from search_api.explained import EXPLAINING
from search_api.schemas import Curve, SearchHit
from segments.errors import UserError
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

if TYPE_CHECKING:
    from search_api.answers.videos import CurveAnswer
    from search_api.client import Client

MAX_POINTS, MAX_EXPLAINED = 20_000, 2_000
"""Scores that a service gives at once, without and with their reasons."""


def curves_around(client: "Client", hits: Iterable[SearchHit]) -> CurveOf:
    """By video, the scores that a table shows beside its hits."""
    spans: dict[str, TimeSpan] = {}
    for hit in hits:
        shown = context(TimeSpan(hit.start_s, hit.end_s))
        known = spans.get(hit.video_id, shown)
        start_s, end_s = min(known.start_s, shown.start_s), max(known.end_s, shown.end_s)
        spans[hit.video_id] = TimeSpan(start_s, end_s)

    def curve_of(video_id: str) -> AnomalyTrack | None:
        from search_api.client import NotThere

        start_s, end_s = max(0.0, spans[video_id].start_s), spans[video_id].end_s
        try:
            return _joined(list(_parts(client, video_id, DEFAULT_DETECTOR, start_s, end_s)))
        except NotThere:
            return None

    return curve_of


def curve_there(
    client: "Client", video: str, detector: str | None, *, explains: bool = False
) -> Curve:
    """All of a video's scores, as the local command finds them.

    Raises:
        UserError: it is to say why, and the detector gives no reasons.
    """
    found = find_there(client, video)
    name = detector or default_detector(found.detectors, explains)
    answers = list(_parts(client, found.video_id, name, 0.0, None, explains=explains))
    whole, track = answers[0], _joined(answers)
    reasons = {one.start_s: one for part in answers for one in part.reasons}
    if explains and not reasons:
        raise UserError(f"{name!r} gives no reasons for its scores of this video")
    return Curve(
        video=found.places[0].path if found.places else found.video_id,
        video_id=found.video_id,
        camera=whole.camera,
        start_time=whole.start_time,
        duration_s=whole.duration_s,
        detector=whole.detector,
        pts_s=track.pts_s.tolist(),
        end_s=track.end_s,
        scores=track.scores.astype(np.float64).tolist(),
        calibration=whole.calibration,
        explanations=list(reasons.values()),
    )


def default_detector(known: Sequence[str], explains: bool) -> str:
    """Whose scores are shown where none is named."""
    explaining = [name for name in EXPLAINING if explains and name in known]
    return explaining[0] if explaining else DEFAULT_DETECTOR


def _parts(
    client: "Client",
    video_id: str,
    detector: str,
    start_s: float,
    end_s: float | None,
    *,
    explains: bool = False,
) -> "Iterator[CurveAnswer]":
    """The scores of a part, in order and none left out: halves of what is too long at once."""
    most = MAX_EXPLAINED if explains else MAX_POINTS
    found = client.videos.curve(video_id, detector, start_s=start_s, end_s=end_s, max_points=most)
    if len(found.scores) == found.num_scores <= most:
        yield _explained(client, found, start_s, end_s) if explains else found
        return
    middle_s = (start_s + (found.end_s if end_s is None else end_s)) / 2
    yield from _parts(client, video_id, detector, start_s, middle_s, explains=explains)
    yield from _parts(client, video_id, detector, middle_s, end_s, explains=explains)


def _explained(
    client: "Client", part: "CurveAnswer", start_s: float, end_s: float | None
) -> "CurveAnswer":
    return client.videos.curve(
        part.video_id,
        part.detector,
        start_s=start_s,
        end_s=end_s,
        max_points=MAX_EXPLAINED,
        explains_all=True,
    )


def _joined(parts: "list[CurveAnswer]") -> AnomalyTrack:
    """Parts of one curve; a score that speaks for the end of one and the start of the next counts
    once."""
    scores = {p: s for part in parts for p, s in zip(part.pts_s, part.scores, strict=True)}
    pts_s = np.array(list(scores))
    values = np.array(list(scores.values()), np.float32)
    return AnomalyTrack(parts[0].detector, values, pts_s, parts[-1].end_s)
