"""How frame metrics vary when other videos had been in the test set: videos are resampled."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

import numpy as np
from jaxtyping import Float64, Int

from benchmarks.frame_metrics import FrameTrack, frame_scores, macro_auc
from benchmarks.metrics import Interval

METRICS = ("micro_auc", "macro_auc", "macro_auc_padded", "ap_step", "ap_trapezoid")
"""Of `FrameScores`, in percent."""
EVEN = 50.0
"""AUC of scores that know nothing."""

Values = Float64[np.ndarray, " m"]
"""One number per metric, in the order of `METRICS`; nan where it is not defined."""


class Resampled(Protocol):
    """Frame metrics of any multiset of a test set's videos."""

    def measure(self, weights: Int[np.ndarray, " v"]) -> Values:
        """Args:
        weights: how often each video is taken.
        """
        ...


class RankedFrames:
    """Frames by descending score: sorted once, after which each weighting is a single pass."""

    def __init__(self, tracks: Sequence[FrameTrack]) -> None:
        scores = np.concatenate([track.scores for track in tracks])
        truth = np.concatenate([track.truth for track in tracks])
        video = np.repeat(np.arange(len(tracks)), [len(track.truth) for track in tracks])
        _, level = np.unique(-scores, return_inverse=True)
        # Frames of one video and score are interchangeable: 16 of a clip are counted as one row.
        rows, row_of = np.unique(level * len(tracks) + video, return_inverse=True)
        self._video = rows % len(tracks)
        self._levels = np.flatnonzero(np.diff(rows // len(tracks), prepend=-1))
        self._abnormal = np.bincount(row_of, weights=truth)
        self._normal = np.bincount(row_of, weights=~truth)
        self._macro = _macro_by_video(tracks)

    def measure(self, weights: Int[np.ndarray, " v"]) -> Values:
        hits = self._above(self._abnormal, weights)
        alarms = self._above(self._normal, weights)
        macro = [_weighted_mean(row, weights) for row in self._macro]
        return np.array([100.0 * _auc(hits, alarms), *macro, *_precisions(hits, alarms)])

    def _above(
        self, counts: Float64[np.ndarray, " r"], weights: Int[np.ndarray, " v"]
    ) -> Float64[np.ndarray, " l"]:
        """Frames with at least each score, from none to all."""
        per_level = np.add.reduceat(counts * weights[self._video], self._levels)
        return np.concatenate([[0.0], np.cumsum(per_level)])


class ChanceFrames:
    """What a random order of the frames is expected to reach, in the limit of many frames."""

    def __init__(self, tracks: Sequence[FrameTrack]) -> None:
        self._abnormal = np.array([track.truth.sum() for track in tracks], np.float64)
        self._normal = np.array([(~track.truth).sum() for track in tracks], np.float64)

    def measure(self, weights: Int[np.ndarray, " v"]) -> Values:
        abnormal, normal = weights @ self._abnormal, weights @ self._normal
        unpadded = np.where(self._abnormal * self._normal > 0, EVEN, np.nan)
        base_rate = 100.0 * abnormal / (abnormal + normal) if abnormal else np.nan
        micro = EVEN if abnormal and normal else np.nan
        macro = [_weighted_mean(row, weights) for row in (unpadded, self._padded())]
        return np.array([micro, *macro, base_rate, base_rate])

    def _padded(self) -> Float64[np.ndarray, " v"]:
        """By video: half of the real pairs, and all pairs that one of the two fakes is in."""
        real = self._abnormal * self._normal
        pairs = (self._abnormal + 1) * (self._normal + 1)
        return 100.0 * (pairs - real / 2) / pairs


def point_values(tracks: Sequence[FrameTrack]) -> Values:
    """The metrics of the test set as it is, by `frame_metrics`."""
    scores = asdict(frame_scores(tracks))
    return np.array([scores[name] for name in METRICS])


def intervals(
    runs: Sequence[Resampled], num_videos: int, *, rounds: int, level: float = 0.95, seed: int = 0
) -> dict[str, Interval]:
    """Percentile intervals, by metric, when videos are drawn with replacement.

    Args:
        runs: the same videos scored once or several times (seeds): metrics are means over them.
        rounds: a round in which a metric is not defined does not count for it.
    """
    draws = np.random.default_rng(seed).multinomial(
        num_videos, np.full(num_videos, 1 / num_videos), size=rounds
    )
    values = _mean_over(runs, np.ones(num_videos, int))
    drawn = np.stack([_mean_over(runs, weights) for weights in draws])
    ends = [_quantiles(column[~np.isnan(column)], level) for column in drawn.T]
    found = zip(METRICS, values.tolist(), ends, strict=True)
    return {name: Interval(value, *end) for name, value, end in found}


def _mean_over(runs: Sequence[Resampled], weights: Int[np.ndarray, " v"]) -> Values:
    return np.mean([run.measure(weights) for run in runs], axis=0)


def _quantiles(values: Float64[np.ndarray, " n"], level: float) -> tuple[float, float]:
    if not len(values):
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _macro_by_video(tracks: Sequence[FrameTrack]) -> list[Float64[np.ndarray, " v"]]:
    return [
        np.array([macro_auc([track], padded=padded) for track in tracks])
        for padded in (False, True)
    ]


def _weighted_mean(values: Float64[np.ndarray, " v"], weights: Int[np.ndarray, " v"]) -> float:
    counted = ~np.isnan(values)
    total = weights[counted].sum()
    return float(weights[counted] @ values[counted] / total) if total else float("nan")


def _auc(hits: Float64[np.ndarray, " l"], alarms: Float64[np.ndarray, " l"]) -> float:
    """Area under the ROC curve, in [0, 1]."""
    pairs = hits[-1] * alarms[-1]
    return float(np.trapezoid(hits, alarms) / pairs) if pairs else float("nan")


def _precisions(
    hits: Float64[np.ndarray, " l"], alarms: Float64[np.ndarray, " l"]
) -> tuple[float, float]:
    """Area under the precision-recall curve in percent: by steps, and by trapezoids."""
    if not hits[-1]:
        return float("nan"), float("nan")
    found = hits + alarms
    precision = np.divide(hits, found, out=np.ones_like(hits), where=found > 0)
    gains = np.diff(hits / hits[-1])
    step = gains @ precision[1:]
    trapezoid = gains @ (precision[1:] + precision[:-1]) / 2
    return 100.0 * float(step), 100.0 * float(trapezoid)
