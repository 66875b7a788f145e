"""Anomaly scores over time, and the one number a span gets from them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from segments.levels import CLIP_S, clips_span
from segments.spans import TimeSpan


@dataclass(frozen=True)
class AnomalyTrack:
    """One detector's raw scores over one video, at the detector's own rate."""

    detector: str
    scores: Float32[np.ndarray, " t"]
    """Higher is more anomalous; comparable within a camera only, until calibrated."""
    pts_s: Float64[np.ndarray, " t"]
    """Start of the time each score speaks for, until the next one's; strictly increasing."""
    end_s: float
    """Where the last score ends."""

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.pts_s):
            raise ValueError(f"{len(self.scores)} scores with {len(self.pts_s)} times")

    def __len__(self) -> int:
        return len(self.scores)

    def pooled(self, span: TimeSpan) -> float:
        """The highest score that speaks for any part of `span`; nan where none does."""
        ends = np.append(self.pts_s[1:], self.end_s)
        inside = (self.pts_s < span.end_s) & (ends > span.start_s)
        return float(self.scores[inside].max()) if inside.any() else float("nan")


def clip_track(
    detector: str, scores: Float32[np.ndarray, " t"], clips: range, *, duration_s: float
) -> AnomalyTrack:
    """The track of a run of clips, a score each.

    Args:
        clips: their indices on the video's clip grid.
        duration_s: length of the whole video: its last clip ends there.
    """
    pts_s = np.arange(clips.start, clips.stop, dtype=np.float64) * CLIP_S
    return AnomalyTrack(detector, scores, pts_s, clips_span(clips, duration_s).end_s)
