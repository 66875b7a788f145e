"""Scores over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Path, Query

from search_api.answers.videos import CurveAnswer, CurvePeak
from search_api.explaining import Explainer
from search_api.meanings import calibration_of
from search_api.media import loudness
from search_api.media.clips import require_inside, to_span
from search_api.media.thinning import LEAST_POINTS, strongest_rows, thin, within
from search_api.routes.seen import FILE_PROBLEMS, SeenVideo, Time, seen_by_key
from search_api.schemas import CurveCalibration, Explanation
from search_api.service.problems import ApiProblem, problem_responses
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore

NUM_REASONS = 10
MAX_POINTS = 20_000
MAX_EXPLAINED = 2_000
_EXPLAIN_ALL = f"Says why for every score of the part, which may have {MAX_EXPLAINED:,}."

router = APIRouter(prefix="/v1/videos/{video_id}", tags=["videos"])
Seen = Annotated[SeenVideo, Depends(seen_by_key)]
Detector = Annotated[
    str,
    Path(
        pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$",
        description='One of the video\'s detectors, or "loudness".',
    ),
]


@dataclass(frozen=True)
class CurveQuery:
    """Which part of the curve, and how finely."""

    start_s: Time = 0.0
    end_s: Time | None = None
    max_points: Annotated[int, Query(ge=LEAST_POINTS, le=MAX_POINTS)] = 2_000
    explain: Annotated[bool, Query(description="Says why for the highest scores.")] = False
    explain_all: Annotated[bool, Query(description=_EXPLAIN_ALL)] = False


@router.get(
    "/curves/{detector}",
    operation_id="get_curve",
    responses=problem_responses(*FILE_PROBLEMS),
)
def curve(seen: Seen, detector: Detector, query: Annotated[CurveQuery, Depends()]) -> CurveAnswer:
    """A detector's scores over time, thinned so that no peak is lost.

    "loudness" is the sound's level, each 0.1 s, where a video has sound.
    """
    span = to_span(query.start_s, seen.record.duration_s if query.end_s is None else query.end_s)
    track = _track(seen, detector, span)
    rows = within(track, span)
    if not len(rows):
        require_inside(seen.source(), span)
        raise ApiProblem("not-found", f"{detector!r} has no scores within that part")
    shown = rows.start + thin(track.scores[rows.start : rows.stop], query.max_points)
    peak = rows.start + int(track.scores[rows.start : rows.stop].argmax())
    ends = np.append(track.pts_s[1:], track.end_s)
    place = seen.video.sources[0] if seen.video.sources else None
    return CurveAnswer(
        video_id=seen.record.video_id,
        detector=detector,
        unit="dBFS" if detector == loudness.NAME else "raw score",
        camera=place and place.camera,
        start_time=place and place.recorded_at,
        duration_s=seen.record.duration_s,
        pts_s=track.pts_s[shown].tolist(),
        scores=track.scores[shown].astype(np.float64).tolist(),
        end_s=float(ends[rows.stop - 1]),
        num_scores=len(rows),
        peak=CurvePeak(pts_s=float(track.pts_s[peak]), score=float(track.scores[peak])),
        calibration=_meaning(seen, track),
        reasons=_reasons(seen, track, _explained(track, rows, query)),
    )


def _track(seen: SeenVideo, detector: str, span: TimeSpan) -> AnomalyTrack:
    tracks, video = TrackStore(seen.library.tracks), seen.record
    known = tracks.detectors(video.video_id)
    if detector in known:
        return tracks.load(video.video_id, detector)
    if detector == loudness.NAME and video.has_audio:
        return seen.room.loudness(seen.source(), span)
    known += [loudness.NAME] if video.has_audio else []
    raise ApiProblem("not-found", f"no scores by {detector!r}; there are: {', '.join(known)}")


def _meaning(seen: SeenVideo, track: AnomalyTrack) -> CurveCalibration:
    if track.detector == loudness.NAME:
        return CurveCalibration(meaning="the sound's level; 0 dBFS is the loudest a file can hold")
    camera = next((place.camera for place in seen.video.sources if place.camera), None)
    return calibration_of(seen.library, track, camera)


def _explained(track: AnomalyTrack, rows: range, query: CurveQuery) -> Sequence[int]:
    """Raises:
    ApiProblem: "beyond-limit": more scores than are explained at once.
    """
    if not query.explain_all:
        return strongest_rows(track, rows, NUM_REASONS) if query.explain else ()
    if len(rows) > MAX_EXPLAINED:
        detail = f"the part has {len(rows)} scores, and {MAX_EXPLAINED} are explained at once"
        raise ApiProblem("beyond-limit", detail)
    return rows


def _reasons(seen: SeenVideo, track: AnomalyTrack, rows: Sequence[int]) -> list[Explanation]:
    explainer = Explainer(seen.library)
    times = (float(track.pts_s[row]) for row in rows)
    found = (explainer.at(seen.record.video_id, track.detector, time_s) for time_s in times)
    return [explanation for explanation in found if explanation]
