"""Libraries of made-up points, kept for the next run."""

import json
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.serving.footage import CAMERAS, MadeVideo, Maker
from detectors import trace
from detectors.trace.traces import load_bank
from encoders.base import Profile
from segments.catalog import Catalog
from segments.levels import CLIP_S
from segments.library import Library
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.store.base import Point, VectorStore
from segments.store.opening import create_space, open_store
from segments.tracks import TrackStore

REASONS = 3
"""Sentences that explain a clip, on either side."""
WRITE_POINTS = 4096
STEPS = 4
"""In which a library grows: after each the store is optimised, as a service would."""
MADE = "made.json"


def make_library(folder: Path, num_points: int, profile: Profile, *, seed: int) -> dict[str, Any]:
    """Makes a library of about so many points, or takes the one that is there; its facts.

    Every camera has at least one video, which takes 3,000 points or so.
    """
    made = folder / MADE
    asked = {"points": num_points, "seed": seed}
    if made.exists() and (facts := json.loads(made.read_bytes()))["asked"] == asked:
        return facts
    shutil.rmtree(folder, ignore_errors=True)
    library = Library.create(folder, profile.spec.name)
    create_space(library, profile.manifest)
    facts = {"asked": asked} | _fill(library, num_points, Maker(profile, seed))
    made.write_text(json.dumps(facts))
    return facts


def _fill(library: Library, num_points: int, maker: Maker) -> dict[str, Any]:
    started = time.monotonic()
    with closing(open_store(library)) as store, Catalog(library) as catalog:
        num_videos = _write(library, store, catalog, num_points, maker)
        count = store.count()
    return {"points": count, "videos": num_videos, "made_s": time.monotonic() - started}


def _write(
    library: Library, store: VectorStore, catalog: Catalog, num_points: int, maker: Maker
) -> int:
    explained, waiting, num_written, steps = Explained(library), list[Point](), 0, 0
    for number, video in enumerate(maker.videos()):
        is_last = num_written + len(waiting) >= num_points and number >= CAMERAS
        if is_last or len(waiting) >= WRITE_POINTS:
            store.upsert(waiting)
            num_written, waiting = num_written + len(waiting), []
        if is_last or num_written >= (steps + 1) * num_points / STEPS:
            steps += 1
            store.optimize()
        if is_last:
            return number
        catalog.add_video(video.record)
        catalog.add_source(video.source)
        explained.add(video)
        waiting += maker.points(video)
    raise AssertionError("videos do not end")


class Explained:
    """Writes TRACE's scores and reasons, which a search shows of every hit."""

    def __init__(self, library: Library) -> None:
        self._tracks, self._reasons = TrackStore(library.tracks), ReasonStore(library.tracks)
        bank = load_bank(own=library.own_traces).values()
        self._ids = np.array([int(t.id, 16) for context in bank for t in context.traces], np.uint64)
        self._rng = np.random.default_rng(4)

    def add(self, video: MadeVideo) -> None:
        """Writes both files of a video."""
        video_id, end_s = video.record.video_id, video.record.duration_s
        pts_s = np.arange(len(video.scores)) * CLIP_S
        self._tracks.append(video_id, AnomalyTrack(trace.NAME, video.scores, pts_s, end_s))
        sides = (self._nearest(len(pts_s)) for _ in range(2))
        self._reasons.append(video_id, ReasonTrack(trace.NAME, pts_s, end_s, *sides))

    def _nearest(self, num_clips: int) -> Nearest:
        similarities = self._rng.uniform(0, 1, (num_clips, REASONS)).astype(np.float32)
        return Nearest(self._rng.choice(self._ids, (num_clips, REASONS)), similarities)
