"""The detector `alan`: ALAN's own MIL confidence per clip, which also leads its sampling (A.4)."""

import numpy as np
from jaxtyping import Float32

from segments.levels import CLIP_S, clips_span
from segments.scores import AnomalyTrack


def build_track(
    scores: Float32[np.ndarray, " t"], clips: range, *, duration_s: float
) -> AnomalyTrack:
    """The track of a run of clips.

    Args:
        scores: MIL confidence of each clip, in [0, 1].
        clips: their indices on the video's clip grid.
        duration_s: length of the whole video: its last clip ends there.
    """
    pts_s = np.arange(clips.start, clips.stop, dtype=np.float64) * CLIP_S
    return AnomalyTrack("alan", scores, pts_s, clips_span(clips, duration_s).end_s)
