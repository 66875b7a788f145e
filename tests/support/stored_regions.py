"""`StoredRegions` from a few boxes."""

from collections.abc import Sequence

import numpy as np

from detectors.local_patterns.base import PatternFrame
from detectors.local_patterns.stored import StoredRegions

Box = tuple[float, float, float, float]


def stored(
    pictures: Sequence[Sequence[Box]],
    *,
    patterns: Sequence[float] = (1.0, 0.0),
    motion: float = 0.0,
    most: int = 4,
) -> StoredRegions:
    """Regions of alternating pictures of clips, two each, that all look and move alike."""
    frames = [_frame(k, boxes, patterns, motion) for k, boxes in enumerate(pictures)]
    return StoredRegions.of_frames(frames, pictures=2, most=most)


def _frame(k: int, boxes: Sequence[Box], patterns: Sequence[float], motion: float) -> PatternFrame:
    count = len(boxes)
    return PatternFrame(
        pts_s=(k + 0.5) * 0.32,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        tracks=np.arange(count),
        speeds=np.full(count, motion, np.float32),
        motion=np.full((count, 8), motion, np.float32),
        patterns=np.tile(np.array(patterns, np.float32), (count, 1)),
        weights=np.zeros((count, 1), np.float32),
        captions=("a thing",) * count,
        is_carried=np.zeros(count, bool),
        labels=("",) * count,
    )
