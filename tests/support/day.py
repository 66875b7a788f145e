"""A library of one recording of 24 hours, of which nothing but its scores is there."""

from datetime import datetime
from pathlib import Path

import numpy as np

from segments.catalog import SourceRecord
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, make_library, video

DAY_S, EVERY_S = 86_400.0, 0.64
PEAK_S, PEAK = 64_000.0, 0.99
"""17:46:40, higher than everything else."""
LOUD_S = tuple(range(3_600, 86_400, 7_200))
"""A minute from each of these on is more than usual."""


def make_day_library(root: Path) -> Library:
    """135,000 scores by `alan`, of the camera gate."""
    start = datetime.fromisoformat("2026-11-01T00:00:00+00:00")
    place = SourceRecord(
        video_id=GATE,
        path="/footage/gate/day.mp4",
        camera="gate",
        recorded_at=start,
        recorded_from="name",
    )
    day = video(GATE, duration_s=DAY_S)
    library = make_library(root, points=(), videos=[day], sources=[place])
    pts_s = np.arange(round(DAY_S / EVERY_S)) * EVERY_S
    TrackStore(library.tracks).append(GATE, AnomalyTrack("alan", _scores(pts_s), pts_s, DAY_S))
    return library


def _scores(pts_s: np.ndarray) -> np.ndarray:
    scores = np.random.default_rng(0).uniform(0.05, 0.3, len(pts_s)).astype(np.float32)
    for loud_s in LOUD_S:
        scores[(pts_s >= loud_s) & (pts_s < loud_s + 60)] += 0.3
    scores[np.searchsorted(pts_s, PEAK_S)] = PEAK
    return scores
