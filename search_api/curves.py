"""Anomaly scores over time, ready to be shown."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from search_api.schemas import Curve, CurveCalibration, Explanation
from segments.catalog import SourceRecord, VideoRecord
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore

BARS = "▁▂▃▄▅▆▇█"
DEFAULT_DETECTOR = "alan"
_STEPS = 5
"""Round steps, at most, between the ends of an axis; two more where both ends are rounded."""
_NOTHING = 1e-6
"""Steps that a number may lie beyond a round one: float32 holds none exactly."""
_SAME_TIME_S = 1e-6
"""Parts that reach less than this into a neighbour's time do not see its score."""


def best_track(tracks: TrackStore, video_id: str) -> AnomalyTrack | None:
    """The curve to show beside a hit; None where the default detector made none."""
    if DEFAULT_DETECTOR not in tracks.detectors(video_id):
        return None
    return tracks.load(video_id, DEFAULT_DETECTOR)


def to_curve(
    track: AnomalyTrack,
    video: VideoRecord,
    place: SourceRecord,
    calibration: CurveCalibration | None = None,
    explanations: Sequence[Explanation] = (),
) -> Curve:
    """A track with the facts that say what it belongs to, and what it means."""
    return Curve(
        video=place.path,
        video_id=video.video_id,
        camera=place.camera,
        start_time=place.recorded_at,
        duration_s=video.duration_s,
        detector=track.detector,
        pts_s=track.pts_s.tolist(),
        end_s=track.end_s,
        scores=track.scores.astype(np.float64).tolist(),
        calibration=calibration or CurveCalibration(),
        explanations=list(explanations),
    )


def score_title(curve: Curve) -> str:
    """What the numbers of a curve are."""
    known = curve.calibration.threshold is not None
    return f"{curve.detector} score (raw{'' if known else ', uncalibrated'})"


def score_limits(curve: Curve) -> tuple[float, float]:
    """The lowest and the highest score that an axis shows.

    0 and 1 for the default detector; else round numbers around 0, the scores and the threshold.
    """
    if curve.detector == DEFAULT_DETECTOR:
        return 0.0, 1.0
    threshold = curve.calibration.threshold
    shown = [0.0, *curve.scores, *([] if threshold is None else [threshold])]
    return _round_limits(min(shown), max(shown))


def _round_limits(low: float, high: float) -> tuple[float, float]:
    if low == high:
        return low, low + 1.0
    power = 10.0 ** math.floor(math.log10((high - low) / _STEPS))
    step = next(
        factor * power
        for factor in (1, 2, 5, 10)
        if factor * power * _STEPS >= (high - low) * (1 - _NOTHING)
    )
    first, last = math.floor(low / step + _NOTHING), math.ceil(high / step - _NOTHING)
    return round(first * step, 12), round(last * step, 12)


def peak_s(curve: Curve) -> float:
    """The middle of the time that the highest score speaks for; the first of equals."""
    best = max(range(len(curve.scores)), key=curve.scores.__getitem__)
    end_s = [*curve.pts_s, curve.end_s][best + 1]
    return (curve.pts_s[best] + end_s) / 2


def binned(track: AnomalyTrack, span: TimeSpan, num_bins: int) -> Float64[np.ndarray, " b"]:
    """The highest score in each of `num_bins` equal parts of `span`; nan where there is none."""
    width_s = span.duration_s / num_bins
    inset_s = min(_SAME_TIME_S, width_s / 2)
    starts = [span.start_s + index * width_s for index in range(num_bins)]
    parts = [TimeSpan(start + inset_s, start + width_s - inset_s) for start in starts]
    return np.array([track.pooled(part) for part in parts])


def context(span: TimeSpan) -> TimeSpan:
    """The span with half its own length on either side: it fills the middle half."""
    margin_s = span.duration_s / 2
    return TimeSpan(span.start_s - margin_s, span.end_s + margin_s)


def peak_time_s(track: AnomalyTrack, span: TimeSpan) -> float:
    """The middle of the most anomalous stretch within `span`; the span's middle without scores."""
    ends = np.append(track.pts_s[1:], track.end_s)
    inside = (track.pts_s < span.end_s) & (ends > span.start_s)
    if not inside.any():
        return (span.start_s + span.end_s) / 2
    best = int(np.where(inside, track.scores, -np.inf).argmax())
    start_s = max(span.start_s, float(track.pts_s[best]))
    return (start_s + min(span.end_s, float(ends[best]))) / 2


def sparkline(values: Float64[np.ndarray, " b"]) -> str:
    """One bar per value, 0 to 1 over eight heights; a blank for nan."""
    top = len(BARS) - 1
    return "".join(
        " " if np.isnan(value) else BARS[min(top, max(0, int(value * len(BARS))))]
        for value in values.tolist()
    )
