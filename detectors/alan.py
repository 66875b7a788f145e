"""The detector `alan`: ALAN's own MIL confidence per clip, which also leads its sampling (A.4)."""

import numpy as np
from jaxtyping import Float32

from segments.scores import AnomalyTrack, clip_track

NAME = "alan"


def build_track(
    scores: Float32[np.ndarray, " t"], clips: range, *, duration_s: float
) -> AnomalyTrack:
    """The track of a run of clips.

    Args:
        scores: MIL confidence of each clip, in [0, 1].
        clips: their indices on the video's clip grid.
        duration_s: length of the whole video: its last clip ends there.
    """
    return clip_track(NAME, scores, clips, duration_s=duration_s)
