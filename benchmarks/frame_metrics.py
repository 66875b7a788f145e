"""How well scores per frame tell abnormal frames from normal ones (METHODS D)."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from sklearn.metrics import (
    auc,
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
)

FRAMES_PER_CLIP = 16
"""Of the released features: one snippet."""


@dataclass(frozen=True)
class FrameTrack:
    """One video's scores and ground truth, frame by frame."""

    scores: Float[np.ndarray, " n"]
    """Higher is more abnormal."""
    truth: Bool[np.ndarray, " n"]
    """Whether the frame is abnormal."""

    def __post_init__(self) -> None:
        if self.scores.shape != self.truth.shape:
            raise ValueError(f"{self.scores.shape = } is not {self.truth.shape = }")

    @property
    def has_both(self) -> bool:
        """Whether it has normal and abnormal frames."""
        return bool(self.truth.any() and not self.truth.all())


@dataclass(frozen=True)
class FrameScores:
    """Everything that is reported of frame scores, in percent; nan where it is not defined."""

    micro_auc: float
    macro_auc: float
    macro_auc_padded: float
    ap_step: float
    ap_trapezoid: float
    num_frames: int
    num_videos: int
    num_with_both: int
    """Videos with normal and abnormal frames: what the unpadded macro AUC is the mean of."""


def frame_scores(tracks: Sequence[FrameTrack]) -> FrameScores:
    """All numbers of a set of videos."""
    return FrameScores(
        micro_auc=micro_auc(tracks),
        macro_auc=macro_auc(tracks, padded=False),
        macro_auc_padded=macro_auc(tracks, padded=True),
        ap_step=average_precision(tracks, "step"),
        ap_trapezoid=average_precision(tracks, "trapezoid"),
        num_frames=sum(len(track.truth) for track in tracks),
        num_videos=len(tracks),
        num_with_both=sum(track.has_both for track in tracks),
    )


def of_clips(
    scores: Float[np.ndarray, " t"],
    truth: Bool[np.ndarray, " n"],
    *,
    frames_per_clip: int = FRAMES_PER_CLIP,
) -> FrameTrack:
    """Each clip's score repeated for its frames; both sides are cut to the shorter one.

    UCF-Crime's ground truth is cut to 16 times the number of clips, as its features leave the last
    incomplete clip out; a clip that reaches beyond the last frame is cut likewise.
    """
    repeated = np.repeat(scores, frames_per_clip)
    num_frames = min(len(repeated), len(truth))
    return FrameTrack(repeated[:num_frames], truth[:num_frames])


def min_max(track: FrameTrack) -> FrameTrack:
    """The track with its scores stretched to [0, 1]; where all are equal they become 0."""
    if not len(track.scores):
        return track
    low, high = float(track.scores.min()), float(track.scores.max())
    return FrameTrack((track.scores - low) / ((high - low) or 1.0), track.truth)


def micro_auc(tracks: Sequence[FrameTrack]) -> float:
    """One area under the ROC curve over the frames of all videos; nan without both classes."""
    return _auc(_joined(tracks))


def macro_auc(tracks: Sequence[FrameTrack], *, padded: bool) -> float:
    """Mean over videos of each one's area under the ROC curve.

    Args:
        padded: give every video a fake normal frame of score 0 and a fake abnormal frame of the
            largest float, as Reiss and Hoshen's code does. Videos of one class are then defined,
            and every video's AUC rises. Scores are meant to be non-negative. Without padding,
            videos of one class are left out.
    """
    counted = [_padded(t) for t in tracks] if padded else [t for t in tracks if t.has_both]
    return float(np.mean([_auc(track) for track in counted])) if counted else float("nan")


def average_precision(tracks: Sequence[FrameTrack], rule: Literal["step", "trapezoid"]) -> float:
    """Area under the precision-recall curve over the frames of all videos.

    Args:
        rule: "step" sums precision times gain in recall (VadCLIP's `average_precision_score`);
            "trapezoid" joins the points by lines (XDVioDet's `auc(recall, precision)`).
    """
    joined = _joined(tracks)
    if not joined.truth.any():
        return float("nan")
    if rule == "step":
        return 100.0 * float(average_precision_score(joined.truth, joined.scores))
    precision, recall, _ = precision_recall_curve(joined.truth, joined.scores)
    return 100.0 * float(auc(recall, precision))


def _auc(track: FrameTrack) -> float:
    if not track.has_both:
        return float("nan")
    return 100.0 * float(roc_auc_score(track.truth, track.scores))


def _padded(track: FrameTrack) -> FrameTrack:
    scores = np.concatenate([[0.0], track.scores.astype(np.float64), [sys.float_info.max]])
    return FrameTrack(scores, np.concatenate([[False], track.truth, [True]]))


def _joined(tracks: Sequence[FrameTrack]) -> FrameTrack:
    if not tracks:
        return FrameTrack(np.zeros(0), np.zeros(0, bool))
    return FrameTrack(
        np.concatenate([track.scores for track in tracks]),
        np.concatenate([track.truth for track in tracks]),
    )
